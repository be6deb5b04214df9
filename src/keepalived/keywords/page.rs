//! The table of `docs/keepalived.md` is this table.

extern crate std;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::string::String;
use std::{env, format, fs, writeln};

use super::{Section, Shape, Verdict};

/// Where the rows begin; all behind it is written by this test.
const MARK: &str = "<!-- The rows below are those of the program";

#[test]
fn the_page_has_every_keyword() {
    let path = page();
    let text = fs::read_to_string(&path).unwrap();
    let (before, _) = text.split_once(MARK).expect("the mark is there");
    let whole = format!("{before}{}", rows());
    if env::var_os("WRITE_PAGE").is_some() {
        fs::write(&path, &whole).unwrap();
    }
    let differ = text.lines().zip(whole.lines()).find(|(written, wanted)| written != wanted);
    assert!(
        text == whole || env::var_os("WRITE_PAGE").is_some(),
        "docs/keepalived.md is not what the program does: WRITE_PAGE=1 cargo test -p lvs-keepalived page\nfirst: {differ:#?}"
    );
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/keepalived.md")
}

fn rows() -> String {
    let mut text = format!("{MARK}: `WRITE_PAGE=1 cargo test -p lvs-keepalived page` writes them. -->\n");
    for section in Section::ALL {
        writeln!(text, "\n### {}\n\n| keyword | | |\n|---|---|---|", title(section)).unwrap();
        for keyword in section.keywords() {
            let braces = match keyword.shape {
                Shape::Block | Shape::Values => " { }",
                Shape::Line | Shape::Script => "",
            };
            let (word, how) = words(keyword.verdict);
            let line = format!("| `{}{braces}` | {word} | {} |", keyword.name, how.replace('|', "\\|"));
            writeln!(text, "{}", line.replace("|  |", "| |")).unwrap();
        }
    }
    text
}

fn words(verdict: Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Works => ("works", String::new()),
        Verdict::Nearly(how) => ("works", how.into()),
        Verdict::Differently(how) => ("differently", how.into()),
        Verdict::Old(word, _) => ("works", format!("another word for `{word}`: a warning says so")),
        Verdict::Anyway(why) | Verdict::Ignored(why) => ("no effect", why.into()),
        Verdict::Refused(why) => ("**refused**", why.into()),
    }
}

fn title(section: Section) -> &'static str {
    match section {
        Section::Root => "Outside of every block",
        Section::Global => "`global_defs`",
        Section::GarpGroup => "`garp_group`",
        Section::TrackGroup => "`track_group`",
        Section::Instance => "`vrrp_instance`",
        Section::Authentication => "`authentication`",
        Section::Hmac => "`auth_hmac`",
        Section::HmacKey => "`key` of `auth_hmac`",
        Section::SyncGroup => "`vrrp_sync_group`",
        Section::Script => "`vrrp_script`",
        Section::Process => "`vrrp_track_process`",
        Section::TrackFile => "`track_file`",
        Section::Bfd => "`bfd_instance`",
        Section::Ssl => "`SSL`",
        Section::Service => "`virtual_server`",
        Section::Real => "`real_server`",
        Section::Tcp => "`TCP_CHECK`",
        Section::Http => "`HTTP_GET` and `SSL_GET`",
        Section::Url => "`url` of `HTTP_GET` and `SSL_GET`",
        Section::Misc => "`MISC_CHECK`",
        Section::Smtp => "`SMTP_CHECK`",
        Section::SmtpHost => "`host` of `SMTP_CHECK`",
        Section::Dns => "`DNS_CHECK`",
        Section::Udp => "`UDP_CHECK`",
        Section::Ping => "`PING_CHECK`",
        Section::File => "`FILE_CHECK`",
        Section::BfdCheck => "`BFD_CHECK`",
    }
}
