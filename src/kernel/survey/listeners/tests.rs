#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;

use doctor::{Listening, Modules, Seen, Transport};

use super::{from_text, listeners, text};

const TITLES: &str =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

/// By both ways what is there, and nothing that is connected.
#[test]
fn sockets_of_this_host() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let six = TcpListener::bind("[::1]:0").ok();
    let connected = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
    let Seen::Known(found) = from_text(Path::new("/proc")) else { panic!("cannot be read") };
    let has = |transport, address: SocketAddr| {
        found.iter().any(|socket| socket.transport == transport && socket.address == address)
    };
    assert!(has(Transport::Tcp, tcp.local_addr().unwrap()));
    assert!(has(Transport::Udp, udp.local_addr().unwrap()));
    assert!(six.is_none_or(|six| has(Transport::Tcp, six.local_addr().unwrap())));
    assert!(!has(Transport::Tcp, connected.local_addr().unwrap()));
    assert!(found.iter().all(|socket| socket.v6only.is_none()));
}

/// Where the modules are not there, or nobody knows, the kernel is not made to load them.
#[test]
fn text_unless_the_kernel_has_the_modules() {
    let _kept = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = std::env::temp_dir().join(format!("lvs-listeners-{}", std::process::id()));
    fs::create_dir_all(place.join("net")).unwrap();
    fs::write(place.join("net/tcp"), format!("{TITLES}   0: 00000000:0050 00000000:0000 0A 0\n")).unwrap();
    let none = Modules { loaded: Seen::Known(BTreeSet::new()), available: Seen::default() };
    for modules in [none, Modules::default()] {
        let Seen::Known(found) = listeners(&place, &modules) else { panic!("cannot be read") };
        let any = "0.0.0.0:80".parse().unwrap();
        let expected = Listening { transport: Transport::Tcp, address: any, v6only: None, interface: None };
        assert_eq!(vec![expected], found);
    }
    fs::remove_dir_all(place).unwrap();
}

#[test]
fn addresses_of_either_family() {
    let place = std::env::temp_dir().join(format!("lvs-listeners-text-{}", std::process::id()));
    fs::create_dir_all(&place).unwrap();
    let word = |bytes| format!("{:08X}", u32::from_ne_bytes(bytes));
    let v4 = word([192, 168, 100, 7]);
    let v6 = [[0x20, 1, 0x0d, 0xb8], [0; 4], [0; 4], [0, 0, 0, 0x24]].map(word).concat();
    let broken =
        "   9: 0100007F 0 0A\n\n   9: 01:0050 00000000:0000 0A\n   9: 0100007F:XX 00000000:0000 0A\n";
    let line = |address: &str, state| format!("  12: {address} 00000000:0000 {state} 00000000:00000000\n");
    fs::write(place.join("tcp"), [TITLES, broken, &line(&format!("{v4}:1F90"), "0A")].concat()).unwrap();
    fs::write(
        place.join("udp6"),
        [TITLES, &line(&format!("{v6}:0035"), "07"), &line(&format!("{v6}:0036"), "01")].concat(),
    )
    .unwrap();
    let found: Vec<(Transport, String)> = text::listeners(&place)
        .unwrap()
        .iter()
        .map(|socket| (socket.transport, socket.address.to_string()))
        .collect();
    let expected =
        [(Transport::Tcp, "192.168.100.7:8080".to_owned()), (Transport::Udp, "[2001:db8::24]:53".to_owned())];
    assert_eq!(expected.as_slice(), found);
    fs::remove_dir_all(place).unwrap();
}

/// Those that listen come first: what follows is not read.
#[test]
fn connections_are_not_gone_through() {
    let place = std::env::temp_dir().join(format!("lvs-listeners-many-{}", std::process::id()));
    fs::create_dir_all(&place).unwrap();
    let line = |port, state| format!("  1: 0100007F:{port} 00000000:0000 {state} 0\n");
    let text = [TITLES, &line("0050", "0A"), &line("0051", "01"), &line("0052", "0A")].concat();
    fs::write(place.join("tcp"), text).unwrap();
    assert_eq!(1, text::listeners(&place).unwrap().len());
    fs::remove_dir_all(place).unwrap();
}
