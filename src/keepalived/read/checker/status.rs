//! `status_code 200 300-399`

use alloc::vec::Vec;

use health::StatusRange;

use crate::read::value::decimal;
use crate::read::vrrp::value::shown;
use crate::report::Report;
use crate::syntax::{Line, Word};

/// The good ones; empty where none can be understood.
pub(super) fn read(line: &Line, report: &mut Report) -> Vec<StatusRange> {
    if line.value(0).is_none() {
        report
            .error(line.place(), "`status_code` has no value")
            .help("write `status_code 200`, or leave the line away for 200 to 299");
    }
    line.values().iter().filter_map(|word| range(word, report)).collect()
}

fn range(word: &Word, report: &mut Report) -> Option<StatusRange> {
    let text = word.text();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let read = decimal(first).zip(decimal(last));
    let read = read.filter(|(first, last)| *first >= 100 && first <= last && *last <= 599);
    let Some((first, last)) = read else {
        report
            .error(word.place, alloc::format!("`{}` is no status code, and no range of them", shown(text)))
            .help("write a number from 100 to 599, or a range such as `200-299`")
            .swallowed("keepalived leaves it away");
        return None;
    };
    Some(StatusRange { first, last })
}
