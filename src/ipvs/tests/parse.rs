//! A key reads back as it prints.

use ipvs::{Family, Protocol, ServiceKey};
use proptest::prelude::*;

use lvs_ipvs as ipvs;

fn key() -> impl Strategy<Value = ServiceKey> {
    let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp), Just(Protocol::Sctp)];
    let address = (protocol, any::<std::net::IpAddr>(), any::<u16>())
        .prop_map(|(protocol, address, port)| ServiceKey::Address { protocol, address, port });
    let family = prop_oneof![Just(Family::V4), Just(Family::V6)];
    let fwmark = (family, any::<std::num::NonZeroU32>())
        .prop_map(|(family, mark)| ServiceKey::Fwmark { family, mark });
    prop_oneof![address, fwmark]
}

proptest! {
    #[test]
    fn a_key_reads_back_as_it_prints(key in key()) {
        prop_assert_eq!(key.to_string().parse(), Ok(key));
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        let _ = text.parse::<ServiceKey>();
    }
}

#[test]
fn other_words_are_refused() {
    for text in ["", "TCP", "TCP 192.0.2.1", "tcp 192.0.2.1:80", "FWM 0", "FWM 1 IPv4", "ICMP 192.0.2.1:80"] {
        assert!(text.parse::<ServiceKey>().is_err(), "{text}");
    }
}
