//! Plays a case against the machine and writes down what it does.

use std::time::Duration;

use lvs_vrrp::{Action, Advert, Holding, Packet, Refused, RouterId, Set, Settings, Transition};

use crate::case::Case;
use crate::event::Event;

/// Lines: what was done and when, then how it ended and what was refused.
pub(crate) fn play(case: &Case) -> Vec<String> {
    let mut player = Player { case, set: Set::new(), id: None, lines: Vec::new() };
    player.set.set_readiness(case.readiness, Duration::ZERO);
    for (at, event) in &case.events {
        player.pass(*at);
        player.happen(event, *at);
        player.drain(*at);
    }
    player.end();
    player.lines
}

struct Player<'a> {
    case: &'a Case,
    set: Set,
    id: Option<RouterId>,
    lines: Vec<String>,
}

impl Player<'_> {
    fn pass(&mut self, until: Duration) {
        while let Some(due) = self.set.poll_timeout().filter(|due| *due <= until) {
            self.set.handle_timeout(due);
            self.drain(due);
        }
    }

    fn happen(&mut self, event: &Event, now: Duration) {
        if self.id.is_none() {
            self.id = self.set.set(vec![self.case.settings.clone()], Vec::new(), now).first().copied();
        }
        let id = self.id.unwrap();
        match event {
            Event::Start => {
                self.set.set_source(id, Some(self.case.source), now);
                self.set.set_interface(id, None, now);
            }
            Event::Configure | Event::Nothing => {}
            Event::Resume => self.set.resume(id, now),
            Event::Leftover => self.set.hold_leftover(id, now),
            Event::Interface(fault) => self.set.set_interface(id, *fault, now),
            Event::Source(there) => self.set.set_source(id, there.then_some(self.case.source), now),
            Event::Packet(sent) => self.set.handle_packet(id, &sent.packet(), now),
            Event::Track(index, report) => self.set.set_track(id, *index, *report, now),
            Event::Readiness(readiness) => self.set.set_readiness(*readiness, now),
            Event::Stop => self.set.stop(now),
        }
    }

    fn drain(&mut self, now: Duration) {
        while let Some((_, action)) = self.set.poll_action() {
            let line = format!("{} {}", seconds(now), self.text(&action));
            self.lines.push(line);
        }
    }

    fn text(&self, action: &Action) -> String {
        match action {
            Action::Send { destination, packet } => {
                let packet =
                    Packet { source: self.case.source, destination: *destination, ttl: 255, payload: packet };
                format!("send {destination} {}", advert(&packet, &self.case.settings))
            }
            Action::Hold(Holding::No) => "hold no".to_owned(),
            Action::Hold(Holding::Silent) => "hold silent".to_owned(),
            Action::Hold(Holding::Yes) => "hold yes".to_owned(),
            Action::Announce { repeat } => format!("announce {repeat}"),
            Action::Transition(Transition { from, to, reason, .. }) => format!("{from} -> {to}: {reason}"),
        }
    }

    fn end(&mut self) {
        let Some(view) = self.id.and_then(|id| self.set.view(id)) else { return };
        self.lines.push(format!("end {}", view.state));
        for reason in Refused::ALL {
            match view.counters.refused(reason) {
                0 => {}
                count => self.lines.push(format!("refused {} {count}", reason.word())),
            }
        }
    }
}

fn advert(packet: &Packet<'_>, settings: &Settings) -> String {
    let advert = Advert::parse(packet, settings.pseudo_header).unwrap();
    let addresses: Vec<String> = advert.addresses.iter().map(ToString::to_string).collect();
    let password = advert.password.map_or("", |_| " with password");
    format!(
        "v{} vrid {} priority {} interval {} addresses {}{password}",
        advert.version.number(),
        advert.vrid,
        advert.priority,
        seconds(advert.interval.duration()),
        addresses.join(","),
    )
}

/// To the microsecond, without zeros at the end.
fn seconds(time: Duration) -> String {
    let text = format!("{}.{:06}", time.as_secs(), time.subsec_micros());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
