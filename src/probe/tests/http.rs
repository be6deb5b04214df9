//! HTTP checks against servers that behave and servers that do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{S, answering, http, passes, read_head, reason, recording, refusing, server, short, with};
use health::{BodyMatch, CheckKind, CheckSpec, HttpVersion, Outcome};

const OK: &str = "HTTP/1.1 200 OK\r\n";
/// `printf 'hello\n' | md5sum`
const HELLO: [u8; 16] =
    [0xb1, 0x94, 0x6a, 0xc9, 0x24, 0x92, 0xd2, 0x34, 0x7c, 0x62, 0x35, 0xb4, 0xd2, 0x61, 0x11, 0x84];
const HELLO_HEX: &str = "b1946ac92492d2347c6235b4d2611184";

fn edit(mut spec: CheckSpec, edit: impl FnOnce(&mut health::HttpCheck)) -> CheckSpec {
    if let CheckKind::Http(http) = &mut spec.kind {
        edit(http);
    }
    spec
}

#[tokio::test]
async fn asks_what_it_should() {
    let (address, heads) = recording();
    passes(&http(address)).await;
    let (_, head) = heads.recv_timeout(S).unwrap();
    assert_eq!(head[0], "GET /health?deep=1 HTTP/1.1");
    assert!(head.contains(&format!("host: {address}")));
    assert!(head.contains(&"user-agent: lvs-director".to_owned()));
    assert!(head.contains(&"connection: close".to_owned()));

    passes(&edit(http(address), |http| http.host = Some("www.example.org".to_owned()))).await;
    let (_, head) = heads.recv_timeout(S).unwrap();
    assert!(head.contains(&"host: www.example.org".to_owned()));
}

#[tokio::test]
async fn status_decides() {
    passes(&http(answering(format!("{OK}\r\n")))).await;
    passes(&http(answering("HTTP/1.1 301 Moved\r\nlocation: /other\r\n\r\n"))).await;
    passes(&http(answering("HTTP/1.0 204\r\n\r\n"))).await;
    let down = reason(&http(answering("HTTP/1.1 503 Service Unavailable\r\n\r\n"))).await;
    assert_eq!(down, "GET /health?deep=1: status 503, wanted 200-299, 301");
    let odd = reason(&http(answering("HTTP/1.1 999 What\r\n\r\n"))).await;
    assert_eq!(odd, "GET /health?deep=1: status 999, wanted 200-299, 301");
}

#[tokio::test]
async fn digest_decides() {
    let body = format!("{OK}content-length: 6\r\n\r\nhello\n");
    passes(&with(answering(body.clone()), Some(HELLO))).await;
    let chunked = format!("{OK}transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n4\r\nllo\n\r\n0\r\n\r\n");
    passes(&with(answering(chunked), Some(HELLO))).await;
    passes(&with(answering(format!("{OK}\r\nhello\n")), Some(HELLO))).await;
    let other = reason(&with(answering(body), Some([0; 16]))).await;
    let wanted = "0".repeat(32);
    assert_eq!(other, format!("GET /health?deep=1: body digest {HELLO_HEX}, wanted {wanted}"));
}

