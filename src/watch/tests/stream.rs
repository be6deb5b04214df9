//! Streams as bytes.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod common;

use std::time::Duration;

use common::{HEAD, OLD, broken, event, events, ms, opened, ready, state, status};
use lvs_watch::{Event, Session};

fn is_state(event: &Event) -> bool {
    matches!(event, Event::State(_))
}

#[test]
fn a_stream_of_each_event() {
    let told = status(vec![ready(240)]);
    let hello = event("hello", r#"{"watch":"00f1e2d3c4b5a697","format":1,"later":[]}"#);
    let stream = hello + &state(&told) + &event("heartbeat", "100");
    let watch = "00f1e2d3c4b5a697".to_owned();
    assert_eq!(events(&stream), [Event::Hello { watch }, Event::State(Box::new(told)), Event::Beat]);
}

#[test]
fn every_end_of_a_line() {
    let told = status(vec![ready(240), ready(241)]);
    let stream = state(&told) + &event("heartbeat", "");
    let wanted = [Event::State(Box::new(told)), Event::Beat];
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(events(&stream.replace('\n', end)), wanted, "{end:?}");
    }
}

#[test]
fn what_is_not_known_is_passed_over() {
    let mut json: serde_json::Value = serde_json::from_str(OLD).unwrap();
    json["later"] = serde_json::json!({ "deep": [{ "er": 1 }] });
    json["vips"][0]["later"] = "text".into();
    let stream = format!(
        ": a comment\nid: 7\nretry: 10\n\n{}{}data: not named\n\nnonsense\n\n{}",
        event("later", "{"),
        event("state", &json.to_string()),
        event("heartbeat", "1000")
    );
    let events = events(&stream);
    assert_eq!(events.len(), 2);
    assert!(is_state(&events[0]));
}

#[test]
fn data_in_lines_and_fields_in_any_order() {
    let lines: Vec<String> = OLD.lines().map(|line| format!("data:{line}\n")).collect();
    let events = events(&format!("{}event:state\n\nevent: state\n\nevent: heartbeat\n\n", lines.concat()));
    let Event::State(status) = &events[0] else { panic!("{events:?}") };
    assert_eq!((status.format, status.seq, status.vips.len()), (0, 0, 1));
    assert_eq!(events[1..], [Event::Beat], "a state without data is no event");
}

#[test]
fn silence_by_the_heartbeat_that_the_agent_keeps() {
    let mut session = Session::new(ms(500));
    let mut receive = |text: &str, at: u64| {
        session.receive(text.as_bytes(), ms(at), &mut Vec::new()).unwrap();
        session.silent_at()
    };
    assert_eq!(receive(HEAD, 600), ms(3500));
    assert_eq!(receive(&event("heartbeat", ""), 700), ms(700 + 2500), "an agent that does not say");
    assert_eq!(receive(&event("heartbeat", "100"), 800), ms(800 + 250));
    assert_eq!(receive(&state(&status(vec![])), 900), ms(900 + 250), "a state is a heartbeat");
    assert_eq!(receive("data: half an eve", 1000), ms(1150), "what is not complete is none");
    assert_eq!(receive("nt\n\n: comment\n\n", 1000), ms(1150));
    for (said, kept) in
        [("0", 50), ("99999999999999999999", 1000), ("3600000", 1000), ("-1", 1000), ("x", 1000)]
    {
        let silent_at = receive(&event("heartbeat", said), 2000);
        assert_eq!(silent_at, ms(2000 + kept * 5 / 2), "{said}");
    }
}

