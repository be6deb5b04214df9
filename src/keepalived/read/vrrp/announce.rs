//! Gratuitous ARP and neighbour advertisements: `garp_*` of an instance, `vrrp_garp_*` of `global_defs`.

use core::time::Duration;

use ::vrrp::Announcing;

use super::value::{flag, number};
use crate::report::Report;
use crate::syntax::Line;

/// keepalived's own: no refresh.
pub(super) const USUAL: Announcing = Announcing {
    repeat: 5,
    delay: Duration::from_secs(5),
    refresh: None,
    refresh_repeat: 1,
    rival_delay: Duration::from_secs(5),
    rival_repeat: 5,
};
/// The keywords of an instance; in `global_defs` they begin with `vrrp_`.
pub(super) const KEYWORDS: [&str; 6] = [
    "garp_master_repeat",
    "garp_master_refresh_repeat",
    "garp_lower_prio_repeat",
    "garp_master_delay",
    "garp_lower_prio_delay",
    "garp_master_refresh",
];
/// More is a storm.
const MOST_REPEATS: i64 = 20;
const MOST_DELAY: i64 = 3_600;
const MOST_REFRESH: i64 = 86_400;

/// What was said.
#[derive(Default)]
pub(super) struct Said {
    minimal: bool,
    repeat: Option<u8>,
    delay: Option<Duration>,
    /// zero: never
    refresh: Option<Duration>,
    refresh_repeat: Option<u8>,
    rival_delay: Option<Duration>,
    rival_repeat: Option<u8>,
}

impl Said {
    /// Takes a line; answers whether it is one of these. `before` is what a keyword begins with.
    pub(super) fn take(&mut self, line: &Line, before: &str, report: &mut Report) -> bool {
        let Some(keyword) = line.keyword().strip_prefix(before) else { return false };
        match keyword {
            "garp_master_repeat" => self.repeat = repeat(line, report).or(self.repeat),
            "garp_master_refresh_repeat" => {
                self.refresh_repeat = repeat(line, report).or(self.refresh_repeat);
            }
            "garp_lower_prio_repeat" => self.rival_repeat = repeat(line, report).or(self.rival_repeat),
            "garp_master_delay" => self.delay = limited(line, MOST_DELAY, report).or(self.delay),
            "garp_lower_prio_delay" => {
                self.rival_delay = limited(line, MOST_DELAY, report).or(self.rival_delay);
            }
            "garp_master_refresh" => self.refresh = limited(line, MOST_REFRESH, report).or(self.refresh),
            "min_garp" => self.minimal = flag(line, report).unwrap_or(self.minimal),
            _ => return false,
        }
        true
    }

    /// What holds. What a rival's adverts lead to is, in `global_defs`, as after becoming master unless said.
    pub(super) fn finish(&self, usual: Announcing, is_global: bool) -> Announcing {
        let usual =
            if self.minimal { Announcing { repeat: 1, delay: Duration::ZERO, ..usual } } else { usual };
        let repeat = self.repeat.unwrap_or(usual.repeat);
        let delay = self.delay.unwrap_or(usual.delay);
        let rival = if is_global { (repeat, delay) } else { (usual.rival_repeat, usual.rival_delay) };
        Announcing {
            repeat,
            delay,
            refresh: self
                .refresh
                .map_or(usual.refresh, |refresh| Some(refresh).filter(|refresh| !refresh.is_zero())),
            refresh_repeat: self.refresh_repeat.unwrap_or(usual.refresh_repeat),
            rival_repeat: self.rival_repeat.unwrap_or(rival.0),
            rival_delay: self.rival_delay.unwrap_or(rival.1),
        }
    }
}

fn repeat(line: &Line, report: &mut Report) -> Option<u8> {
    let read = number(line, 0..=i64::from(u32::MAX), "keepalived takes 1", report)?;
    let limited = read.clamp(1, MOST_REPEATS);
    if limited != read {
        tell_limit(line, limited, "packets for each address in one burst", report);
    }
    u8::try_from(limited).ok()
}

fn limited(line: &Line, most: i64, report: &mut Report) -> Option<Duration> {
    let read = number(line, 0..=i64::from(u32::MAX), "keepalived takes 0", report)?;
    if read > most {
        tell_limit(line, most, "seconds", report);
    }
    u64::try_from(read.min(most)).ok().map(Duration::from_secs)
}

fn tell_limit(line: &Line, limit: i64, what: &str, report: &mut Report) {
    report
        .warning(line.words_place(), format_args!("`{}` is taken as {limit}", line.keyword()))
        .label(format_args!("here it is {limit} {what}"))
        .help(format_args!("write {limit}"));
}
