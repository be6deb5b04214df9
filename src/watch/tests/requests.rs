//! Requests as bytes, and the first line of an answer.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod common;

use std::net::SocketAddr;

use common::{agent, ms, vip};
use lvs_watch::{Confirm, Held, confirm_request, request, status_code};

#[test]
fn the_stream_is_asked_for() {
    let asked = String::from_utf8(request(agent(8), "LVS01", ms(100))).unwrap();
    let wanted = "GET /v1/watch?heartbeat=100&director=LVS01 HTTP/1.0\r\nHost: 192.168.100.8:9781\r\n\
                  Accept: text/event-stream\r\n\r\n";
    assert_eq!(asked, wanted);
    let scoped: SocketAddr = "[fe80::8%2]:9781".parse().unwrap();
    let asked = String::from_utf8(request(scoped, "ö b\r\nX: y&z", ms(1000))).unwrap();
    assert!(
        asked.starts_with("GET /v1/watch?heartbeat=1000&director=%C3%B6%20b%0D%0AX%3A%20y%26z HTTP/1.0\r\n")
    );
    assert!(asked.contains("\r\nHost: [fe80::8]:9781\r\n"), "{asked}");
}

#[test]
fn a_confirmation_is_read_as_it_was_written() {
    let vips = [(vip(240), Held::Quiesced), ("2001:db8::1".parse().unwrap(), Held::Gone)];
    let confirm = Confirm { director: "LVS01".to_owned(), seq: 7, vips: vips.into() };
    let sent = String::from_utf8(confirm_request(agent(8), "00f1", &confirm)).unwrap();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/watch/00f1 HTTP/1.0\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nContent-Length: {}", body.len())), "{head}");
    assert_eq!(serde_json::from_str::<Confirm>(body).unwrap(), confirm);
    let wanted = r#"{"director":"LVS01","seq":7,"vips":{"192.168.100.240":"quiesced","2001:db8::1":"gone"}}"#;
    assert_eq!(body, wanted);
}

#[test]
fn the_status_of_an_answer() {
    let answer = "HTTP/1.0 204 No Content\r\nx: y\r\n\r\n";
    for (end, wanted) in [(0, None), (8, None), (25, Some(204)), (answer.len(), Some(204))] {
        assert_eq!(status_code(&answer.as_bytes()[..end]).unwrap(), wanted, "{end}");
    }
    assert!(status_code(b"220 mail ESMTP\r\n").is_err());
    assert_eq!(status_code(&b"\r\n".repeat(4000)).unwrap(), None);
    assert!(status_code(&b"\r\n".repeat(4096)).is_err());
}
