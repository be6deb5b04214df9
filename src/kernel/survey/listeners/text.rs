//! `/proc/net/tcp`, `tcp6`, `udp` and `udp6` (`tcp4_seq_show`, `udp4_seq_show` and theirs of IPv6).

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use doctor::{Listening, Transport};

/// Read of one file at most: some 400 thousand sockets.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// `TCP_LISTEN`, and `TCP_CLOSE` of a UDP socket without a peer
const LISTEN: &str = "0A";
const UNCONNECTED: &str = "07";

/// Every TCP socket in state LISTEN and every unconnected UDP socket. A file that is missing has none: a kernel without IPv6.
pub(super) fn listeners(net: &Path) -> io::Result<Vec<Listening>> {
    let mut found = Vec::new();
    for (name, transport) in
        [("tcp", Transport::Tcp), ("tcp6", Transport::Tcp), ("udp", Transport::Udp), ("udp6", Transport::Udp)]
    {
        match File::open(net.join(name)) {
            Ok(file) => of_file(file, transport, &mut found)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn of_file(file: impl Read, transport: Transport, found: &mut Vec<Listening>) -> io::Result<()> {
    // behind the line of titles
    for line in BufReader::new(file.take(MOST_BYTES)).lines().skip(1) {
        match socket(&line?) {
            Some((address, state)) if is_open(&state, transport) => {
                found.push(Listening { transport, address, v6only: None, interface: None });
            }
            // those that listen come first, and connections may be millions
            Some(_) if transport == Transport::Tcp => break,
            Some(_) | None => {}
        }
    }
    Ok(())
}

fn is_open(state: &str, transport: Transport) -> bool {
    match transport {
        Transport::Tcp => state == LISTEN,
        Transport::Udp => state == UNCONNECTED,
    }
}

/// Local address and state of `   0: 0100007F:1F90 00000000:0000 0A …`.
fn socket(line: &str) -> Option<(SocketAddr, String)> {
    let mut words = line.split_whitespace().skip(1);
    let local = address(words.next()?)?;
    let state = words.nth(1)?;
    Some((local, state.to_owned()))
}

/// Words of 32 bits in the order of this machine's bytes.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::with_capacity(16);
    let mut rest = address;
    while !rest.is_empty() {
        let (word, behind) = rest.split_at_checked(8)?;
        bytes.extend(u32::from_str_radix(word, 16).ok()?.to_ne_bytes());
        rest = behind;
    }
    let address = match (<[u8; 4]>::try_from(bytes.as_slice()), <[u8; 16]>::try_from(bytes.as_slice())) {
        (Ok(v4), _) => IpAddr::from(Ipv4Addr::from(v4)),
        (_, Ok(v6)) => IpAddr::from(Ipv6Addr::from(v6)),
        (Err(_), Err(_)) => return None,
    };
    Some(SocketAddr::new(address, port))
}
