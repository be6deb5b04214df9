//! What a session keeps.

extern crate std;

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Part, Session};
use crate::request::LONGEST_HEAD;

const HEAD: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
/// A `Vec` grows by doubling
const MOST: usize = 2 * ((1 << 20) + (1 << 20)) + LONGEST_HEAD;

fn held(session: &Session) -> usize {
    match &session.part {
        Part::Head(head) => head.held(),
        Part::Events(lines, fields) => lines.held() + fields.held(),
        Part::Broken => 0,
    }
}

fn opened() -> Session {
    let mut session = Session::new(Duration::ZERO);
    session.receive(HEAD, Duration::ZERO, &mut Vec::new()).unwrap();
    session
}

#[test]
fn nothing_is_kept_between_events() {
    let mut session = opened();
    assert_eq!(held(&session), 0);
    let mut event = b"event: later\ndata: ".to_vec();
    event.extend(vec![b'a'; 300_000]);
    for part in event.chunks(1000) {
        session.receive(part, Duration::ZERO, &mut Vec::new()).unwrap();
    }
    assert!(held(&session) >= 300_000);
    session.receive(b"\n\n", Duration::ZERO, &mut Vec::new()).unwrap();
    assert_eq!(held(&session), 0);
    assert!(size_of::<Session>() < 300);
}

/// Good beginnings with bytes by chance behind them, for as long as the session takes them.
#[test]
fn nothing_grows_beyond_its_limit() {
    let mut chance = 7_u64;
    let mut next = || {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        chance.to_be_bytes()
    };
    for round in 0..12 {
        let mut session = if round % 3 == 0 { Session::new(Duration::ZERO) } else { opened() };
        let alphabet: &[u8] = if round % 2 == 0 { b"data: {}[]\"\\abc" } else { b"\n\r data:event state" };
        let mut broken = false;
        for _ in 0..40 {
            let mut part = vec![b'\n'; 100_000 * usize::from(next()[0] % 2)];
            part.extend(b"data: ");
            part.extend((0..20_000).map(|_| alphabet[usize::from(next()[0]) % alphabet.len()]));
            broken |= session.receive(&part, Duration::ZERO, &mut Vec::new()).is_err();
            assert!(held(&session) <= MOST, "{}", held(&session));
            assert!(!broken || held(&session) == 0);
        }
    }
}
