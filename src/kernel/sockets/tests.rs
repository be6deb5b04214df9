//! Programs for the kernel and its answers, as bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::condition::any_of;
use super::dump::{local_address, parse, walk};

fn addresses(list: &[&str]) -> BTreeSet<IpAddr> {
    list.iter().map(|address| address.parse().unwrap()).collect()
}

/// As `inet_diag_bc_run` does it, for a socket with this local address.
fn takes(program: &[u8], local: IpAddr) -> bool {
    let mut at = 0;
    while at < program.len() {
        let [code, yes, low, high] = program[at..at + 4] else { unreachable!() };
        let bytes = match local {
            IpAddr::V4(local) => local.octets().to_vec(),
            IpAddr::V6(local) => local.octets().to_vec(),
        };
        let is_so = code == 7
            && program[at + 12..].starts_with(&bytes)
            && program[at + 5] == 8 * u8::try_from(bytes.len()).unwrap();
        at += if is_so { usize::from(yes) } else { usize::from(u16::from_ne_bytes([low, high])) };
    }
    at == program.len()
}

#[test]
fn each_address_of_a_condition_is_taken_and_no_other() {
    let wanted = addresses(&["10.0.0.1", "10.0.0.2", "10.0.0.9", "2001:db8::1", "2001:db8::2"]);
    let program = any_of(&wanted);
    assert_eq!(program.len(), 3 * 16 + 2 * 28 + 4 * 4);
    assert!(wanted.iter().all(|address| takes(&program, *address)));
    for other in addresses(&["10.0.0.3", "2001:db8::3", "::"]) {
        assert!(!takes(&program, other), "{other}");
    }
}

#[test]
fn the_most_addresses_have_a_program_and_more_have_none() {
    let many = |count: u32| (0..count).map(|n| IpAddr::from(n.to_be_bytes())).collect::<BTreeSet<_>>();
    let program = any_of(&many(256));
    assert!(
        takes(&program, IpAddr::from(0_u32.to_be_bytes()))
            && takes(&program, IpAddr::from(255_u32.to_be_bytes()))
    );
    assert!(!takes(&program, IpAddr::from(256_u32.to_be_bytes())));
    assert!(any_of(&many(257)).is_empty() && any_of(&many(0)).is_empty());
}

fn message(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + content.len()).unwrap();
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend([0; 10]);
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The answers of a datagram, and how it ended.
fn walked(bytes: &[u8]) -> (Vec<Vec<u8>>, std::io::Result<bool>) {
    let mut found = Vec::new();
    let end = walk(bytes, |message| {
        found.push(message.to_vec());
        Ok(())
    });
    (found, end)
}

#[test]
fn a_datagram_is_walked_to_its_end() {
    let (answer, other) = (message(20, b"one"), message(99, b"?"));
    let (found, end) = walked(&[answer.clone(), other, message(20, b"three")].concat());
    assert_eq!(found, [b"one".to_vec(), b"three".to_vec()]);
    assert!(!end.unwrap(), "there is more");
    let (found, end) = walked(&[message(3, &0_i32.to_ne_bytes()), answer.clone()].concat());
    assert!(found.is_empty() && end.unwrap());
    assert!(walked(&message(3, b"")).1.unwrap());
    for kind in [2, 3] {
        let (found, end) = walked(&[answer.clone(), message(kind, &(-2_i32).to_ne_bytes())].concat());
        assert_eq!((found.len(), end.unwrap_err().raw_os_error()), (1, Some(2)));
    }
    assert!(!walked(&message(2, &0_i32.to_ne_bytes())).1.unwrap(), "an acknowledgement");
}

#[test]
fn what_is_cut_off_is_an_error() {
    let whole = message(20, b"answer12");
    for length in 1..whole.len() {
        assert!(walked(&whole[..length]).1.is_err(), "{length}");
    }
    for length in [0_u32, 15, u32::MAX] {
        let mut lies = whole.clone();
        lies[..4].copy_from_slice(&length.to_ne_bytes());
        assert!(walked(&lies).1.is_err(), "{length}");
    }
}

#[test]
fn addresses_are_read_from_answers_of_any_length() {
    let mut answer = vec![0; 72];
    answer[0] = 2;
    answer[8..12].copy_from_slice(&[192, 168, 100, 240]);
    assert_eq!(local_address(&answer), Some("192.168.100.240".parse().unwrap()));
    answer[0] = 10;
    assert_eq!(local_address(&answer), Some("c0a8:64f0::".parse().unwrap()));
    for length in 0..72 {
        assert_eq!(local_address(&answer[..length]).is_some(), length >= 24);
        assert!(parse(&answer[..length]).is_err());
    }
    assert!(parse(&answer).is_ok());
    answer[0] = 1;
    assert_eq!(local_address(&answer), None, "a socket of this machine");
}
