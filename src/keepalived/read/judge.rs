//! What becomes of a line by its keyword alone.

use alloc::format;
use alloc::string::String;

use super::vrrp::value::shown;
use crate::Mode;
use crate::keywords::{Keyword, Section, Shape, Swallows, Verdict};
use crate::report::Report;
use crate::syntax::{Block, Line};

/// The keyword of a line, where it means something; when mending, the one that was meant.
pub(in crate::read) fn keyword(
    section: Section,
    line: &Line,
    report: &mut Report,
) -> Option<&'static Keyword> {
    let Some(known) = section.find(line.keyword()) else { return unknown(section, line, report) };
    let name = known.name;
    match known.verdict {
        Verdict::Works | Verdict::Nearly(_) => Some(known),
        Verdict::Differently(how) => {
            report.note(line.words_place(), format_args!("`{name}` works differently here")).help(how);
            Some(known)
        }
        Verdict::Anyway(why) => {
            report.note(line.words_place(), format_args!("`{name}` has no effect")).help(why);
            None
        }
        Verdict::Ignored(why) => {
            report.warning(line.words_place(), format_args!("`{name}` has no effect")).help(why);
            None
        }
        Verdict::Old(new, swallows) => old(section, line, new, swallows, report),
        Verdict::Refused(why) => {
            report.error(line.words_place(), format_args!("`{name}` is not supported")).help(why);
            None
        }
    }
}

/// An old word does what its author meant; when lenient, what keepalived makes of it.
fn old(
    section: Section,
    line: &Line,
    new: &str,
    swallows: Swallows,
    report: &mut Report,
) -> Option<&'static Keyword> {
    let word = line.keyword();
    let drops = swallows == Swallows::Drops;
    let lenient = report.mode() == Mode::Lenient;
    let draft = report
        .warning(line.place(), format_args!("`{word}` is another word for `{new}`"))
        .label(if drops { "not known to keepalived" } else { "out of use" });
    if drops && lenient {
        drop(draft.help("keepalived leaves the line away"));
        return None;
    }
    drop(draft.help(format_args!("write `{new}`")));
    section.find(new)
}

fn unknown(section: Section, line: &Line, report: &mut Report) -> Option<&'static Keyword> {
    let word = line.keyword();
    let near = meant(section, line, report);
    let (what, swallowed) = match &line.block {
        Some(block) => ("block", closes(section, block, report)),
        None => ("keyword", String::from("keepalived leaves the line away")),
    };
    let draft = report
        .error(line.place(), format_args!("there is no {what} `{}` {}", shown(word), place(section)))
        .label("not known")
        .swallowed(swallowed);
    let draft = match near {
        Some(near) => draft
            .help(format_args!("did you mean `{}`?", near.name))
            .mended(format_args!("taken as `{}`", near.name)),
        None => draft.help(elsewhere(section, line)).mended(format_args!("the {what} is left away")),
    };
    drop(draft);
    near.filter(|_| report.mode() == Mode::Fix)
}

/// The keyword that an unknown one is nearly.
pub(in crate::read) fn meant(section: Section, line: &Line, report: &Report) -> Option<&'static Keyword> {
    // of so many nobody reads the help
    let known = if report.is_full() { &[] } else { section.keywords() };
    let near = config::nearest(line.keyword(), known.iter().map(|keyword| keyword.name));
    near.and_then(|name| section.find(name)).filter(|near| fits(near, line))
}

/// What keepalived makes of a block that it does not know.
fn closes(section: Section, block: &Block, report: &Report) -> String {
    let close = block.close.map_or_else(String::new, |close| format!(" in {}", report.position(close)));
    if section == Section::Root {
        return String::from("keepalived leaves all its lines away");
    }
    format!("keepalived ignores its `{{`, and its `}}`{close} closes the block around it")
}

/// A block is taken for a block, a line for a line.
fn fits(near: &Keyword, line: &Line) -> bool {
    match near.shape {
        Shape::Block | Shape::Values => line.block.is_some(),
        Shape::Line | Shape::Script => line.block.is_none(),
    }
}

/// Where the word is a keyword.
fn elsewhere(section: Section, line: &Line) -> String {
    const PLACES: [Section; 7] = [
        Section::Root,
        Section::Global,
        Section::Instance,
        Section::Service,
        Section::Real,
        Section::Tcp,
        Section::Url,
    ];
    let word = line.keyword();
    if let (true, [sign, value, ..]) = (word.starts_with('$'), line.values())
        && sign.text() == "="
    {
        return format!("write `{}={}`: a definition has no blanks", shown(word), shown(value.text()));
    }
    if section == Section::SyncGroup {
        return String::from("write the names of the instances in `group { … }`");
    }
    let known = PLACES.into_iter().find(|place| *place != section && place.find(word).is_some());
    known.map_or_else(|| String::from("leave it away"), |known| format!("it belongs {}", place(known)))
}

/// Where a section is, in words.
fn place(section: Section) -> &'static str {
    match section {
        Section::Root => "outside of every block",
        Section::Global => "in global_defs",
        Section::GarpGroup => "in garp_group",
        Section::TrackGroup => "in track_group",
        Section::Instance => "in vrrp_instance",
        Section::Authentication => "in authentication",
        Section::Hmac => "in auth_hmac",
        Section::HmacKey => "in the key of auth_hmac",
        Section::SyncGroup => "in vrrp_sync_group",
        Section::Script => "in vrrp_script",
        Section::Process => "in track_process",
        Section::TrackFile => "in track_file",
        Section::Bfd => "in bfd_instance",
        Section::Ssl => "in SSL",
        Section::Service => "in virtual_server",
        Section::Real => "in real_server",
        Section::Tcp => "in TCP_CHECK",
        Section::Http => "in HTTP_GET or SSL_GET",
        Section::Url => "in url",
        Section::Misc => "in MISC_CHECK",
        Section::Smtp => "in SMTP_CHECK",
        Section::SmtpHost => "in the host of SMTP_CHECK",
        Section::Dns => "in DNS_CHECK",
        Section::Udp => "in UDP_CHECK",
        Section::Ping => "in PING_CHECK",
        Section::File => "in FILE_CHECK",
        Section::BfdCheck => "in BFD_CHECK",
    }
}