#[tokio::test]
async fn body_without_a_digest_is_not_awaited() {
    let address = server(|mut stream| {
        read_head(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\npart");
        sleep(S * 30);
    });
    let begin = Instant::now();
    passes(&http(address)).await;
    assert!(begin.elapsed() < S * 2);
}

#[tokio::test]
async fn huge_bodies_are_not_read() {
    let announced = format!("{OK}content-length: 9000000000\r\n\r\n");
    let too_large = "GET /health?deep=1: body larger than 1 MiB";
    assert_eq!(reason(&with(answering(announced), Some(HELLO))).await, too_large);
    let endless = |mut stream: TcpStream| {
        read_head(&stream);
        let _ = stream.write_all(format!("{OK}\r\n").as_bytes());
        while stream.write_all(&vec![b'x'; 65_536]).is_ok() {}
    };
    assert_eq!(reason(&with(server(endless), Some(HELLO))).await, too_large);
}

#[tokio::test]
async fn a_mebibyte_is_read() {
    let mut answer = format!("{OK}content-length: 1048576\r\n\r\n").into_bytes();
    answer.resize(answer.len() + 1_048_576, b'x');
    let reason = reason(&with(answering(answer), Some(HELLO))).await;
    assert!(reason.starts_with("GET /health?deep=1: body digest "), "{reason}");
}

#[tokio::test]
async fn a_refused_port_says_so() {
    assert_eq!(reason(&http(refusing())).await, "connect: connection refused");
}

#[tokio::test]
async fn closed_before_the_answer() {
    let closed = "GET /health?deep=1: connection closed before the answer";
    assert_eq!(reason(&http(answering(""))).await, closed);
    assert_eq!(reason(&http(answering("HTTP/1.1 200 OK\r\ncontent-"))).await, closed);
}

#[tokio::test]
async fn closed_within_the_body() {
    let part = format!("{OK}content-length: 6\r\n\r\nhel");
    let reason = reason(&with(answering(part), Some(HELLO))).await;
    assert_eq!(reason, "GET /health?deep=1: connection closed within the body");
}

#[tokio::test]
async fn reset_before_the_answer() {
    let address = server(|stream| {
        // closing with unread data resets
        let _ = stream.peek(&mut [0]);
    });
    let reason = reason(&http(address)).await;
    assert_eq!(reason, "GET /health?deep=1: connection reset by peer");
}

#[tokio::test]
async fn silence_times_out() {
    let address = server(|stream| {
        sleep(S * 30);
        drop(stream);
    });
    assert_eq!(reason(&short(http(address))).await, "GET /health?deep=1: timed out after 200ms");
}

/// Beside the attempt, in the same thread, somebody sleeps for longer than its timeout.
#[tokio::test]
async fn who_stood_still_asks_again() {
    let spec = short(http(answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")));
    let stands_still = async { sleep(S) };
    let (outcome, ()) = tokio::join!(lvs_probe::attempt(&spec), stands_still);
    assert_eq!(outcome, Outcome::Pass);
}

#[tokio::test]
async fn a_slow_drip_times_out_as_a_whole() {
    let address = server(|mut stream| {
        read_head(&stream);
        for byte in "HTTP/1.1 200 OK\r\nx: ".bytes().chain(std::iter::repeat(b'y')) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            sleep(Duration::from_millis(20));
        }
    });
    let begin = Instant::now();
    assert_eq!(reason(&short(http(address))).await, "GET /health?deep=1: timed out after 200ms");
    assert!(begin.elapsed() < S);
}

#[tokio::test]
async fn garbage_is_no_answer() {
    for garbage in [
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".as_slice(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\xff\xfe: \x01\r\n\r\n",
    ] {
        let reason = reason(&http(answering(garbage))).await;
        assert!(reason.starts_with("GET /health?deep=1: not an HTTP answer ("), "{reason}");
    }
}

#[tokio::test]
async fn words_before_the_question_are_no_answer() {
    let address = server(|mut stream| {
        let _ = stream.write_all(b"220 mail.example.org ESMTP\r\n");
        sleep(S);
    });
    let reason = reason(&http(address)).await;
    assert!(reason.starts_with("GET /health?deep=1: not an HTTP answer ("), "{reason}");
}

#[tokio::test]
async fn a_head_without_end_is_given_up() {
    let address = server(|mut stream| {
        read_head(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"x-filler: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").is_ok()
        {
        }
    });
    let reason = reason(&http(address)).await;
    assert_eq!(reason, "GET /health?deep=1: head of the answer larger than 64 KiB");
}

#[tokio::test]
async fn what_cannot_be_asked_is_no_panic() {
    let address = answering(format!("{OK}\r\n"));
    let path = edit(http(address), |http| http.path = "/a b\n".to_owned());
    assert!(reason(&path).await.contains("cannot be asked for"));
    let host = edit(http(address), |http| http.host = Some("a\nb".to_owned()));
    assert!(reason(&host).await.contains("cannot stand in a request"));
}

#[tokio::test]
async fn versions_are_as_asked() {
    let (address, heads) = recording();
    let asked = async |version| {
        passes(&edit(http(address), |http| http.version = version)).await;
        heads.recv_timeout(S).unwrap().1
    };
    let old = asked(HttpVersion::V10).await;
    assert_eq!(old[0], "GET /health?deep=1 HTTP/1.0");
    assert!(old.contains(&format!("host: {address}")));
    assert!(!old.iter().any(|line| line.starts_with("connection")), "{old:?}");
    let closing = asked(HttpVersion::V10Close).await;
    assert_eq!(closing[0], "GET /health?deep=1 HTTP/1.0");
    assert!(closing.contains(&"connection: close".to_owned()));
}

fn matching(body: &str, edit_match: impl FnOnce(&mut BodyMatch)) -> CheckSpec {
    let answer = format!("{OK}content-length: {}\r\n\r\n{body}", body.len());
    let mut wanted =
        BodyMatch { regex: "st.tus: *ok".to_owned(), wanted: true, min_offset: None, max_offset: None };
    edit_match(&mut wanted);
    edit(http(answering(answer)), |http| http.body = Some(wanted))
}

#[tokio::test]
async fn an_expression_decides() {
    passes(&matching("x status: ok", |_| ())).await;
    let other = reason(&matching("status: bad", |_| ())).await;
    assert_eq!(other, "GET /health?deep=1: body does not match \"st.tus: *ok\"");
    passes(&matching("STATUS: OK", |wanted| wanted.regex.insert_str(0, "(?i)"))).await;
    passes(&matching("status: bad", |wanted| wanted.wanted = false)).await;
    let there = reason(&matching("x status: ok", |wanted| wanted.wanted = false)).await;
    assert_eq!(there, "GET /health?deep=1: body matches \"st.tus: *ok\" at byte 2");
}

#[tokio::test]
async fn a_match_begins_within_its_offsets() {
    let at = |min, max| {
        matching("x status: ok", move |wanted| (wanted.min_offset, wanted.max_offset) = (min, max))
    };
    for (min, max) in [(Some(2), Some(2)), (Some(1), None), (None, Some(2))] {
        passes(&at(min, max)).await;
    }
    let late = reason(&at(Some(3), None)).await;
    assert_eq!(late, "GET /health?deep=1: body does not match \"st.tus: *ok\" from byte 3 on");
    let early = reason(&at(None, Some(1))).await;
    assert_eq!(early, "GET /health?deep=1: body does not match \"st.tus: *ok\" from byte 0 to 1");
    assert!(reason(&at(Some(4000), None)).await.contains("does not match"));
}

#[tokio::test]
async fn an_expression_that_cannot_be_is_named() {
    let broken = reason(&matching("", |wanted| wanted.regex = "a(".to_owned())).await;
    assert_eq!(broken, "GET /health?deep=1: regular expression \"a(\": unclosed group");
    let huge = reason(&matching("", |wanted| wanted.regex = r"\w{1000}{1000}".to_owned())).await;
    assert!(huge.starts_with("GET /health?deep=1: regular expression "), "{huge}");
}

#[tokio::test]
async fn an_expression_looks_through_the_first_part_only() {
    let endless = || {
        server(|mut stream| {
            read_head(&stream);
            let _ = stream.write_all(format!("{OK}\r\nstatus: ok").as_bytes());
            while stream.write_all(&vec![b'x'; 65_536]).is_ok() {}
        })
    };
    let spec = |regex: &str, wanted| {
        let regex = regex.to_owned();
        edit(http(endless()), |http| {
            http.body = Some(BodyMatch { regex, wanted, min_offset: None, max_offset: None });
        })
    };
    passes(&spec("status: ok", true)).await;
    let none = reason(&spec("y", true)).await;
    assert_eq!(none, "GET /health?deep=1: body does not match \"y\" within its first 256 KiB");
    let unsure = reason(&spec("y", false)).await;
    assert_eq!(unsure, "GET /health?deep=1: body larger than 256 KiB: \"y\" may match beyond them");
}

#[tokio::test]
async fn digest_and_expression_must_both_be_right() {
    let both = |digest| {
        edit(with(answering(format!("{OK}\r\nhello\n")), Some(digest)), |http| {
            http.body = Some(BodyMatch {
                regex: "^hello$".to_owned(),
                wanted: false,
                min_offset: None,
                max_offset: None,
            });
        })
    };
    assert!(reason(&both([0; 16])).await.contains("body digest"));
    passes(&both(HELLO)).await;
}

#[tokio::test]
async fn a_page_is_what_a_check_sees() {
    let spec = http(answering("HTTP/1.0 404 Not Found\r\nX-A: b\r\n\r\nhello\n"));
    let CheckKind::Http(check) = &spec.kind else { panic!("http") };
    let page = lvs_probe::page(&spec, check).await.unwrap();
    assert_eq!(page.status, 404);
    assert_eq!(page.head, [b"HTTP/1.0 404 Not Found".to_vec(), b"x-a: b".to_vec()]);
    assert_eq!((page.body.as_slice(), page.digest.as_str()), (b"hello\n".as_slice(), HELLO_HEX));
    let refused = http(refusing());
    assert_eq!(lvs_probe::page(&refused, check).await.unwrap_err(), "connect: connection refused");
}
