use hickory_proto::op::{Message, MessageType, Query, ResponseCode};
use proptest::prelude::*;

use super::{DnsCheck, message, question, response_code};

fn asked(name: &str, record: &str) -> Query {
    question(&DnsCheck { name: name.to_owned(), record: record.to_owned() }).unwrap()
}

fn answer(query: &[u8], edit: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut message = Message::from_vec(query).unwrap();
    message.metadata.message_type = MessageType::Response;
    edit(&mut message);
    message.to_vec().unwrap()
}

#[test]
fn identifier_question_and_direction_must_be_right() {
    let question = asked("www.example.org", "a");
    let (id, bytes) = message(&question).unwrap();
    let code = |bytes: &[u8]| response_code(bytes, id, &question);
    assert_eq!(code(&answer(&bytes, |_| ())), Some(ResponseCode::NoError));
    assert_eq!(code(&answer(&bytes, |m| m.metadata.truncation = true)), Some(ResponseCode::NoError));
    assert_eq!(
        code(&answer(&bytes, |m| m.queries = vec![asked("WWW.example.org.", "A")])),
        code(&answer(&bytes, |_| ()))
    );

    assert_eq!(code(&bytes), None);
    assert_eq!(code(&answer(&bytes, |m| m.metadata.id ^= 1)), None);
    assert_eq!(code(&answer(&bytes, |m| m.queries = vec![asked("example.org", "A")])), None);
    assert_eq!(code(&answer(&bytes, |m| m.queries = vec![asked("www.example.org", "AAAA")])), None);
    assert_eq!(code(&answer(&bytes, |m| m.queries.clear())), None);
    let refused = answer(&bytes, |m| {
        m.queries.clear();
        m.metadata.response_code = ResponseCode::Refused;
    });
    assert_eq!(code(&refused), Some(ResponseCode::Refused));
}

#[test]
fn the_root_can_be_asked_for() {
    assert!(asked(".", "SOA").name.is_root());
}

#[test]
fn what_cannot_be_asked_is_named() {
    let record = question(&DnsCheck { name: "a".to_owned(), record: "NOPE".to_owned() }).unwrap_err();
    assert_eq!(record, "record type \"NOPE\" is not known");
    let name = question(&DnsCheck { name: "a..b".to_owned(), record: "A".to_owned() }).unwrap_err();
    assert!(name.starts_with("name \"a..b\": "), "{name}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = response_code(&bytes, 7, &asked("www.example.org", "A"));
    }

    #[test]
    fn no_bytes_behind_a_right_header_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let question = asked("www.example.org", "A");
        let header = [0, 7, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        let _ = response_code(&[header.as_slice(), &bytes].concat(), 7, &question);
    }
}
