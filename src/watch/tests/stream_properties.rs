//! However a stream is cut, and whatever it is made of.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod common;

use std::time::Duration;

use common::{HEAD, OLD, draining, event, lacking, ms, ready, state, status};
use lvs_watch::{DrainPhase, Event, Session};
use proptest::collection::vec;
use proptest::prelude::*;

fn good_event() -> impl Strategy<Value = String> {
    let vip = (0_u8..4, 0_u8..4).prop_map(|(nth, kind)| match kind {
        0 => lacking(nth, "tcp/80", "nothing listens ✗"),
        1 => draining(nth, DrainPhase::Draining),
        _ => ready(nth),
    });
    prop_oneof![
        vec(vip, 0..4).prop_map(|vips| state(&status(vips))),
        (0_u32..2000).prop_map(|said| event("heartbeat", &said.to_string())),
        Just(event("hello", r#"{"watch":"a-Z_0","format":1}"#)),
        Just(event("state", &OLD.replace('\n', ""))),
        Just(": comment\n\n\nlater\nid: 1\n\n".to_owned()),
        "[a-z]{1,8}".prop_map(|kind| event(&format!("x{kind}"), "{")),
    ]
}

fn read(parts: &[&[u8]]) -> Vec<Event> {
    let (mut session, mut out) = (Session::new(Duration::ZERO), Vec::new());
    for part in parts {
        session.receive(part, ms(1), &mut out).unwrap();
    }
    out
}

fn cut<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = bytes;
    let mut parts = Vec::new();
    for len in cuts {
        let (part, behind) = rest.split_at((*len).min(rest.len()));
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_change_nothing(
        stream in vec(good_event(), 0..12),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        cuts in vec(0_usize..200, 0..60),
    ) {
        let stream = (HEAD.to_owned() + &stream.concat().replace('\n', end)).into_bytes();
        let whole = read(&[&stream]);
        prop_assert_eq!(&read(&cut(&stream, &cuts)), &whole);
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(&read(&single), &whole);
    }

    /// A stream that ends anywhere has told the first of its events and no other.
    #[test]
    fn ends_change_nothing_before(stream in vec(good_event(), 1..8), end in any::<prop::sample::Index>()) {
        let stream = (HEAD.to_owned() + &stream.concat()).into_bytes();
        let whole = read(&[&stream]);
        let some = read(&[&stream[..end.index(stream.len())]]);
        prop_assert!(whole.starts_with(&some));
    }

    /// Bytes overwritten in good streams: read or given up, the same however it is cut.
    #[test]
    fn broken_bytes_are_the_same_in_any_parts(
        stream in vec(good_event(), 1..8),
        with_head in any::<bool>(),
        bytes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cuts in vec(0_usize..200, 0..20),
    ) {
        let head = if with_head { HEAD } else { "" };
        let mut stream = (head.to_owned() + &stream.concat()).into_bytes();
        for (at, byte) in bytes {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        let read = |parts: &[&[u8]]| {
            let (mut session, mut out) = (Session::new(Duration::ZERO), Vec::new());
            let broken = parts.iter().find_map(|part| session.receive(part, ms(1), &mut out).err());
            (out, broken.map(|error| error.to_string()))
        };
        prop_assert_eq!(read(&cut(&stream, &cuts)), read(&[&stream]));
    }

    #[test]
    fn any_bytes(parts in vec((vec(any::<u8>(), 0..300), 0_u64..100), 0..40), with_head in any::<bool>()) {
        let (mut session, mut out) = (Session::new(Duration::ZERO), Vec::new());
        if with_head {
            session.receive(HEAD.as_bytes(), Duration::ZERO, &mut out).unwrap();
        }
        let mut now = Duration::ZERO;
        for (part, pause) in parts {
            now += ms(pause);
            let taken = session.receive(&part, now, &mut out);
            prop_assert!(session.silent_at() <= now + Duration::from_secs(3));
            if taken.is_err() {
                prop_assert!(session.receive(&part, now, &mut out).is_err());
            }
        }
        prop_assert!(out.is_empty() || out.iter().all(|event| matches!(event, Event::Beat)));
    }
}