#[test]
fn heads() {
    let take = |head: &str| {
        let taken = Session::new(Duration::ZERO).receive(head.as_bytes(), ms(1), &mut Vec::new());
        taken.map_err(|error| error.to_string())
    };
    let with = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n");
    assert_eq!(take(&with("Content-Type: Text/Event-Stream; charset=utf-8")), Ok(()));
    let no_stream = Err("the answer is no plain text/event-stream".to_owned());
    assert_eq!(take(&with("X: y")), no_stream);
    assert_eq!(take(&with("Content-Type: text/html")), no_stream);
    assert_eq!(take(&with("Content-Type: text/event-stream\r\nTransfer-Encoding: chunked")), no_stream);
    assert_eq!(take(&with("Content-Type: text/event-stream\r\ncontent-encoding: gzip")), no_stream);
    let refused = take("HTTP/1.1 404 Not Found\r\n\r\n");
    assert_eq!(refused, Err("the agent answered 404 Not Found".to_owned()));
    assert_eq!(take("HTTP/1.1 503 \r\n\r\n"), Err("the agent answered 503".to_owned()));
    assert_eq!(take("SSH-2.0-OpenSSH_9.2\r\n"), Err("the answer is no HTTP".to_owned()));
    let long = format!("HTTP/1.1 200 OK\r\nx: {}", "a".repeat(9000));
    assert_eq!(take(&long), Err("the answer's head is longer than 8 KiB".to_owned()));
    assert_eq!(take("HTTP/1.1 200 OK\r\nx: y\r\n"), Ok(()), "there may be more");
}

#[test]
fn limits_of_one_event() {
    let mib = "a".repeat(1 << 20);
    assert_eq!(events(&mib), [], "a line of the longest length");
    assert_eq!(broken(&(mib.clone() + "a")), "an event is longer than 1 MiB");
    assert_eq!(broken(&format!("event: later\ndata:{mib}\n")), "an event is longer than 1 MiB");
    let half = format!("data: {}\n", "a".repeat(1 << 19));
    assert_eq!(events(&half), []);
    assert_eq!(broken(&half.repeat(2)), "an event is longer than 1 MiB");
}

#[test]
fn an_endless_line_in_small_parts() {
    let mut session = opened();
    let part = [b'a'; 1000];
    let taken = (0..2000).take_while(|_| session.receive(&part, ms(1), &mut Vec::new()).is_ok()).count();
    assert_eq!(taken, (1 << 20) / 1000);
    let again = session.receive(b"\n\n", ms(1), &mut Vec::new()).unwrap_err();
    assert_eq!(again.to_string(), "the stream is broken");
}

#[test]
fn limits_over_time() {
    let beat = event("heartbeat", "50");
    assert_eq!(broken(&beat.repeat(201)), "it sent more than 200 events each second");
    let mut out = Vec::new();
    let mut session = opened();
    assert!(session.receive(beat.repeat(201).as_bytes(), ms(1), &mut out).is_err());
    assert_eq!(out.len(), 200, "what came before is told");

    let unknown = event("later", "");
    assert_eq!(broken(&unknown.repeat(201)), "it sent more than 200 events each second");

    // 1.6 MiB in each second for ever, and not a bit more
    let line = format!(":{}\n", "a".repeat((16 << 20) / 100 - 2));
    let mut session = opened();
    for nth in 0..500 {
        session.receive(line.as_bytes(), ms(nth * 100), &mut out).unwrap();
    }
    let many = (0..200).find_map(|_| session.receive(line.as_bytes(), ms(50_000), &mut out).err());
    assert_eq!(many.unwrap().to_string(), "it sent more than 16 MiB within 10 s");
}

#[test]
fn what_waited_while_the_director_was_stopped_is_no_flood() {
    let mut session = opened();
    let (beat, mut out) = (event("heartbeat", "50"), Vec::new());
    session.receive(beat.repeat(600).as_bytes(), Duration::from_secs(30), &mut out).unwrap();
    assert_eq!(out.len(), 600);
}

#[test]
fn states_and_hellos_that_are_none() {
    assert_eq!(broken(&event("state", "{}")), "its state cannot be read");
    assert_eq!(broken(&event("state", &"[".repeat(100_000))), "its state cannot be read");
    assert_eq!(broken("event: state\ndata: \u{fffd}\n\n"), "its state cannot be read");
    let mut later = status(vec![]);
    later.format = 2;
    assert_eq!(broken(&state(&later)), "its state has format 2: this director reads 1 and older");
    let mut small = ready(240);
    small.steps.clear();
    let many = status(vec![small; 4097]);
    assert_eq!(broken(&state(&many)), "its state has more than 4096 VIPs");
    for watch in
        [r#""""#, "7", r#""../status""#, r#""a b""#, r#""a\r\nx: y""#, &format!("{:?}", "a".repeat(65))]
    {
        let hello = event("hello", &format!(r#"{{"watch":{watch}}}"#));
        assert_eq!(broken(&hello), "its hello names no watch", "{watch}");
    }
}
