//! What stands outside of every `virtual_server` because a `}` closed it early.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::keywords::Section;
use crate::read::vrrp::value::shown;
use crate::report::Report;
use crate::syntax::Line;

/// Lines at the root that belong into the service before them.
pub(in crate::read) struct Orphans<'a> {
    lines: &'a [Line],
    /// by the place of the service among the root lines
    by: BTreeMap<usize, Range<usize>>,
}

impl<'a> Orphans<'a> {
    /// Finds and reports them.
    pub(in crate::read) fn read(lines: &'a [Line], report: &mut Report) -> Self {
        let mut by = BTreeMap::new();
        let mut at = 0;
        while let Some(rest) = lines.get(at..).filter(|rest| !rest.is_empty()) {
            let run = rest.iter().take_while(|line| is_orphan(line)).count();
            let orphans = rest.get(..run).unwrap_or_default();
            if orphans.iter().any(|line| line.keyword() == "real_server") {
                let service = at.checked_sub(1).and_then(|at| Some((at, lines.get(at)?)));
                match service.filter(|(_, line)| line.keyword() == "virtual_server") {
                    Some((index, service)) => {
                        tell_early(service, orphans, report);
                        by.insert(index, at..at + run);
                    }
                    None => tell_alone(orphans, report),
                }
            }
            at += run.max(1);
        }
        Self { lines, by }
    }

    /// Those behind the root line number `at`.
    pub(super) fn behind(&self, at: usize) -> &'a [Line] {
        self.by.get(&at).and_then(|range| self.lines.get(range.clone())).unwrap_or_default()
    }

    /// Whether the root line number `at` has been reported as one.
    pub(in crate::read) fn has(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| line.keyword() == "real_server")
            || self.by.range(..at).next_back().is_some_and(|(_, range)| range.contains(&at))
    }
}

/// A word of services that is none of the root's.
pub(in crate::read) fn is_orphan(line: &Line) -> bool {
    let word = line.keyword();
    Section::Root.find(word).is_none() && Section::Service.find(word).is_some()
}

fn tell_early(service: &Line, orphans: &[Line], report: &mut Report) {
    let mut reals = orphans.iter().filter(|line| line.keyword() == "real_server");
    let Some(first) = reals.next() else { return };
    let others = reals.count();
    let head = head(service);
    let close = service.block.as_ref().and_then(|block| block.close);
    let end = orphans.last().and_then(|line| line.block.as_ref()?.close);
    let help = match (close, end) {
        (Some(close), Some(end)) => format!(
            "the `}}` in {} closes `{head}` too early: move it behind the `}}` in {}",
            report.position(close),
            report.position(end)
        ),
        (Some(close), None) => {
            format!(
                "the `}}` in {} closes `{head}` too early: move it behind the last of them",
                report.position(close)
            )
        }
        (None, _) => format!("write it in the braces of `{head}`"),
    };
    let (message, they) = match others {
        0 => (String::from("a real_server outside of every virtual_server"), "it is"),
        _ => (format!("{} real_server outside of every virtual_server", others + 1), "they are"),
    };
    report
        .error(first.words_place(), message)
        .label(if others == 0 { "no service has it" } else { "no service has it and those behind it" })
        .help(help)
        .swallowed("keepalived leaves it all away, and the service without servers too")
        .mended(format!("{they} taken into `{head}`"));
}

fn head(service: &Line) -> String {
    let words: Vec<&str> = service.words.iter().take(3).map(|word| shown(word.text())).collect();
    words.join(" ")
}

fn tell_alone(orphans: &[Line], report: &mut Report) {
    for line in orphans.iter().filter(|line| line.keyword() == "real_server") {
        report
            .error(line.words_place(), "a real_server outside of every virtual_server")
            .label("no service has it")
            .help("write it within `virtual_server IP PORT {`")
            .swallowed("keepalived leaves it away")
            .mended("left away");
    }
}
