//! `persistence_timeout`, `persistence_granularity`, `persistence_engine`.

use alloc::string::String;
use core::net::Ipv4Addr;
use core::num::NonZeroU32;

use ipvs::{Family, Persistence, Protocol};

use super::is_word;
use crate::Mode;
use crate::read::service::head::Keys;
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{number, shown, value};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// keepalived's own: six minutes.
const USUAL: u32 = 360;
/// The most that it takes, and ipvsadm too: 31 days.
const MOST: i64 = 2_678_400;

/// None where something is refused; keepalived makes every service persistent that has no port, or a granularity.
#[expect(clippy::option_option, reason = "refused, or none")]
pub(super) fn read(
    line: &Line,
    said: &Said<'_>,
    keys: &Keys,
    report: &mut Report,
) -> Option<Option<Persistence>> {
    let bits = keys.family().bits();
    let mask = said.last("persistence_granularity", report);
    let granularity = match mask {
        Some(line) => granularity(value(line, report)?, keys.family(), report)?,
        None => bits,
    };
    let engine = engine(said, keys, report);
    let said_timeout = said.last("persistence_timeout", report);
    let mut timeout = said_timeout.and_then(|line| timeout(line, report));
    if timeout.is_none() && (mask.is_some() || keys.any_has_no_port()) {
        tell_forced(line, mask.is_some(), report);
        timeout = Some(USUAL);
    }
    let Some(timeout_s) = timeout.and_then(NonZeroU32::new) else {
        if let Some(line) = said.all("persistence_engine").first() {
            report
                .error(line.words_place(), "`persistence_engine` without `persistence_timeout`")
                .help("write `persistence_timeout 360` too, or leave it away");
        }
        return Some(None);
    };
    if keys.is_mixed() && mask.is_some() {
        report
            .error(line.words_place(), "a granularity for services of both families")
            .help("write two groups, one for each");
    }
    Some(Some(Persistence { timeout_s, granularity, engine }))
}

fn tell_forced(line: &Line, by_mask: bool, report: &mut Report) {
    let why =
        if by_mask { "a granularity is one of persistence" } else { "a service on every port is persistent" };
    report
        .warning(line.words_place(), "persistence of 360 s is taken")
        .label(why)
        .help("write `persistence_timeout 360`: keepalived takes it so");
}

/// Bare it is 360; 0 is no time.
fn timeout(line: &Line, report: &mut Report) -> Option<u32> {
    let Some(word) = line.value(0) else { return Some(USUAL) };
    if is_word(word, "0") {
        report
            .warning(word.place, "`persistence_timeout` is 0")
            .label("no persistence")
            .help("leave the line away, as keepalived does");
        return None;
    }
    let read = number(line, 1..=MOST, "keepalived leaves the line away", report)?;
    u32::try_from(read).ok()
}

/// How many leading bits of the client's address count.
fn granularity(word: &Word, family: Family, report: &mut Report) -> Option<u8> {
    let text = word.text();
    let mask = text.parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
    let contiguous = mask.filter(|mask| *mask != 0 && mask.leading_ones() + mask.trailing_zeros() == 32);
    let read = match family {
        Family::V4 => contiguous.and_then(|mask| u8::try_from(mask.leading_ones()).ok()),
        Family::V6 => text.parse::<u8>().ok().filter(|bits| (1..=128).contains(bits)),
    };
    if read.is_none() {
        let bits = text.parse::<u8>().ok().filter(|bits| (1..=32).contains(bits));
        let meant = bits.filter(|_| family == Family::V4);
        let draft = report.error(word.place, format_args!("`{}` is no netmask here", shown(text)));
        match (family, meant) {
            (Family::V6, _) => drop(draft.help("write how many leading bits count: a number from 1 to 128")),
            (Family::V4, Some(bits)) => {
                let mask = Ipv4Addr::from_bits(u32::MAX << (32 - u32::from(bits)));
                drop(draft.help(format_args!("write `{mask}`")).mended(format_args!("taken as `{mask}`")));
            }
            (Family::V4, None) => drop(draft.help("write a mask such as `255.255.255.0`")),
        }
        return meant.filter(|_| report.mode() == Mode::Fix);
    }
    read
}

/// `sip` is the only one of the kernel, and it reads UDP.
fn engine(said: &Said<'_>, keys: &Keys, report: &mut Report) -> Option<String> {
    let line = said.last("persistence_engine", report)?;
    let word = value(line, report)?;
    if !is_word(word, "sip") {
        report
            .error(word.place, format_args!("there is no persistence engine `{}`", shown(word.text())))
            .help("write `sip`, or leave the line away");
        return None;
    }
    if let Some(protocol @ (Protocol::Tcp | Protocol::Sctp)) = keys.protocol() {
        report
            .error(word.place, format_args!("the engine sip reads UDP, this service is {protocol}"))
            .help("leave it away, or write `protocol UDP`");
        return None;
    }
    Some(String::from("sip"))
}
