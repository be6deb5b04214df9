#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use proptest::prelude::*;

use super::ServerError;
use super::login::proof;
use super::packet::{self, Reply};
use super::role::{Table, is_replicating, is_writable};

/// Of MariaDB 10.11: `SELECT VERSION()` says `10.11.19-MariaDB-0+deb12u1`.
const MARIADB: &[u8] = b"\n5.5.5-10.11.19-MariaDB-0+deb12u1\0\x4c\0\0\0R6T&^(K!\0\xfe\xf7\x08\x02\0\xff\x81\x15\0\0\0\0\0\0\x1d\0\0\0`Af\\z1234567\0mysql_native_password\0";
/// `#` stands before an SQL state.
const DENIED: &[u8] = b"\xff\x15\x04#28000Access denied for user 'app'@'director' (using password: YES)";
const BLOCKED: &[u8] = b"\xff\x69\x04Host '10.0.0.5' is blocked because of many connection errors";

#[test]
fn greeting_of_a_real_server() {
    let greeting = packet::greeting(MARIADB).unwrap();
    assert_eq!(greeting.nonce, b"R6T&^(K!`Af\\z1234567");
    assert_eq!(greeting.plugin, "mysql_native_password");
}

#[test]
fn other_greetings() {
    let error = packet::greeting(BLOCKED).unwrap_err();
    assert_eq!(error, "\"Host '10.0.0.5' is blocked because of many connection errors\"");
    let error = packet::greeting(b"\x093.20.1\0\x01\0\0\0abcdefgh\0").unwrap_err();
    assert_eq!(error, "protocol 9 of before MySQL 4.1, wanted 10");
    for strange in [b"".as_slice(), b"\n", b"\n5.7", b"\xff", b"HTTP/1.1 400 Bad Request"] {
        assert_eq!(packet::greeting(strange).unwrap_err(), "not the greeting of a MySQL server");
    }
}

#[test]
fn answer_to_a_greeting() {
    let greeting = packet::greeting(MARIADB).unwrap();
    let body = packet::handshake(&greeting, "app", "mysql_native_password", b"proof").unwrap();
    assert_eq!(u32::from_le_bytes(body[..4].try_into().unwrap()) & 0x8_8200, 0x8_8200);
    assert_eq!(&body[32..], b"app\0\x05proofmysql_native_password\0");
}

#[test]
fn a_user_name_with_a_zero_is_cut_at_none_of_the_fields() {
    let greeting = packet::greeting(MARIADB).unwrap();
    let body = packet::handshake(&greeting, "a\0b", "p", b"").unwrap();
    assert_eq!(&body[32..], b"ab\0\0p\0");
}

#[test]
fn a_server_of_before_4_1_cannot_be_answered() {
    let mut old = MARIADB.to_vec();
    let capabilities = old.windows(2).position(|pair| pair == b"\xfe\xf7").unwrap();
    old[capabilities + 1] = 0;
    assert!(packet::handshake(&packet::greeting(&old).unwrap(), "app", "p", b"").is_none());
}

