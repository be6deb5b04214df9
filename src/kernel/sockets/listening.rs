//! Sockets that accept connections, or datagrams from anyone.

use host::{ListenerProtocol, ListeningSocket};
use netlink_packet_sock_diag::constants::{TCP_CLOSE, TCP_LISTEN};
use netlink_packet_sock_diag::inet::InetResponse;
use netlink_packet_sock_diag::inet::nlas::Nla;

use super::{Asked, Family, Sockets, SocketsError, dump};

/// Every TCP socket in state LISTEN and every unconnected UDP socket, IPv4 and IPv6.
pub fn listeners() -> Result<Vec<ListeningSocket>, SocketsError> {
    Sockets::open()?.listeners(&[ListenerProtocol::Tcp, ListenerProtocol::Udp])
}

impl Sockets {
    /// The listening sockets of these protocols.
    ///
    /// # Errors
    /// The kernel lists none of this protocol.
    pub fn listeners(
        &mut self,
        protocols: &[ListenerProtocol],
    ) -> Result<Vec<ListeningSocket>, SocketsError> {
        let mut found = Vec::new();
        for protocol in protocols.iter().copied() {
            for family in Family::BOTH {
                let asked = Asked { protocol, family, states: states(protocol), condition: &[] };
                self.dump(asked, |message| {
                    found.push(socket_of(&dump::parse(message)?, protocol));
                    Ok(())
                })?;
            }
        }
        Ok(found)
    }
}

fn states(protocol: ListenerProtocol) -> u32 {
    match protocol {
        ListenerProtocol::Tcp => 1 << TCP_LISTEN,
        // an unconnected UDP socket is in state CLOSE
        ListenerProtocol::Udp => 1 << TCP_CLOSE,
    }
}

fn socket_of(response: &InetResponse, protocol: ListenerProtocol) -> ListeningSocket {
    let header = &response.header;
    // of UDP these are bytes (`udp_diag_get_info`)
    let (waiting, most) = match protocol {
        ListenerProtocol::Tcp => (header.recv_queue, header.send_queue),
        ListenerProtocol::Udp => (0, 0),
    };
    ListeningSocket {
        protocol,
        address: header.socket_id.source_address,
        port: header.socket_id.source_port,
        v6only: response.nlas.iter().any(|nla| matches!(nla, Nla::SkV6Only(true))),
        interface: header.socket_id.interface_id,
        waiting,
        most,
    }
}
