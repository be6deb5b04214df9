use proptest::prelude::*;

use super::{Echo, Framing, checksum};

const ALL: [Framing; 4] = [Framing::V4, Framing::V6, Framing::RawV4, Framing::RawV6];

/// What a good target makes of a request, as the kind of socket hands it over.
fn reply(echo: &Echo) -> Vec<u8> {
    let mut reply = echo.request();
    reply[0] = match echo.framing {
        Framing::V4 | Framing::RawV4 => 0,
        Framing::V6 | Framing::RawV6 => 129,
    };
    if echo.framing == Framing::RawV4 {
        let header = [0x45, 0, 0, 36, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1];
        reply.splice(..0, header);
    }
    reply
}

#[test]
fn its_reply_answers() {
    for framing in ALL {
        let echo = Echo::new(framing);
        assert!(echo.is_answered_by(&reply(&echo)), "{framing:?}");
        assert!(!Echo::new(framing).is_answered_by(&reply(&echo)), "another's, {framing:?}");
        assert!(!echo.is_answered_by(&echo.request()), "itself, {framing:?}");
    }
}

#[test]
fn a_checksum_makes_the_sum_zero() {
    let request = Echo::new(Framing::RawV4).request();
    assert_eq!(checksum(&request), [0, 0]);
    // RFC 1071, section 3: the sum of these is ddf2
    assert_eq!(checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), [0x22, 0x0d]);
}

proptest! {
    #[test]
    fn no_bytes_panic_or_answer(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        for framing in ALL {
            prop_assert!(!Echo::new(framing).is_answered_by(&bytes));
        }
    }

    #[test]
    fn a_changed_byte_behind_the_checksum_does_not_answer(at in 4_usize..16, change in 1_u8..) {
        let echo = Echo::new(Framing::RawV6);
        let mut reply = reply(&echo);
        reply[at] ^= change;
        prop_assert!(!echo.is_answered_by(&reply));
    }
}
