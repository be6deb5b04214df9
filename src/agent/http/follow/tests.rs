//! Directors as they come, speak and go.

use std::collections::BTreeMap;

use watch::{Held, Repairs, Status, VipStatus};

use super::*;
use crate::control::{Heard, Word};

const DIRECTOR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 100, 250));
const VIP: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 100, 240));

fn published() -> (Rc<Published>, Heard) {
    let status = Status {
        version: "0".into(),
        format: FORMAT,
        host: "rs01".into(),
        instance: "cafe".into(),
        seq: 1,
        ready: true,
        weight: None,
        draining_since: None,
        contested: false,
        vips: vec![VipStatus::of(VIP, "lo", Vec::new())],
        repairs: Repairs::default(),
        problems: Vec::new(),
    };
    let (published, heard) = Published::new(status, Duration::from_secs(60));
    (Rc::new(published), heard)
}

fn follows(published: &Rc<Published>, method: Method, query: &str) -> Reply {
    let peer = Peer::Network((DIRECTOR, 40_000).into());
    let query = (!query.is_empty()).then(|| query.to_owned());
    follow(published, &Request { method, path: "/v1/watch".into(), query, body: Vec::new(), peer })
}

fn events(reply: Reply) -> Events {
    match reply {
        Reply::Events(events) => events,
        Reply::Full { status, body, .. } => panic!("{status}: {}", String::from_utf8_lossy(&body)),
    }
}

fn code(reply: &Reply) -> u16 {
    match reply {
        Reply::Full { status, .. } => *status,
        Reply::Events(_) => 200,
    }
}

fn said(name: &str) -> Confirm {
    Confirm { director: name.into(), seq: 1, vips: BTreeMap::from([(VIP, Held::Gone)]) }
}

#[test]
fn a_director_comes_says_something_and_goes() {
    let (published, mut heard) = published();
    let events = events(follows(&published, Method::GET, "heartbeat=100&director=LVS01"));
    assert_eq!(events.heartbeat, Duration::from_millis(100));
    let hello = events.hello.clone().unwrap();
    let watch = hello.split('"').nth(3).unwrap().to_owned();
    assert_eq!(hello, format!(r#"{{"watch":"{watch}","format":1}}"#));
    assert_eq!((watch.len(), watch.chars().all(|digit| digit.is_ascii_hexdigit())), (16, true));
    let director = Director { name: "LVS01".into(), address: DIRECTOR };
    assert_eq!(heard.words.try_recv().unwrap(), Word::Came { watch: watch.clone(), director });

    let body = json(&said("LVS01"));
    assert_eq!(code(&confirm(&published, &watch, body.as_bytes())), 204);
    let word = Word::Confirmed { watch: watch.clone(), said: said("") };
    assert_eq!(heard.words.try_recv().unwrap(), word);
    drop(events);
    assert_eq!(heard.words.try_recv().unwrap(), Word::Went { watch: watch.clone() });
    assert_eq!(code(&confirm(&published, &watch, body.as_bytes())), 404, "its stream has ended");
    assert!(heard.words.try_recv().is_err());
}

#[test]
fn who_gives_no_name_or_only_asks_how_it_would_be_is_nobody() {
    let (published, mut heard) = published();
    let curl = events(follows(&published, Method::GET, ""));
    assert_eq!((curl.heartbeat, curl.hello, curl.guard.is_none()), (HEARTBEAT, None, true));
    let head = events(follows(&published, Method::HEAD, "director=LVS01"));
    assert!(head.hello.is_none() && head.guard.is_none());
    assert!(heard.words.try_recv().is_err());
}

#[test]
fn what_is_asked_for_has_bounds() {
    let (published, _heard) = published();
    for (wanted, given) in [("1", 50), ("50", 50), ("777", 777), ("99999999", 1000)] {
        let events = events(follows(&published, Method::GET, &format!("heartbeat={wanted}&later=1")));
        assert_eq!(events.heartbeat, Duration::from_millis(given));
    }
    let long = "x".repeat(NAME + 1);
    for wrong in [
        "heartbeat=fast",
        "heartbeat=",
        "director=",
        "director=%0a",
        "director=%zz",
        "director=%f",
        "director=%ff",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([format!("director={long}")])
    {
        assert_eq!(code(&follows(&published, Method::GET, &wrong)), 400, "{wrong}");
    }
}

#[test]
fn a_name_is_decoded() {
    let (published, mut heard) = published();
    let _events = events(follows(&published, Method::GET, "director=LVS%2001%c3%A4"));
    let Word::Came { director, .. } = heard.words.try_recv().unwrap() else { panic!("something else") };
    assert_eq!(director.name, "LVS 01ä");
}

#[test]
fn no_more_of_a_word_is_kept_than_what_is_about_vips_of_this_host() {
    let (published, mut heard) = published();
    let events = events(follows(&published, Method::GET, "director=LVS01"));
    heard.words.try_recv().unwrap();
    let watch = events.hello.as_ref().unwrap().split('"').nth(3).unwrap();
    let mut large = said(&"x".repeat(10_000));
    large.vips.extend((0..2_000).map(|number: u32| (IpAddr::from(number.to_be_bytes()), Held::Serving)));
    assert_eq!(code(&confirm(&published, watch, json(&large).as_bytes())), 204);
    let Word::Confirmed { said: kept, .. } = heard.words.try_recv().unwrap() else {
        panic!("something else")
    };
    assert_eq!((kept.vips, kept.director.capacity()), (said("").vips, 0));
}

#[test]
fn noise_and_strangers_words_are_not_taken() {
    let (published, mut heard) = published();
    let _events = events(follows(&published, Method::GET, "director=LVS01"));
    heard.words.try_recv().unwrap();
    for (watch, body, expected) in [
        ("0000000000000000", json(&said("LVS01")), 404),
        ("", json(&said("LVS01")), 404),
        ("0000000000000000", "noise".to_owned(), 400),
        ("0000000000000000", r#"{"director":"x","seq":1,"vips":{"x":"gone"}}"#.to_owned(), 400),
        ("0000000000000000", r#"{"director":"x","seq":1,"vips":{"10.0.0.1":"away"}}"#.to_owned(), 400),
    ] {
        assert_eq!(code(&confirm(&published, watch, body.as_bytes())), expected, "{body}");
    }
    assert!(heard.words.try_recv().is_err());
}

/// As many as there may be, and one more; each end is told although nothing was taken meanwhile.
#[test]
fn nobody_fills_the_queue_and_no_end_is_lost() {
    let (published, mut heard) = published();
    let mut streams = Vec::new();
    let refused = loop {
        match follows(&published, Method::GET, "director=LVS01") {
            Reply::Events(events) => streams.push(events),
            refused @ Reply::Full { .. } => break refused,
        }
    };
    assert_eq!(code(&refused), 503);
    let count = streams.len();
    assert!((1000..10_000).contains(&count), "{count} streams");
    drop(streams);
    let (mut came, mut went) = (0, 0);
    while let Ok(word) = heard.words.try_recv() {
        match word {
            Word::Came { .. } => came += 1,
            Word::Went { .. } => went += 1,
            Word::Confirmed { .. } => panic!("nobody said anything"),
        }
    }
    assert_eq!((came, went), (count, count));
}

#[test]
fn only_what_answers_a_stream_is_taken_from_the_network() {
    for (path, taken) in [
        ("/v1/watch/0123456789abcdef", true),
        ("/v1/watch/", false),
        ("/v1/watch", false),
        ("/v1/drain", false),
        ("/v1/undrain", false),
    ] {
        assert_eq!(takes_post(path), taken, "{path}");
    }
}
