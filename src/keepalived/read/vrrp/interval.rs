//! `advert_int`: seconds, which version 2 has whole ones of.

use core::time::Duration;

use ::vrrp::{Interval, Version};

use super::value::{parse_seconds, shown, value};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// What a version can say, in centiseconds.
struct Limits {
    step: u16,
    most: u16,
    words: &'static str,
}

const V2: Limits = Limits { step: 100, most: 25_500, words: "whole seconds, 1 to 255" };
const V3: Limits = Limits { step: 1, most: 4_095, words: "hundredths of a second, 0.01 to 40.95" };

/// The interval; 1 s unless said, in both versions.
pub(super) fn read(line: Option<&Line>, version: Version, report: &mut Report) -> Option<Interval> {
    let usual = of(100, version);
    let Some(word) = line.and_then(|line| value(line, report)) else { return usual };
    let written = parse_seconds(word.text()).filter(|written| !written.is_zero());
    let Some(written) = written else {
        report
            .error(word.place, format_args!("`{}` is no advert interval", shown(word.text())))
            .help("write seconds, as in `1`")
            .swallowed("keepalived takes 1 s");
        return usual;
    };
    fitting(word, written, version, report)
}

/// Rounded and limited as keepalived does it.
fn fitting(word: &Word, written: Duration, version: Version, report: &mut Report) -> Option<Interval> {
    let limits = match version {
        Version::V2 => V2,
        Version::V3 => V3,
    };
    // half a step more, so that cutting rounds
    let milliseconds = written.as_millis() + u128::from(limits.step) * 5;
    let steps = milliseconds / (u128::from(limits.step) * 10);
    let centis =
        steps.saturating_mul(u128::from(limits.step)).clamp(u128::from(limits.step), u128::from(limits.most));
    let centis = u16::try_from(centis).unwrap_or(limits.most);
    let interval = of(centis, version);
    if let Some(taken) = interval.map(Interval::duration).filter(|taken| *taken != written) {
        let taken = taken.as_secs_f64();
        report
            .error(
                word.place,
                format_args!("version {} has no advert interval of {} s", version.number(), word.text()),
            )
            .label(format_args!("it has {}", limits.words))
            .help(match version {
                Version::V2 => {
                    "write whole seconds on all its routers, or `version 3`, which has shorter ones"
                }
                Version::V3 => "write hundredths of a second, the same on all its routers",
            })
            .swallowed(format_args!("keepalived takes {taken} s"))
            .mended(format_args!("{taken} s"));
    }
    interval
}

fn of(centis: u16, version: Version) -> Option<Interval> {
    match version {
        Version::V2 => u8::try_from(centis / 100).ok().and_then(Interval::seconds),
        Version::V3 => Interval::centiseconds(centis),
    }
}
