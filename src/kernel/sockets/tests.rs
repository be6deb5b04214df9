//! Programs for the kernel as bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::condition::any_of;

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
