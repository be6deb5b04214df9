//! One agent.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::mem;
use core::net::IpAddr;
use core::time::Duration;

use super::changes::Changes;
use super::told::{Listener, Ordered, Told, ToldVip};
use super::turns::{DAMPED, Turns};
use super::weight::Weight;
use crate::{Hearing, News, Status, Turned, View, Word};

/// How long nothing changes for an agent that was not heard yet
const AWAITED: Duration = Duration::from_secs(2);
const NOT_HEARD: &str = "not heard yet";
const NOTHING_COMES: &str = "no heartbeat";

#[derive(Debug)]
pub(super) struct Agent {
    hearing: Hearing,
    /// of `hearing`
    since: Duration,
    /// why it is not heard
    reason: Box<str>,
    /// the host answered no knock
    dead: bool,
    /// what it said last, even if it is not heard any more
    told: Option<Box<Told>>,
    turns: Turns,
    weight: Weight,
}

impl Agent {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            hearing: Hearing::Awaited,
            since: now,
            reason: Box::default(),
            dead: false,
            told: None,
            turns: Turns::default(),
            weight: Weight::default(),
        }
    }

    pub(super) fn handle(&mut self, news: News, now: Duration) -> Turned {
        match news {
            News::State(status) => self.tell(&status, now),
            News::Silent => self.unheard(Hearing::Silent, NOTHING_COMES, now),
            News::Lost(words) => self.unheard(Hearing::Lost, &words, now),
            News::Heard => self.heard_again(now),
            News::Knocked { host_is_dead: true } => self.die(),
            News::Knocked { host_is_dead: false } => Turned { changed: self.revive(), ..Turned::default() },
        }
    }

    pub(super) fn revive(&mut self) -> bool {
        mem::take(&mut self.dead)
    }

    pub(super) fn due(&self) -> Option<Duration> {
        let awaited = (self.hearing == Hearing::Awaited).then(|| self.since.saturating_add(AWAITED));
        [awaited, self.turns.due(), self.weight.due()].into_iter().flatten().min()
    }

    /// Returns whether words or the weight changed.
    pub(super) fn handle_timeout(&mut self, now: Duration) -> bool {
        let over = self.hearing == Hearing::Awaited && now >= self.since.saturating_add(AWAITED);
        if over {
            self.turn_to(Hearing::Lost, NOT_HEARD, now);
        }
        // each must have its turn
        let (trusted, weight) = (self.turns.forget(now), self.weight.handle_timeout(now));
        over || trusted || weight
    }

    pub(super) fn word(&self, vip: Option<IpAddr>, listener: Option<Listener>) -> Word {
        match (self.hearing, &self.told) {
            _ if self.dead => Word::Dead,
            (Hearing::Awaited, _) => Word::Awaited,
            (Hearing::Silent | Hearing::Lost, None) => Word::Unverified(self.reason.clone().into()),
            (Hearing::Heard, None) => Word::Unverified(NOT_HEARD.to_owned()),
            (_, Some(told)) => match vip {
                Some(vip) => self.vip_word(vip, told.vip(vip), listener),
                None => self.host_word(told, listener),
            },
        }
    }

    pub(super) fn weight(&self) -> Option<u8> {
        self.weight.taken()
    }

    /// What is drained, as far as it is heard: the state's number and the VIPs.
    pub(super) fn draining(&self) -> Option<(u64, impl Iterator<Item = &ToldVip>)> {
        let told = self.told.as_deref().filter(|_| self.hearing == Hearing::Heard)?;
        let mut drains = told.vips.iter().filter(|vip| vip.ordered > Ordered::Nothing).peekable();
        drains.peek().is_some().then_some((told.seq, drains))
    }

    pub(super) fn told(&self) -> Option<&Told> {
        self.told.as_deref()
    }

    pub(super) fn view(&self) -> View {
        let told = self.told.as_deref();
        let text = |of: fn(&Told) -> &str| told.map(of).unwrap_or_default().to_owned();
        View {
            hearing: self.hearing,
            since: self.since,
            dead: self.dead,
            host: text(|told| &told.host),
            version: text(|told| &told.version),
            reason: self.view_reason(),
            vips: told.map_or(0, |told| told.vips.len()),
            ready: told.map_or(0, |told| told.vips.iter().filter(|vip| vip.is_ready()).count()),
            damped: self.turns.count_damped(),
            weight: self.weight(),
            seq: told.map_or(0, |told| told.seq),
        }
    }

    fn tell(&mut self, status: &Status, now: Duration) -> Turned {
        let new = Told::new(status);
        let changes = match (self.hearing, &self.told) {
            (Hearing::Heard, Some(old)) => Changes::between(old, &new, &self.turns),
            (Hearing::Awaited, _) => Changes { words: true, ..Changes::default() },
            (Hearing::Heard | Hearing::Silent | Hearing::Lost, _) => {
                Changes::since_unheard(self.told.as_deref(), &new, &self.turns)
            }
        };
        let weighs = self.weight.tell(new.weight, now);
        self.told = Some(Box::new(new));
        self.turn_to(Hearing::Heard, "", now);
        let drains = self.draining().is_some();
        Turned { drains, ..self.turned(changes, weighs, now) }
    }

    fn heard_again(&mut self, now: Duration) -> Turned {
        let Some(told) = self.told.as_deref().filter(|_| self.hearing == Hearing::Silent) else {
            // what a stream that has ended said is no word of the next one
            return Turned::default();
        };
        let changes = Changes::since_unheard(Some(told), told, &self.turns);
        self.turn_to(Hearing::Heard, "", now);
        self.turned(changes, false, now)
    }

    fn turned(&mut self, changes: Changes, weighs: bool, now: Duration) -> Turned {
        let damped = self.turns.add(changes.turns.into_iter(), now);
        Turned {
            changed: changes.words || damped || weighs,
            came_ready: changes.came_ready,
            ..Turned::default()
        }
    }

    /// Other words than the last time mean that something happened to the host since.
    fn unheard(&mut self, hearing: Hearing, words: &str, now: Duration) -> Turned {
        let differs = self.hearing != hearing || *self.reason != *words;
        self.turn_to(hearing, words, now);
        // also of a dead host: what differs may be an answer
        Turned { changed: differs && !self.dead, suspect: differs, ..Turned::default() }
    }

    fn die(&mut self) -> Turned {
        let is_heard = matches!(self.hearing, Hearing::Heard | Hearing::Awaited);
        if is_heard || self.dead {
            return Turned::default();
        }
        self.dead = true;
        Turned { changed: true, ..Turned::default() }
    }

    fn turn_to(&mut self, hearing: Hearing, words: &str, now: Duration) {
        if self.hearing != hearing {
            self.hearing = hearing;
            self.since = now;
        }
        self.dead &= hearing != Hearing::Heard;
        self.reason = words.into();
    }

    fn vip_word(&self, address: IpAddr, vip: Option<&ToldVip>, listener: Option<Listener>) -> Word {
        let damped = match listener {
            // what a person ordered goes before what listeners do
            _ if vip.is_some_and(|vip| vip.ordered > Ordered::Nothing) => self.turns.is_damped(address, None),
            Some(_) => self.turns.is_damped(address, listener),
            None => self.turns.is_any_damped(address),
        };
        match vip {
            _ if damped => Word::NotReady(DAMPED.to_owned()),
            _ if self.hearing != Hearing::Heard => Word::Unverified(self.reason.clone().into()),
            None => Word::NotReady(format!("the agent has no VIP {address}")),
            Some(vip) => vip.word(listener),
        }
    }

    /// The worst of all VIPs: packets of any of them come by the mark.
    fn host_word(&self, told: &Told, listener: Option<Listener>) -> Word {
        let words = told.vips.iter().map(|vip| self.vip_word(vip.address, Some(vip), listener));
        let none = || match self.hearing {
            Hearing::Heard => Word::NotReady("the agent has no VIP".to_owned()),
            Hearing::Awaited | Hearing::Silent | Hearing::Lost => {
                Word::Unverified(self.reason.clone().into())
            }
        };
        words
            .reduce(|worst, word| if badness(&word) > badness(&worst) { word } else { worst })
            .unwrap_or_else(none)
    }

    fn view_reason(&self) -> Option<String> {
        if self.hearing != Hearing::Heard {
            return (!self.reason.is_empty()).then(|| self.reason.clone().into());
        }
        let mut vips = self.told.as_deref()?.vips.iter();
        vips.find_map(|vip| {
            let word = match self.vip_word(vip.address, Some(vip), None) {
                Word::NotReady(reason) => reason,
                Word::Draining => "draining".to_owned(),
                Word::Leaving => "leaving".to_owned(),
                Word::Ready | Word::Awaited | Word::Unverified(_) | Word::Dead => return None,
            };
            Some(format!("{}: {word}", vip.address))
        })
    }
}

/// What a person ordered goes before what is missing.
fn badness(word: &Word) -> u8 {
    match word {
        Word::Ready => 0,
        Word::Awaited | Word::Unverified(_) => 1,
        Word::NotReady(_) => 2,
        Word::Draining => 3,
        Word::Leaving => 4,
        Word::Dead => 5,
    }
}
