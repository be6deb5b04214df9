//! What is written can be read again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail it"
)]

mod common;

use common::{any_destination, any_key, any_real, any_settings};
use lvs_ipvs::wire::{
    Content, Messages, Request, decode_daemon, decode_destination, decode_service, decode_timeouts,
    encode_family_request,
};
use lvs_ipvs::{Change, Daemon, DaemonRole, Timeouts};
use proptest::prelude::*;

const FAMILY: u16 = 28;

fn encoded(request: Request<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    request.encode(FAMILY, 5, true, &mut bytes);
    bytes
}

/// Command and attributes of the only message.
fn read(bytes: &[u8]) -> (u8, &[u8]) {
    let messages: Vec<_> = Messages::new(bytes).map(Result::unwrap).collect();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].sequence, 5);
    let Content::Data { family, command, body } = messages[0].content else { panic!("{messages:?}") };
    assert_eq!(family, FAMILY);
    (command, body)
}

#[test]
fn each_request_has_its_command_and_flags() {
    let key = common::tcp("192.0.2.1", 80);
    let daemon = Daemon {
        role: DaemonRole::Backup,
        interface: "eth0".to_owned(),
        sync_id: 7,
        max_len: Some(1400),
        group: Some(common::ip("ff02::81")),
        port: Some(8848),
        ttl: Some(3),
    };
    let cases = [
        (Request::Services, 4, 0x301_u16),
        (Request::Service(&key), 4, 5),
        (Request::Destinations(&key), 8, 0x301),
        (Request::StartDaemon(&daemon), 9, 5),
        (Request::StopDaemon(DaemonRole::Master), 10, 5),
        (Request::Daemons, 11, 0x301),
        (Request::SetTimeouts(Timeouts::default()), 12, 5),
        (Request::Timeouts, 13, 5),
        (Request::Info, 15, 5),
        (Request::Zero(None), 16, 5),
        (Request::Zero(Some(&key)), 16, 5),
        (Request::Flush, 17, 5),
    ];
    for (request, command, flags) in cases {
        let bytes = encoded(request);
        assert_eq!((read(&bytes).0, &bytes[6..8]), (command, flags.to_ne_bytes().as_slice()), "{request:?}");
    }
    assert_eq!(decode_daemon(read(&encoded(Request::StartDaemon(&daemon))).1), Ok(daemon));
    let timeouts = Timeouts { tcp_s: 900, tcp_fin_s: 120, udp_s: 300 };
    assert_eq!(decode_timeouts(read(&encoded(Request::SetTimeouts(timeouts))).1), Ok(timeouts));
}

#[test]
fn the_family_is_asked_for_by_name() {
    let mut bytes = Vec::new();
    encode_family_request(1, &mut bytes);
    let expected = [
        // length, GENL_ID_CTRL, NLM_F_REQUEST, sequence, port; CTRL_CMD_GETFAMILY, version 2; CTRL_ATTR_FAMILY_NAME
        &32_u32.to_ne_bytes()[..],
        &16_u16.to_ne_bytes(),
        &1_u16.to_ne_bytes(),
        &1_u32.to_ne_bytes(),
        &[0; 4],
        &[3, 2, 0, 0],
        &9_u16.to_ne_bytes(),
        &2_u16.to_ne_bytes(),
        b"IPVS\0\0\0\0",
    ]
    .concat();
    assert_eq!(bytes, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn services(key in any_key(), settings in any_settings()) {
        let add = Change::AddService { key, settings: settings.clone() };
        let bytes = encoded(Request::Change(&add));
        let (command, body) = read(&bytes);
        let entry = decode_service(body).unwrap();
        prop_assert_eq!(command, 1);
        prop_assert_eq!(entry.key, key);
        prop_assert_eq!(entry.settings, settings.clone());

        let edit = Change::EditService { key, settings };
        let edited = encoded(Request::Change(&edit));
        prop_assert_eq!(read(&edited), (2, body));
        let delete = Change::DeleteService { key };
        prop_assert_eq!(read(&encoded(Request::Change(&delete))).0, 3);
    }

    #[test]
    fn destinations(service in any_key(), key in any_real(), destination in any_destination()) {
        let add = Change::AddDestination { service, key, destination };
        let bytes = encoded(Request::Change(&add));
        let (command, body) = read(&bytes);
        let entry = decode_destination(body, service.family()).unwrap();
        prop_assert_eq!(command, 5);
        prop_assert_eq!((entry.key, entry.destination), (key, destination));

        let edit = Change::EditDestination { service, key, destination };
        let edited = encoded(Request::Change(&edit));
        prop_assert_eq!(read(&edited), (6, body));
        let delete = Change::DeleteDestination { service, key };
        prop_assert_eq!(read(&encoded(Request::Change(&delete))).0, 7);
    }
}
