use std::time::{Duration, UNIX_EPOCH};

use super::{AddressError, Letter, check_address, mailbox};
use crate::{About, MailEvent};

fn event(about: About, subject: &str, text: &str) -> MailEvent {
    let at = UNIX_EPOCH + Duration::from_millis(1_795_417_009_250);
    MailEvent { at, about, subject: subject.into(), text: text.into() }
}

fn letter(events: Vec<MailEvent>) -> Letter {
    Letter { router_id: "LVS01".into(), events, lost: 0 }
}

fn printed(letter: &Letter) -> String {
    let to = [mailbox("noc@example.com").unwrap(), mailbox("Night <night@example.com>").unwrap()];
    let bytes = letter.to_bytes(&mailbox("LVS <lvs@example.com>").unwrap(), &to).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn one_change_is_the_subject() {
    let one = letter(vec![event(About::Server, "web: 192.168.100.8:80 down", "connect: connection refused")]);
    let text = printed(&one);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for wanted in [
        "From: LVS <lvs@example.com>",
        "To: noc@example.com, Night <night@example.com>",
        "Subject: [LVS01] web: 192.168.100.8:80 down",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(head.lines().any(|line| line == wanted), "{wanted} is not in {head}");
    }
    assert!(head.lines().any(|line| line.starts_with("Date: ")), "{head}");
    let id = head.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    assert!(id.starts_with('<') && id.ends_with(".lvs-director@example.com>"), "{id}");
    let wanted = "2026-11-23T06:56:49.250Z  web: 192.168.100.8:80 down\r\n    connect: connection refused\r\n\r\n-- \r\nlvs-director, LVS01\r\n";
    assert_eq!(body, wanted);
}

#[test]
fn of_many_changes_the_most_important_are_named() {
    let events = [
        event(About::Server, "web: 10.0.0.2:80 down", ""),
        event(About::Server, "web: 10.0.0.3:80 down", ""),
        event(About::Service, "web: quorum lost", ""),
        event(About::Router, "VI_1 is MASTER", ""),
    ];
    let mut many = letter(events.into());
    let wanted =
        "[LVS01] 4 changes: VI_1 is MASTER; web: quorum lost; web: 10.0.0.2:80 down; web: 10.0.0.3:80 down";
    assert_eq!(many.subject(), wanted);
    // told in the order of time
    let text = printed(&many);
    let places = ["  web: 10.0.0.2", "  web: 10.0.0.3", "  web: quorum", "  VI_1"]
        .map(|words| text.find(words).unwrap());
    assert!(places.is_sorted(), "{text}");
    assert!(!text.contains("could not be told"));
    many.lost = 3;
    assert!(printed(&many).contains("Before that, 3 changes could not be told.\r\n"));
    many.lost = 1;
    assert!(printed(&many).contains("Before that, 1 change could not be told.\r\n"));
}

#[test]
fn thousands_of_changes_have_a_subject_of_one_line() {
    let events =
        (0..1_024).map(|nth| event(About::Server, &format!("service {nth}: 10.0.0.2:80 down"), "")).collect();
    let many = letter(events);
    let subject = many.subject();
    assert!(
        subject.starts_with("[LVS01] 1024 changes: service 0: 10.0.0.2:80 down; service 1: "),
        "{subject}"
    );
    assert!(subject.ends_with('…') && subject.chars().count() == 160, "{subject}");
    let text = printed(&many);
    assert!(text.contains("service 1023"));
}

#[test]
fn nothing_that_is_told_becomes_a_header() {
    let bad = "down\r\nBcc: evil@example.com\r\n\r\n.\r\nMAIL FROM:<x@y>\n\u{85}\u{0}";
    let mut bad = letter(vec![event(About::Server, bad, bad)]);
    bad.router_id = "LVS\r\nX-Evil: 1".into();
    let text = printed(&bad);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let names =
        head.lines().filter(|line| !line.starts_with(' ')).map(|line| line.split_once(':').unwrap().0);
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    let wanted = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ];
    assert_eq!(names, wanted, "{head}");
    assert!(!body.contains("\r\nMAIL") && !body.contains('\0'), "{body}");
}

#[test]
fn letters_beyond_ascii_are_encoded() {
    let text = printed(&letter(vec![event(About::Service, "Bücher: quorum lost", "größer als nötig")]));
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("Subject: [LVS01] =?utf-8?b?") || text.contains("=?utf-8?"), "{text}");
}

#[test]
fn two_mails_have_different_ids() {
    let one = letter(vec![event(About::Server, "a", "")]);
    let id =
        |text: &str| text.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned).unwrap();
    assert_ne!(id(&printed(&one)), id(&printed(&one)));
}

#[test]
fn addresses_are_looked_at() {
    for good in
        ["a@example.com", " Name <a@example.com>", "root", "root@localhost", "\"A, B\" <a.b+c@example.com>"]
    {
        assert_eq!(check_address(good), Ok(()), "{good}");
    }
    assert_eq!(mailbox("root").unwrap().to_string(), "root@localhost");
    for bad in ["", "a b", "a@", "@example.com", "a@b\r\nRCPT TO:<c@d>", "<a@b", "a@exa mple.com", "a\r\nb"] {
        assert!(matches!(check_address(bad), Err(AddressError::Invalid(_))), "{bad:?}");
    }
    assert!(matches!(check_address("ö@example.com"), Err(AddressError::NotAscii(_))));
}
