//! What turned together, as few mails as there are causes: one server of five hundred services is one line.

use config::director::VirtualService;
use mail::{About, MailEvent};

use super::event;
use crate::core::{QuorumTurn, ServerTurn, Turn};

/// Services that are named before the others are counted.
const NAMED: usize = 3;

/// What is told of these turns; nothing where nobody wants to hear of it.
pub(super) fn of(services: &[VirtualService], turns: &[Turn]) -> Vec<MailEvent> {
    let mut causes: Vec<Cause> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for (name, what) in turns.iter().filter_map(|turn| read(services, turn)) {
        let place = *places.entry(what.clone()).or_insert(causes.len());
        match causes.get_mut(place) {
            Some(cause) => cause.services.push(name),
            None => causes.push(Cause { what, services: vec![name] }),
        }
    }
    causes.into_iter().map(Cause::told).collect()
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct What {
    about: About,
    /// `10.0.0.2:80 down`, `quorum lost`
    words: String,
    /// of the first
    more: String,
}

struct Cause<'a> {
    what: What,
    services: Vec<&'a str>,
}

fn read<'a>(services: &'a [VirtualService], turn: &Turn) -> Option<(&'a str, What)> {
    match turn {
        Turn::Server(turn) => server(services, turn),
        Turn::Quorum(turn) => quorum(services, turn),
    }
}

/// That a server enters is no news: a director that starts would tell of each.
fn server<'a>(services: &'a [VirtualService], turn: &ServerTurn) -> Option<(&'a str, What)> {
    if turn.first {
        return None;
    }
    let service = services.get(turn.service)?;
    let real = service.reals.get(turn.real).filter(|real| real.alert)?;
    let words = format!("{} {}", real.key, if turn.up { "up" } else { "down" });
    Some((name(service), What { about: About::Server, words, more: turn.why.clone().unwrap_or_default() }))
}

/// That a service has what it needs is no news when nothing was known before.
fn quorum<'a>(services: &'a [VirtualService], turn: &QuorumTurn) -> Option<(&'a str, What)> {
    let service = services.get(turn.service).filter(|service| service.alert)?;
    if turn.first && turn.quorum {
        return None;
    }
    let words = if turn.quorum { "quorum regained" } else { "quorum lost" };
    let mut more = format!("servers that are up weigh {}, quorum is {}", turn.weight_up, service.quorum);
    if let Some((sorry, _)) = service.sorry_server.filter(|_| !turn.quorum) {
        more.push_str(&format!("; the sorry server {sorry} serves"));
    }
    Some((name(service), What { about: About::Service, words: words.to_owned(), more }))
}

/// A group's service speaks for all of the group.
fn name(service: &VirtualService) -> &str {
    service.group.as_ref().unwrap_or(&service.name)
}

impl Cause<'_> {
    fn told(self) -> MailEvent {
        let Self { what: What { about, words, more }, services } = self;
        let named = services.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let others = services.len().saturating_sub(NAMED);
        let others = match others {
            0 => String::new(),
            1 => " and 1 other".to_owned(),
            _ => format!(" and {others} others"),
        };
        event(about, format!("{named}{others}: {words}"), more)
    }
}
