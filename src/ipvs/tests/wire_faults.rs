//! Messages that are wrong: each error has one that produces it, and no bytes at all cause a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers may fail it")]

mod common;

use common::{direct, real};
use lvs_ipvs::wire::{
    Content, DecodeError, Messages, Needed, decode_daemon, decode_destination, decode_family_id, decode_info,
    decode_service, decode_timeouts,
};
use lvs_ipvs::{Family, Forward};
use proptest::prelude::*;

fn attribute(kind: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + payload.len()).unwrap();
    let padding = vec![0; payload.len().next_multiple_of(4) - payload.len()];
    [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), payload, &padding].concat()
}

fn nest(kind: u16, inner: &[Vec<u8>]) -> Vec<u8> {
    attribute(kind, &inner.concat())
}

fn message(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + payload.len()).unwrap();
    let head =
        [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &flags.to_ne_bytes(), &[9, 0, 0, 0, 0, 0, 0, 0]];
    [&head.concat()[..], payload].concat()
}

fn first(bytes: &[u8]) -> Result<Content<'_>, DecodeError> {
    Messages::new(bytes).next().unwrap().map(|message| message.content)
}

/// A sound service: AF, protocol, address, port, scheduler, flags.
fn service() -> Vec<Vec<u8>> {
    vec![
        attribute(1, &2_u16.to_ne_bytes()),
        attribute(2, &6_u16.to_ne_bytes()),
        attribute(3, &[0; 16]),
        attribute(4, &80_u16.to_be_bytes()),
        attribute(6, b"rr\0"),
        attribute(7, &[0; 8]),
    ]
}

/// A sound destination: address, port, method, weight.
fn destination() -> Vec<Vec<u8>> {
    vec![
        attribute(1, &[0; 16]),
        attribute(2, &80_u16.to_be_bytes()),
        attribute(3, &3_u32.to_ne_bytes()),
        attribute(4, &1_u32.to_ne_bytes()),
    ]
}

/// A sound daemon: state, interface, id.
fn daemon() -> Vec<Vec<u8>> {
    vec![attribute(1, &1_u32.to_ne_bytes()), attribute(2, b"eth0\0"), attribute(3, &7_u32.to_ne_bytes())]
}

fn replaced(mut attributes: Vec<Vec<u8>>, at: usize, by: Vec<u8>) -> Vec<Vec<u8>> {
    attributes[at] = by;
    attributes
}

fn service_error(attributes: &[Vec<u8>]) -> DecodeError {
    decode_service(&nest(1, attributes)).unwrap_err()
}

fn destination_error(attributes: &[Vec<u8>]) -> DecodeError {
    decode_destination(&nest(2, attributes), Family::V4).unwrap_err()
}

fn daemon_error(attributes: &[Vec<u8>]) -> DecodeError {
    decode_daemon(&nest(3, attributes)).unwrap_err()
}

#[test]
fn framing() {
    assert_eq!(first(&[1, 2, 3]), Err(DecodeError::MessageLength { length: 16, left: 3 }));
    let whole = message(2, 0, &0_i32.to_ne_bytes());
    assert_eq!(first(&whole), Ok(Content::Acknowledged));
    assert_eq!(first(&whole[..19]), Err(DecodeError::MessageLength { length: 20, left: 19 }));
    let short = [&8_u32.to_ne_bytes()[..], &[0; 12]].concat();
    assert_eq!(first(&short), Err(DecodeError::MessageLength { length: 8, left: 16 }));
    assert_eq!(first(&message(2, 0, &[0])), Err(DecodeError::MessageCut { kind: 2 }));
    assert_eq!(first(&message(28, 0, &[0])), Err(DecodeError::MessageCut { kind: 28 }));

    assert_eq!(first(&message(1, 0, &[])), Ok(Content::Nothing));
    assert_eq!(first(&message(2, 0, &(-17_i32).to_ne_bytes())), Ok(Content::Refused(17)));
    assert_eq!(first(&message(3, 0, &[])), Ok(Content::Done(None)));
    assert_eq!(first(&message(3, 0, &(-4_i32).to_ne_bytes())), Ok(Content::Done(Some(4))));
    assert_eq!(first(&message(4, 0, &[])), Ok(Content::Overrun));
    let interrupted = message(28, 0x12, &[1, 1, 0, 0]);
    assert!(Messages::new(&interrupted).next().unwrap().unwrap().interrupted);

    // nothing is read after a broken message
    let two = [message(2, 0, &[0]), whole].concat();
    assert_eq!(Messages::new(&two).count(), 1);
}

