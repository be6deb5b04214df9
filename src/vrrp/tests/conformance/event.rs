//! What happens in a case.

use lvs_vrrp::{Readiness, Report, Settings};

use crate::case::readiness;
use crate::packet::{Sent, sent};

pub(crate) enum Event {
    /// configured, interface and source address known
    Start,
    /// configured only
    Configure,
    /// went on as master after a short absence; goes before `Interface`
    Resume,
    /// addresses of an earlier run are there
    Leftover,
    /// none: fine
    Interface(Option<&'static str>),
    /// the interface has or loses its address
    Source(bool),
    Packet(Sent),
    Track(usize, Report),
    Readiness(Readiness),
    Stop,
    /// time passes
    Nothing,
}

/// None: no event says that.
pub(crate) fn event(words: &[&str], settings: &Settings) -> Option<Event> {
    Some(match words {
        ["start"] => Event::Start,
        ["configure"] => Event::Configure,
        ["resume"] => Event::Resume,
        ["leftover"] => Event::Leftover,
        ["interface", "up"] => Event::Interface(None),
        ["interface", "down"] => Event::Interface(Some("interface eth0 is down")),
        ["source", "gone"] => Event::Source(false),
        ["source", "there"] => Event::Source(true),
        ["advert", options @ ..] => Event::Packet(sent(options, settings)?),
        ["track", index, report] => Event::Track(index.parse().ok()?, report_of(report)?),
        ["readiness", word] => Event::Readiness(readiness(word)),
        ["stop"] => Event::Stop,
        ["nothing"] => Event::Nothing,
        _ => return None,
    })
}

fn report_of(word: &str) -> Option<Report> {
    match word {
        "up" => Some(Report::Up),
        "down" => Some(Report::Down),
        number => number.parse().ok().map(Report::Value),
    }
}
