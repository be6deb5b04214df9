#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use proptest::prelude::*;

use super::message::{Said, decode, start};

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [[tag].as_slice(), length.as_slice(), body].concat()
}

fn said(tag: u8, body: &[u8]) -> Said {
    let bytes = message(tag, body);
    let (said, used) = decode(&bytes).unwrap().unwrap();
    assert_eq!(used, bytes.len());
    said
}

fn authentication(number: u32, rest: &[u8]) -> Said {
    said(b'R', &[number.to_be_bytes().as_slice(), rest].concat())
}

#[test]
fn what_a_server_says() {
    assert_eq!(authentication(0, b""), Said::Nothing);
    assert_eq!(authentication(3, b""), Said::Password);
    assert_eq!(authentication(5, b"salt"), Said::Md5(*b"salt"));
    assert_eq!(authentication(7, b""), Said::OtherMethod);
    assert_eq!(authentication(10, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"), Said::Sasl { scram: true });
    assert_eq!(authentication(10, b"OAUTHBEARER\0\0"), Said::Sasl { scram: false });
    assert_eq!(authentication(10, b"broken"), Said::Sasl { scram: false });
    assert_eq!(authentication(11, b"r=x"), Said::SaslContinue(b"r=x".to_vec()));
    assert_eq!(authentication(12, b"v=x"), Said::SaslFinal(b"v=x".to_vec()));
    assert_eq!(said(b'Z', b"I"), Said::Ready);
    assert_eq!(said(b'S', b"TimeZone\0Etc/UTC\0"), Said::Nothing);
    assert_eq!(said(b'D', b"\0\x01\0\0\0\x01f"), Said::Row(Some(b"f".to_vec())));
    assert_eq!(said(b'D', b"\0\x01\xff\xff\xff\xff"), Said::Row(None));
    assert_eq!(said(b'D', b"\0\x01\0\0\0\x09f"), Said::Row(None));
}

#[test]
fn errors() {
    let error = |code: &str| {
        said(b'E', format!("SFATAL\0C{code}\0Mthe database system is\nstarting up\0\0").as_bytes())
    };
    for (code, serves) in
        [("57P01", false), ("57P02", false), ("57P03", false), ("28P01", true), ("53300", true)]
    {
        let Said::Error(error) = error(code) else { unreachable!("{code}") };
        assert_eq!(error.is_not_serving(), !serves, "{code}");
        assert_eq!(error.to_string(), "\"the database system is starting up\"");
    }
    assert!(matches!(said(b'E', b"broken"), Said::Error(error) if error.to_string() == "\"\""));
}

#[test]
fn what_is_no_message() {
    for strange in [
        b"HTTP/1.1 400 Bad Request".as_slice(),
        b"R\0\0\0\x03",
        b"E\x7f\xff\xff\xff",
        b"R\0\0\0\x04",
        b"?\0\0\0\x04",
    ] {
        assert_eq!(decode(strange).unwrap_err(), "not the answer of a PostgreSQL server");
    }
}

#[test]
fn the_beginning_names_the_database_where_there_is_one() {
    let text = |database| String::from_utf8_lossy(&start("app", database).unwrap()[8..]).into_owned();
    assert_eq!(text(None), "user\0app\0application_name\0lvs-director\0\0");
    assert_eq!(text(Some("shop")), "user\0app\0application_name\0lvs-director\0database\0shop\0\0");
    assert!(start("a\0b", None).is_err());
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(tag in prop_oneof![any::<u8>(), proptest::sample::select(b"REZDSKNTCG".to_vec())], body in proptest::collection::vec(any::<u8>(), 0..300), bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
        let framed = message(tag, &body);
        if let Ok(Some((_, used))) = decode(&framed) {
            prop_assert_eq!(used, framed.len());
        }
        for cut in 0..framed.len() {
            prop_assert_eq!(decode(&framed[..cut]), Ok(None));
        }
        if let Ok(Some((_, used))) = decode(&bytes) {
            prop_assert!(used <= bytes.len());
        }
    }

    #[test]
    fn no_authentication_is_too_strange(number in 0_u32..14, body in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = decode(&message(b'R', &[number.to_be_bytes().as_slice(), &body].concat()));
    }
}