#[test]
fn attributes() {
    let long = [&100_u16.to_ne_bytes()[..], &1_u16.to_ne_bytes()].concat();
    let error = DecodeError::AttributeLength { kind: 1, length: 100, left: 4 };
    assert_eq!(decode_service(&long), Err(error));
    let short = [&3_u16.to_ne_bytes()[..], &1_u16.to_ne_bytes()].concat();
    let error = DecodeError::AttributeLength { kind: 1, length: 3, left: 4 };
    assert_eq!(decode_service(&short), Err(error));
    let port = replaced(service(), 3, attribute(4, &[0; 4]));
    assert_eq!(service_error(&port), DecodeError::AttributeSize { kind: 4, size: 4, expected: 2 });
    let name = replaced(service(), 4, attribute(6, &[0xff, 0]));
    assert_eq!(service_error(&name), DecodeError::Text { kind: 6 });
}

#[test]
fn what_must_be_there() {
    let without = |mut attributes: Vec<Vec<u8>>, at: usize| {
        attributes.remove(at);
        attributes
    };
    assert_eq!(decode_service(&[]), Err(DecodeError::Missing(Needed::Service)));
    for (at, needed) in [
        Needed::ServiceFamily,
        Needed::ServiceProtocol,
        Needed::ServiceAddress,
        Needed::ServicePort,
        Needed::ServiceScheduler,
        Needed::ServiceFlags,
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(service_error(&without(service(), at)), DecodeError::Missing(needed));
    }
    assert_eq!(decode_destination(&[], Family::V4), Err(DecodeError::Missing(Needed::Destination)));
    for (at, needed) in [
        Needed::DestinationAddress,
        Needed::DestinationPort,
        Needed::DestinationForward,
        Needed::DestinationWeight,
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(destination_error(&without(destination(), at)), DecodeError::Missing(needed));
    }
    assert_eq!(decode_daemon(&[]), Err(DecodeError::Missing(Needed::Daemon)));
    for (at, needed) in
        [Needed::DaemonState, Needed::DaemonInterface, Needed::DaemonSyncId].into_iter().enumerate()
    {
        assert_eq!(daemon_error(&without(daemon(), at)), DecodeError::Missing(needed));
    }
    let seconds = |kind| attribute(kind, &[0; 4]);
    assert_eq!(
        decode_timeouts(&[seconds(4), seconds(6)].concat()),
        Err(DecodeError::Missing(Needed::Timeout))
    );
    assert_eq!(decode_info(&[]), Err(DecodeError::Missing(Needed::Version)));
    assert_eq!(decode_info(&seconds(1)), Err(DecodeError::Missing(Needed::TableSize)));
    assert_eq!(decode_family_id(&[]), Err(DecodeError::Missing(Needed::FamilyId)));
    assert_eq!(
        DecodeError::Missing(Needed::ServicePort).to_string(),
        "the service's port (attribute 4) is missing"
    );
}

