//! `track_interface`, `track_script`, `track_file`, `track_process` of an instance or a group.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use config::director::Tracked;

use super::{Known, Things, What};
use crate::Mode;
use crate::read::address;
use crate::read::vrrp::{
    said::Said,
    value::{number_of, shown},
};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// From priority 1 to 254 and back.
const MOST_WEIGHT: i64 = 253;
/// keepalived takes one more for files and processes, which does the same.
const MOST_WRITTEN: i64 = 254;

/// What a router or a group tracks.
#[derive(Default)]
pub(in crate::read) struct Lists {
    pub(in crate::read) interfaces: Vec<Tracked>,
    pub(in crate::read) scripts: Vec<Tracked>,
    pub(in crate::read) files: Vec<Tracked>,
    pub(in crate::read) processes: Vec<Tracked>,
}

impl Things {
    /// The `track_*` blocks. `at` is the place among the root lines of what tracks.
    pub(in crate::read) fn lists(&self, said: &Said<'_>, at: usize, report: &mut Report) -> Lists {
        Lists {
            interfaces: interfaces(said.entries("track_interface"), report),
            scripts: self.list(What::Script, said.entries("track_script"), at, report),
            files: self.list(What::File, said.entries("track_file"), at, report),
            processes: self.list(What::Process, said.entries("track_process"), at, report),
        }
    }

    fn list<'a>(
        &self,
        what: What,
        entries: impl Iterator<Item = &'a Line>,
        at: usize,
        report: &mut Report,
    ) -> Vec<Tracked> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for line in entries {
            let Some(word) = line.words.first() else { continue };
            let Some(known) = self.find(what, word, at, report) else { continue };
            if is_twice(word, &mut seen, report) {
                continue;
            }
            let own = options(line, report);
            let weight = own.weight.unwrap_or(known.weight);
            let reverse = own.reverse.unwrap_or(known.reverse);
            if let Some(weight) = directed(what, weight, reverse, line, report).filter(|_| known.usable) {
                all.push(Tracked { name: String::from(word.text()), weight });
            }
        }
        all
    }

    /// The thing of this name: said, and said before.
    fn find(&self, what: What, word: &Word, at: usize, report: &mut Report) -> Option<&Known> {
        let name = word.text();
        let Some(known) = self.known.get(&(what, String::from(name))) else {
            report
                .error(word.place, format_args!("there is no {} `{}`", what.keyword(), shown(name)))
                .help(format_args!(
                    "write `{} {} {{ … }}` before it, or leave it away",
                    what.keyword(),
                    shown(name)
                ))
                .swallowed("keepalived tracks nothing here");
            return None;
        };
        if known.at < at {
            return Some(known);
        }
        let position = report.position(known.place);
        report
            .error(
                word.place,
                format_args!("{} `{}` is defined later, in {position}", what.keyword(), shown(name)),
            )
            .label("not known here")
            .help("move its definition before what tracks it")
            .swallowed("keepalived tracks nothing here")
            .mended("tracked");
        (report.mode() == Mode::Fix).then_some(known)
    }
}

fn interfaces<'a>(entries: impl Iterator<Item = &'a Line>, report: &mut Report) -> Vec<Tracked> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for line in entries {
        let Some(word) = line.words.first() else { continue };
        let Some(name) = address::interface(word, report) else { continue };
        if is_twice(word, &mut seen, report) {
            continue;
        }
        let own = options(line, report);
        let reverse = own.reverse.unwrap_or(false);
        if let Some(weight) = plain(own.weight.unwrap_or(0), reverse, line, report) {
            all.push(Tracked { name, weight });
        }
    }
    all
}

fn is_twice<'a>(word: &'a Word, seen: &mut BTreeSet<&'a str>, report: &mut Report) -> bool {
    let twice = !seen.insert(word.text());
    if twice {
        report
            .warning(word.place, format_args!("`{}` is tracked twice", shown(word.text())))
            .label("left away")
            .help("leave one of the two");
    }
    twice
}

/// A weight with its direction, as far as there is one here.
fn directed(what: What, weight: i16, reverse: bool, line: &Line, report: &mut Report) -> Option<i16> {
    match what {
        // a number times a weight: the other direction is the other sign
        What::File if reverse && weight != 0 => Some(-weight),
        What::File | What::Script | What::Process => plain(weight, reverse, line, report),
    }
}

fn plain(weight: i16, reverse: bool, line: &Line, report: &mut Report) -> Option<i16> {
    if reverse {
        report
            .error(line.words_place(), "`reverse` is not supported")
            .label("would count while it is down what else counts while it is up")
            .help("let a script say the opposite by its exit code, and leave `reverse` away");
        return None;
    }
    Some(weight)
}

/// `weight 5 reverse`, as far as it was said.
#[derive(Clone, Copy, Default)]
pub(super) struct Options {
    pub(super) weight: Option<i16>,
    pub(super) reverse: Option<bool>,
}

/// What stands behind a name.
fn options(line: &Line, report: &mut Report) -> Options {
    match line.values().split_first() {
        Some((word, rest)) if word.text() == "weight" => weight(rest, word.place, report),
        Some((word, _)) => {
            report
                .error(word.place, format_args!("something tracked has no option `{}`", shown(word.text())))
                .help("write each name on a line of its own, with `weight NUMBER` behind it or nothing")
                .swallowed("keepalived drops the words behind the name");
            Options::default()
        }
        None => Options::default(),
    }
}

/// A number, and `reverse` or `noreverse` behind it. `place` is that of `weight`.
pub(super) fn weight(words: &[Word], place: Place, report: &mut Report) -> Options {
    let Some((number, rest)) = words.split_first() else {
        report
            .error(place, "`weight` has no number")
            .help("write `weight -10`, or leave it away")
            .swallowed("keepalived takes the usual one");
        return Options::default();
    };
    let range = -MOST_WRITTEN..=MOST_WRITTEN;
    let read = number_of(number, "weight", range, "keepalived takes the usual one", report);
    let limited =
        read.map(|read| read.clamp(-MOST_WEIGHT, MOST_WEIGHT)).and_then(|read| i16::try_from(read).ok());
    let mut options = Options { weight: limited, reverse: None };
    // what follows no number, as in `weight - 2`, is part of the same mistake
    for word in rest.iter().filter(|_| read.is_some()) {
        match word.text() {
            "reverse" => options.reverse = Some(true),
            "noreverse" | "no_reverse" => options.reverse = Some(false),
            other => {
                report
                    .error(word.place, format_args!("`{}` behind a weight", shown(other)))
                    .help("write `reverse`, `noreverse` or nothing")
                    .swallowed("keepalived leaves it away");
            }
        }
    }
    options
}
