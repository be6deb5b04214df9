//! One agent's stream, and what a director makes of it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lvs_watch::{Agents, Event, News, Session, Turned, Word};

use super::reader::Reader;

const HEAD: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const LISTENERS: [Option<(bool, u16)>; 3] = [None, Some((false, 80)), Some((true, 53))];
/// Longest part that is read at once
const LONGEST_PART: usize = 512;

/// A byte for whether the head is a good one, one for how the stream is cut and how fast it comes, and the stream. In parts it
/// tells the same as at once. Returns how many states it told.
pub(crate) fn watch(bytes: &[u8]) -> usize {
    let mut reader = Reader::new(bytes);
    let (good_head, pace) = (reader.bit(), reader.byte());
    let mut stream = if good_head { HEAD.to_vec() } else { Vec::new() };
    stream.extend(reader.bytes(usize::MAX));
    let (whole, whole_is_broken) = read(&stream, stream.len().max(1), 0);
    let (parts, parts_are_broken) = read(&stream, usize::from(pace).clamp(1, LONGEST_PART), 0);
    assert_eq!((&parts, parts_are_broken), (&whole, whole_is_broken));
    Followed::new().live(&whole, u64::from(pace))
}

fn read(stream: &[u8], part: usize, at_ms: u64) -> (Vec<Event>, bool) {
    let now = Duration::from_millis(at_ms);
    let (mut session, mut out) = (Session::new(now), Vec::new());
    let mut parts = stream.chunks(part);
    let is_broken = parts.any(|part| session.receive(part, now, &mut out).is_err());
    assert!(session.silent_at() <= now + Duration::from_secs(3));
    assert!(!is_broken || session.receive(b"\n", now, &mut out).is_err(), "once broken, always");
    (out, is_broken)
}

struct Followed {
    agents: Agents,
    now: Duration,
}

impl Followed {
    fn new() -> Self {
        let (mut agents, now) = (Agents::new(), Duration::ZERO);
        agents.set([agent()].into_iter(), now);
        Self { agents, now }
    }

    fn live(&mut self, events: &[Event], pace_ms: u64) -> usize {
        let mut states = 0;
        for event in events {
            self.pass(Duration::from_millis(pace_ms * pace_ms));
            match event {
                Event::State(status) => {
                    states += 1;
                    self.news(News::State(status.clone()));
                    let says = |vip: IpAddr| status.vips.iter().any(|known| known.address == vip);
                    self.check(says);
                }
                // as good as any other sign that comes and goes
                Event::Hello { .. } => drop(self.news(News::Silent)),
                Event::Beat => drop(self.news(News::Heard)),
            }
        }
        self.news(News::Lost("closed".to_owned()));
        self.pass(Duration::from_secs(30));
        assert_eq!(self.agents.poll_timeout(), None);
        assert!(matches!(self.agents.word(agent(), None, None), Word::Unverified(_)));
        states
    }

    fn news(&mut self, news: News) -> Turned {
        self.agents.handle(agent(), news, self.now)
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.agents.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.agents.handle_timeout(self.now);
            assert!(
                self.agents.poll_timeout().is_none_or(|due| due > self.now),
                "a timeout that is never over"
            );
        }
        self.now = end;
    }

    /// Ready is only what the agent has.
    fn check(&self, says: impl Fn(IpAddr) -> bool) {
        for nth in [240, 241] {
            let vip = IpAddr::from([192, 168, 100, nth]);
            for listener in LISTENERS {
                let word = self.agents.word(agent(), Some(vip), listener);
                assert!(word != Word::Ready || says(vip), "{vip} is not ready");
            }
        }
        assert!(self.agents.view(agent()).is_some_and(|view| view.ready <= view.vips));
    }
}

fn agent() -> SocketAddr {
    SocketAddr::from(([192, 168, 100, 8], 9781))
}
