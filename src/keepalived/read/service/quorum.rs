//! `quorum` and `hysteresis`.
//!
//! keepalived's hysteresis counts both ways: quorum is lost below `quorum - hysteresis`, and back at `quorum + hysteresis`. Here
//! it counts on the way back alone, so that the two numbers become another two that say the same.

use alloc::format;

use super::real::Real;
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::number;
use crate::report::Report;
use crate::syntax::Line;

const DROPS: &str = "keepalived leaves the line away";

/// The weight below which quorum is lost, and how much more brings it back.
pub(super) fn read(said: &Said<'_>, reals: &[Real], report: &mut Report) -> (u32, u32) {
    let total: u64 = reals.iter().map(Real::weight).sum();
    let total = u32::try_from(total).unwrap_or(u32::MAX).max(1);
    let mut one = |keyword: &str, least: i64| -> Option<(&Line, u32)> {
        let line = said.last(keyword, report)?;
        let read = number(line, least..=i64::from(i32::MAX), DROPS, report)?;
        Some((line, u32::try_from(read).ok()?))
    };
    let (quorum, hysteresis) = (one("quorum", 1), one("hysteresis", 0));
    let quorum = match quorum {
        Some((line, quorum)) if quorum > total => {
            report
                .warning(
                    line.words_place(),
                    format!("`quorum` is {quorum}, but the weights of all servers make {total}"),
                )
                .label("never reached")
                .help(format!(
                    "write {total} or less, or more `weight`: it is taken as {total}, as keepalived does"
                ));
            total
        }
        Some((_, quorum)) => quorum,
        None => 1,
    };
    let Some((line, hysteresis)) = hysteresis.filter(|(_, hysteresis)| *hysteresis > 0) else {
        return (quorum, 0);
    };
    let most = (quorum - 1).min(total.saturating_sub(quorum));
    if hysteresis > most {
        report
            .warning(line.words_place(), format!("`hysteresis` is {hysteresis}, and at most {most} here"))
            .label("less than `quorum`, and with it no more than the weights of all servers")
            .help(format!("write {most}: it is taken so, as keepalived does"));
    }
    let hysteresis = hysteresis.min(most);
    let (lost, back) = (quorum - hysteresis, quorum.saturating_add(hysteresis));
    if hysteresis > 0 {
        report
            .note(line.words_place(), format!("quorum is lost below {lost}, and back at {back}"))
            .help(format!("it is written as `quorum = {lost}` and `hysteresis = {}`", back - lost));
    }
    (lost, back - lost)
}
