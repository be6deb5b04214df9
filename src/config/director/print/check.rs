//! Checks as inline tables.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use health::{CheckKind, CheckSpec, StatusRange};

use crate::director::RealServer;
use crate::print::{Quoted, block, inline, list};
use crate::read::format_duration;

/// The checks of the first server, where those of all others are the same but for the address.
pub(super) fn common(reals: &[RealServer]) -> Option<&[Arc<CheckSpec>]> {
    let (first, others) = reals.split_first()?;
    let alike = |other: &RealServer| {
        other.checks.len() == first.checks.len()
            && other.checks.iter().zip(&first.checks).all(|(one, two)| same_but_for_address(one, two))
    };
    others.iter().all(alike).then_some(first.checks.as_slice())
}

fn same_but_for_address(one: &CheckSpec, two: &CheckSpec) -> bool {
    one.target.port() == two.target.port() && *one == CheckSpec { target: one.target, ..two.clone() }
}

/// `[]`, or one table in each line.
pub(super) fn print_all(checks: &[Arc<CheckSpec>]) -> String {
    block(checks.iter().map(|check| print(check)))
}

fn print(check: &CheckSpec) -> String {
    let quoted = |key: &str, value: &str| format!("{key} = {}", Quoted(value));
    let mut pairs = Vec::from([
        Some(quoted("type", check.kind.word())),
        Some(format!("port = {}", check.target.port())),
        Some(quoted("interval", &format_duration(check.interval))),
        Some(quoted("interval_down", &format_duration(check.interval_down))),
        Some(quoted("timeout", &format_duration(check.timeout))),
        Some(format!("fall = {}, rise = {}", check.fall, check.rise)),
        check.source.map(|source| quoted("source", &source.to_string())),
        check.mark.map(|mark| format!("mark = {mark}")),
    ]);
    if let CheckKind::Http(http) = &check.kind {
        pairs.push(Some(quoted("path", &http.path)));
        pairs.push(http.host.as_ref().map(|host| quoted("host", host)));
        pairs.push(Some(format!("status = {}", list(http.status.iter().copied().map(status)))));
        pairs.push(http.digest.map(|md5| format!("digest = \"{:032x}\"", u128::from_be_bytes(md5))));
    }
    inline(pairs)
}

fn status(range: StatusRange) -> String {
    if range.first == range.last {
        return range.first.to_string();
    }
    format!("\"{}-{}\"", range.first, range.last)
}
