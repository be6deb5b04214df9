//! What stands behind an address on its line, as `ip addr add` takes it.

use core::net::IpAddr;

use crate::Mode;
use crate::read::vrrp::value::{is_slashes, shown, tell_slashes};
use crate::report::Report;
use crate::syntax::Word;

/// Options that mean something here; the others are reported.
#[derive(Default)]
pub(super) struct Options<'a> {
    pub(super) dev: Option<&'a Word>,
    pub(super) label: Option<&'a Word>,
    pub(super) scope: Option<&'a Word>,
}

/// An option that is taken without effect.
struct Without {
    word: &'static str,
    /// whether a value stands behind it
    value: bool,
    /// whether only who imports the file hears of it: what is wanted happens anyway
    quiet: bool,
    why: &'static str,
}

const fn quiet(word: &'static str, value: bool, why: &'static str) -> Without {
    Without { word, value, quiet: true, why }
}

const fn told(word: &'static str, value: bool, why: &'static str) -> Without {
    Without { word, value, quiet: false, why }
}

const WITHOUT: [Without; 11] = [
    quiet("brd", true, "nothing is sent to the broadcast address of a VIP"),
    quiet("broadcast", true, "nothing is sent to the broadcast address of a VIP"),
    quiet("-nodad", false, "it is always so"),
    quiet("nodad", false, "it is always so"),
    quiet("no_track", false, "an address that is taken away is put back at once, and stops nobody"),
    quiet("track_group", true, "an address that is taken away is put back at once, and stops nobody"),
    told("home", false, "the mark for mobile IPv6 is not set"),
    told("mngtmpaddr", false, "no temporary addresses are made of it"),
    told("noprefixroute", false, "the kernel adds the route of the prefix: write /32 or /128 for none"),
    told("autojoin", false, "a VIP is no multicast group"),
    told("use_vmac", false, "the address has the interface's own MAC"),
];

impl<'a> Options<'a> {
    /// Reads options, and answers the words behind them: a second address on the line, when mending.
    pub(super) fn read(words: &'a [Word], report: &mut Report) -> (Self, &'a [Word]) {
        let mut options = Self::default();
        let mut rest = words;
        while let Some((word, behind)) = rest.split_first() {
            rest = behind;
            let slot = match word.text() {
                "dev" => &mut options.dev,
                "label" => &mut options.label,
                "scope" => &mut options.scope,
                "peer" => {
                    report
                        .error(word.place, "an address with a `peer` is not supported")
                        .help("write the address alone; for a host behind it write a route");
                    rest = behind.get(1..).unwrap_or_default();
                    continue;
                }
                "preferred_lft" => {
                    lifetime(word, behind.first(), report);
                    rest = behind.get(1..).unwrap_or_default();
                    continue;
                }
                _ => {
                    if let Some(without) = WITHOUT.iter().find(|without| without.word == word.text()) {
                        tell_without(word, without, report);
                        rest = behind.get(usize::from(without.value)..).unwrap_or_default();
                    } else if is_address(word) {
                        tell_second(word, report);
                        if report.mode() == Mode::Fix {
                            return (
                                options,
                                words.get(words.len() - behind.len() - 1..).unwrap_or_default(),
                            );
                        }
                    } else if is_slashes(word) {
                        tell_slashes(word, report);
                        return (options, &[]);
                    } else {
                        unknown(word, report);
                    }
                    continue;
                }
            };
            match behind.split_first() {
                Some((value, behind)) => {
                    *slot = Some(value);
                    rest = behind;
                }
                None => without_value(word, report),
            }
        }
        (options, &[])
    }
}

fn is_address(word: &Word) -> bool {
    let text = word.text();
    text.split_once('/').map_or(text, |(ip, _)| ip).parse::<IpAddr>().is_ok()
}

fn tell_without(word: &Word, without: &Without, report: &mut Report) {
    let message = format_args!("`{}` has no effect", without.word);
    let draft =
        if without.quiet { report.note(word.place, message) } else { report.warning(word.place, message) };
    draft.label(without.why).help(without.why);
}

fn lifetime(word: &Word, value: Option<&Word>, report: &mut Report) {
    if value.is_none_or(|value| value.text() != "forever") {
        report
            .warning(word.place, "`preferred_lft` has no effect")
            .label("the address is valid and preferred for as long as it is held")
            .help("leave it away");
    }
}

fn tell_second(word: &Word, report: &mut Report) {
    report
        .error(word.place, format_args!("a second address on one line, {}", shown(word.text())))
        .label("never held")
        .help("write each address on a line of its own")
        .swallowed("keepalived leaves it away")
        .mended("taken as an address of its own");
}

fn unknown(word: &Word, report: &mut Report) {
    report
        .error(word.place, format_args!("an address has no option `{}`", shown(word.text())))
        .help("the options are `dev`, `label`, `scope` and `brd`")
        .swallowed("keepalived leaves the word away");
}

fn without_value(word: &Word, report: &mut Report) {
    report
        .error(word.place, format_args!("`{}` has no value", word.text()))
        .help(format_args!("write it behind `{}`, or leave the word away", word.text()))
        .swallowed("keepalived leaves the word away");
}