/// The two formulas, worked out apart with another implementation of the hashes.
#[test]
fn proofs_of_a_password() {
    let nonce = [10, 47, 74, 111, 75, 73, 34, 48, 88, 76, 114, 74, 37, 13, 3, 80, 82, 2, 23, 21];
    let hex = |plugin, password| {
        let proof = proof(plugin, password, &nonce).unwrap();
        proof.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    let (native, caching) = ("mysql_native_password", "caching_sha2_password");
    assert_eq!(hex(native, b"secret"), "6a149bdd80bda1ebf0fa2bd2cf2e9717fecc34bb");
    assert_eq!(hex(native, b"secret2"), "650f07df353cce5370eea34d580f2e9118818b56");
    assert_eq!(hex(caching, b"secret"), "f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c");
    assert_eq!(hex(caching, b"secret2"), "abc3934a012cf342e876071c8ee202de51785b430258a7a0138bc79c4d800bc6");
    assert_eq!((hex(native, b""), hex(caching, b"")), (String::new(), "00".to_owned()));
    assert_eq!(proof("client_ed25519", b"secret", &nonce), None);
}

#[test]
fn replies() {
    assert_eq!(packet::reply(b"\0\0\0\x02\0\0\0"), Some(Reply::Done));
    let text = b"Access denied for user 'app'@'director' (using password: YES)".to_vec();
    assert_eq!(packet::reply(DENIED), Some(Reply::Error(ServerError { code: 1045, text })));
    let switch = packet::reply(b"\xfemysql_native_password\0Zb[#<AtE9-v,v/%ib3vw\0");
    let nonce = b"Zb[#<AtE9-v,v/%ib3vw".to_vec();
    assert_eq!(switch, Some(Reply::Switch { plugin: "mysql_native_password".to_owned(), nonce }));
    assert_eq!(packet::reply(b"\x01\x04"), Some(Reply::More(vec![4])));
    assert_eq!((packet::reply(b""), packet::reply(b"\xff")), (None, None));
}

#[test]
fn columns_and_rows() {
    assert_eq!(packet::count(b"\x02"), Some(2));
    assert_eq!(packet::count(b"\xfc\x00\x01"), Some(256));
    assert_eq!((packet::count(b"\x02\0"), packet::count(b"\xfb"), packet::count(b"")), (None, None, None));
    let column = b"\x03def\0\0\0\x12@@global.read_only\0\x0c\x3f\0\x01\0\0\0\x08\x80\0\0\0\0";
    assert_eq!(packet::column(column).unwrap(), "@@global.read_only");
    assert_eq!(packet::row(b"\x01\x30\xfb\x03Yes").unwrap(), ["0", "", "Yes"]);
    assert_eq!((packet::row(b"\x05abc"), packet::column(b"\x03def")), (None, None));
    assert!(packet::is_end(b"\xfe\0\0\x02\0") && !packet::is_end(b"\xfe12345678") && !packet::is_end(b""));
}

fn table(columns: &[&str], rows: &[&[&str]]) -> Table {
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Table { columns: strings(columns), rows: rows.iter().map(|row| strings(row)).collect() }
}

#[test]
fn writable() {
    let found = |value| is_writable(&table(&["@@global.read_only"], &[&[value]]));
    assert_eq!((found("0"), found("OFF")), (Ok(()), Ok(())));
    assert_eq!(found("1").unwrap_err(), "read_only is 1, wanted 0");
    assert_eq!(found("NO_LOCK").unwrap_err(), "read_only is NO_LOCK, wanted 0");
    assert_eq!(is_writable(&table(&["x"], &[])).unwrap_err(), "read_only has no value");
}

#[test]
fn replicating() {
    let new = ["Replica_IO_Running", "Last_IO_Error", "Replica_SQL_Running", "Last_SQL_Error"];
    let old = ["Slave_IO_Running", "Last_IO_Error", "Slave_SQL_Running", "Last_SQL_Error"];
    for columns in [new, old] {
        let found = |rows: &[&[&str]]| is_replicating(&table(&columns, rows));
        assert_eq!(found(&[&["Yes", "", "Yes", ""]]), Ok(()));
        let error = found(&[&["Yes", "", "Yes", ""], &["Connecting", "no route", "Yes", ""]]).unwrap_err();
        assert_eq!(error, "the replica's IO thread runs: \"Connecting\", wanted Yes: \"no route\"");
        let error = found(&[&["Yes", "", "No", ""]]).unwrap_err();
        assert_eq!(error, "the replica's SQL thread runs: \"No\", wanted Yes");
        assert_eq!(found(&[]).unwrap_err(), "it is no replica");
        assert!(found(&[&["Yes"]]).is_err(), "a row that is too short");
    }
    assert!(is_replicating(&table(&["other"], &[&["Yes"]])).is_err());
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..600), mark in 0_u8..6) {
        let body: Vec<u8> = [[10, 0xff, 0xfe, 1, 0, 0xfc][usize::from(mark)]].into_iter().chain(bytes.iter().copied()).collect();
        for body in [&bytes, &body] {
            if let Ok(Some(((_, packet), used))) = packet::decode(body) {
                prop_assert_eq!(used, packet.len() + 4);
                prop_assert!(used <= body.len());
            }
            if let Ok(greeting) = packet::greeting(body) {
                prop_assert!(greeting.nonce.len() <= 20);
                let _ = packet::handshake(&greeting, "app", &greeting.plugin, b"proof");
            }
            let _ = (packet::reply(body), packet::count(body), packet::column(body), packet::row(body));
        }
    }

    #[test]
    fn a_packet_is_whole_or_waited_for(body in proptest::collection::vec(any::<u8>(), 0..300), sequence: u8) {
        let framed = packet::frame(sequence, &body);
        for cut in 0..framed.len() {
            prop_assert_eq!(packet::decode(&framed[..cut]), Ok(None));
        }
        let longer = [framed.as_slice(), b"more"].concat();
        prop_assert_eq!(packet::decode(&longer), Ok(Some(((sequence, body), framed.len()))));
    }
}
