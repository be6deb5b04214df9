use std::net::IpAddr;

use super::Claim;
use super::frame::{
    arp_announcement, arp_announcement_reply, arp_probe, neighbour_advertisement, neighbour_solicitation,
};
use super::listen::{advertisement_claim, arp_claim};

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 7];
const ETHERNET: usize = 14;
const IPV6: usize = 40;

fn vip() -> Claim {
    Claim { address: IpAddr::from([10, 0, 0, 100]), mac: MAC }
}

fn vip6() -> Claim {
    Claim { address: IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x100]), mac: MAC }
}

/// An advertisement for [`vip6`] with these options.
fn advertisement(options: &[u8]) -> Vec<u8> {
    let mut message = neighbour_advertisement(MAC, [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x100].into(), false);
    message.drain(..ETHERNET + IPV6);
    message.truncate(24);
    message.extend(options);
    message
}

#[test]
fn what_is_announced_is_a_claim() {
    for frame in [arp_announcement, arp_announcement_reply].map(|make| make(MAC, [10, 0, 0, 100].into())) {
        assert_eq!(arp_claim(&frame[ETHERNET..]), Some(vip()));
    }
    for router in [false, true] {
        let frame = neighbour_advertisement(MAC, [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x100].into(), router);
        assert_eq!(advertisement_claim(&frame[ETHERNET + IPV6..]), Some(vip6()));
    }
}

#[test]
fn what_is_asked_is_no_claim() {
    assert_eq!(arp_claim(&arp_probe(MAC, [10, 0, 0, 100].into())[ETHERNET..]), None);
    let question = neighbour_solicitation(MAC, [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x100].into());
    assert_eq!(advertisement_claim(&question[ETHERNET + IPV6..]), None);
}

#[test]
fn what_is_cut_is_no_claim() {
    let arp = arp_announcement(MAC, [10, 0, 0, 100].into());
    for length in 0..18 {
        assert_eq!(arp_claim(&arp[ETHERNET..ETHERNET + length]), None, "{length}");
    }
    let message = advertisement(&[2, 1, 2, 0, 0, 0, 0, 7]);
    for length in 0..message.len() {
        assert_eq!(advertisement_claim(&message[..length]), None, "{length}");
    }
}

#[test]
fn the_hardware_address_is_found_among_options() {
    let mac = [2, 1, 2, 0, 0, 0, 0, 7];
    // a nonce (RFC 3971) of 16 bytes, and the source's address
    let nonce = [14, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let source = [1, 1, 9, 9, 9, 9, 9, 9];
    assert_eq!(advertisement_claim(&advertisement(&[&nonce[..], &source, &mac].concat())), Some(vip6()));
    assert_eq!(advertisement_claim(&advertisement(&[&mac[..], &nonce].concat())), Some(vip6()));
    assert_eq!(advertisement_claim(&advertisement(&[&nonce[..], &source].concat())), None);
    assert_eq!(advertisement_claim(&advertisement(&[])), None);
    // a length of 0, and one beyond the end
    assert_eq!(advertisement_claim(&advertisement(&[&[9, 0][..], &mac].concat())), None);
    assert_eq!(advertisement_claim(&advertisement(&[&[9, 3][..], &mac].concat())), None);
    // hardware addresses of another length
    assert_eq!(advertisement_claim(&advertisement(&[2, 2, 2, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0])), None);
}

#[test]
fn an_advertisement_has_code_0() {
    let mut message = advertisement(&[2, 1, 2, 0, 0, 0, 0, 7]);
    message[1] = 1;
    assert_eq!(advertisement_claim(&message), None);
}
