//! `/proc/net/ip_vs_conn` (`ip_vs_conn_seq_show`): the connections, as far as the kernel shows them.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::str::SplitAsciiWhitespace;

use crate::Protocol;

/// One connection, or one template of a persistent service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenConnection {
    /// none (`IP`): the template of a firewall mark's service
    pub protocol: Option<Protocol>,
    /// port 0: a template, whose address is the client's, or that of its network
    pub client: SocketAddr,
    /// in the template of a mark: the mark in place of an IPv4 address or in the first four bytes of an IPv6 one
    pub service: SocketAddr,
    /// the real server
    pub destination: SocketAddr,
    /// where it stands
    pub state: ConnectionState,
    /// seconds until it is forgotten unless more packets come
    pub expires_s: u32,
}

impl SeenConnection {
    /// Whether it stands for all connections of a client of a persistent service.
    pub const fn is_template(&self) -> bool {
        self.client.port() == 0
    }
}

/// Where a connection stands, as far as it matters to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// TCP and SCTP: packets are expected any time
    Established,
    /// TCP: one side has closed; with direct routing the director sees only the client's side, which may wait long
    FinWait,
    /// TCP: the other side has closed
    CloseWait,
    /// UDP has no states
    Udp,
    /// a template
    Template {
        /// one of its connections was established
        assured: bool,
    },
    /// begins or ends
    Passing,
}

/// What is wrong with a line of `/proc/net/ip_vs_conn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum ConnectionFault {
    #[error("begins with none of TCP, UDP, SCTP and IP")]
    Protocol,
    #[error("no address and port in hexadecimal")]
    Address,
    #[error("no state")]
    State,
    #[error("no seconds until it expires")]
    Expires,
}

/// The connections of a whole file or a part of it; the heading and empty lines are passed over.
pub fn parse_connections(text: &str) -> impl Iterator<Item = Result<SeenConnection, ConnectionFault>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("Pro "));
    lines.map(parse_connection)
}

/// One line that is not the heading.
pub fn parse_connection(line: &str) -> Result<SeenConnection, ConnectionFault> {
    let mut words = line.split_ascii_whitespace();
    let protocol = match words.next() {
        Some("TCP") => Some(Protocol::Tcp),
        Some("UDP") => Some(Protocol::Udp),
        Some("SCTP") => Some(Protocol::Sctp),
        Some("IP") => None,
        _ => return Err(ConnectionFault::Protocol),
    };
    let (client, service, destination) = (socket(&mut words)?, socket(&mut words)?, socket(&mut words)?);
    let state = words.next().ok_or(ConnectionFault::State)?;
    let state = if client.port() == 0 { template(state) } else { state_of(state) };
    let expires_s = words.next().and_then(|word| word.parse().ok()).ok_or(ConnectionFault::Expires)?;
    Ok(SeenConnection { protocol, client, service, destination, state, expires_s })
}

/// `ip_vs_proto_tcp.c`, `ip_vs_proto_sctp.c`, `ip_vs_proto_udp.c`
fn state_of(word: &str) -> ConnectionState {
    match word {
        "ESTABLISHED" => ConnectionState::Established,
        "FIN_WAIT" => ConnectionState::FinWait,
        "CLOSE_WAIT" => ConnectionState::CloseWait,
        "UDP" => ConnectionState::Udp,
        _ => ConnectionState::Passing,
    }
}

/// Kernels before 4.18 have no states of templates and print what a fresh connection would have. Other words are those of
/// connections whose client's port is not known yet (`IP_VS_CONN_F_NO_CPORT`).
fn template(word: &str) -> ConnectionState {
    match word {
        "NONE" | "UDP" => ConnectionState::Template { assured: false },
        "ASSURED" => ConnectionState::Template { assured: true },
        _ => ConnectionState::Passing,
    }
}

/// `C0A864F0 0050`, `2001:0db8:0000:0000:0000:0000:0000:0001 0050`
fn socket(words: &mut SplitAsciiWhitespace<'_>) -> Result<SocketAddr, ConnectionFault> {
    let address = words.next().and_then(address);
    let port = words.next().and_then(|word| u16::from_str_radix(word, 16).ok());
    match (address, port) {
        (Some(address), Some(port)) => Ok(SocketAddr::new(address, port)),
        _ => Err(ConnectionFault::Address),
    }
}

fn address(word: &str) -> Option<IpAddr> {
    if word.contains(':') {
        return word.parse().ok().map(IpAddr::V6);
    }
    u32::from_str_radix(word, 16).ok().map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
}