#[test]
fn values_without_a_meaning() {
    let family = replaced(service(), 0, attribute(1, &1_u16.to_ne_bytes()));
    assert_eq!(service_error(&family), DecodeError::UnknownFamily(1));
    let protocol = replaced(service(), 1, attribute(2, &47_u16.to_ne_bytes()));
    assert_eq!(service_error(&protocol), DecodeError::UnknownProtocol(47));
    assert!(service_error(&protocol).is_foreign() && !service_error(&family).is_foreign());
    let scheduler = replaced(service(), 4, attribute(6, b"\0"));
    assert_eq!(service_error(&scheduler), DecodeError::SchedulerName);
    let weight = replaced(destination(), 3, attribute(4, &(-1_i32).to_ne_bytes()));
    assert_eq!(destination_error(&weight), DecodeError::Weight(u32::MAX));
    let state = replaced(daemon(), 0, attribute(1, &3_u32.to_ne_bytes()));
    assert_eq!(daemon_error(&state), DecodeError::DaemonState(3));
    let id = replaced(daemon(), 2, attribute(3, &256_u32.to_ne_bytes()));
    assert_eq!(daemon_error(&id), DecodeError::SyncId(256));
}

#[test]
fn a_method_without_a_word_is_bypass_so_that_ours_is_put_right() {
    let decode = |attributes: &[Vec<u8>]| decode_destination(&nest(2, attributes), Family::V4).unwrap();
    let method = |number: u32| replaced(destination(), 2, attribute(3, &number.to_ne_bytes()));
    let with = |extra: Vec<u8>| [method(2), vec![extra]].concat();
    for attributes in [method(5), with(attribute(13, &[9])), with(attribute(15, &3_u16.to_ne_bytes()))] {
        assert_eq!(decode(&attributes).destination.forward, Forward::Bypass);
    }
}

#[test]
fn older_kernels() {
    // no family of the destination's own (before 3.18): the service's
    let v6 = decode_destination(&nest(2, &destination()), Family::V6).unwrap();
    let v4 = decode_destination(&nest(2, &destination()), Family::V4).unwrap();
    assert_eq!((v6.key, v4.key), (real("::", 80), real("0.0.0.0", 80)));
    assert_eq!(v4.destination, direct(1));
    // statistics of 32 bits only (before 4.1), bytes excepted
    let old = nest(10, &[attribute(1, &7_u32.to_ne_bytes()), attribute(4, &9_u64.to_ne_bytes())]);
    let new = nest(12, &[attribute(1, &(7_u64 << 32).to_ne_bytes())]);
    let stats =
        |extra: &[Vec<u8>]| decode_service(&nest(1, &[&service()[..], extra].concat())).unwrap().stats;
    let only_old = stats(std::slice::from_ref(&old));
    assert_eq!((only_old.connections, only_old.bytes_in), (7, 9));
    assert_eq!(stats(&[old.clone(), new.clone()]).connections, 7 << 32);
    assert_eq!(stats(&[new, old]).connections, 7 << 32);
    // attributes of later kernels
    let later = nest(1, &[&service()[..], &[attribute(99, &[1, 2, 3])]].concat());
    assert!(decode_service(&[attribute(77, &[]), later].concat()).is_ok());
}

/// Everything that may be done with received bytes.
fn read_all(bytes: &[u8]) {
    for message in Messages::new(bytes).flatten() {
        if let Content::Data { body, .. } = message.content {
            decode_all(body);
        }
    }
    decode_all(bytes);
}

fn decode_all(body: &[u8]) {
    let _ = decode_service(body);
    let _ = decode_destination(body, Family::V4);
    let _ = decode_destination(body, Family::V6);
    let _ = decode_daemon(body);
    let _ = decode_timeouts(body);
    let _ = decode_info(body);
    let _ = decode_family_id(body);
}

const REAL: [&[u8]; 4] = [
    include_bytes!("fixtures/services.bin"),
    include_bytes!("fixtures/destinations_sctp.bin"),
    include_bytes!("fixtures/daemons.bin"),
    include_bytes!("fixtures/family.bin"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn no_change_of_a_real_message_panics(
        which in 0..REAL.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = REAL[which].to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        read_all(&bytes);
        read_all(&bytes[..cut.index(bytes.len())]);
    }
}
