//! Which way packets go: the interface towards a host, and where an address of this machine is. Blocking: the kernel answers
//! within the call.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use netlink_packet_core::{NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage, RouteVia};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

/// More than any answer with one route.
const ANSWER: usize = 8 * 1024;

/// The way to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// by which interface
    pub interface: String,
    /// the gateway; none: the host is on the link
    pub via: Option<IpAddr>,
}

/// A connection to the kernel's routing tables.
pub struct Ways {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Ways {
    /// Connects.
    ///
    /// # Errors
    /// The kernel's.
    pub fn open() -> io::Result<Self> {
        let socket = Socket::new(NETLINK_ROUTE)?;
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(Self { socket, buffer: Vec::new() })
    }

    /// The interface by which packets from here leave for a host, as `ip route get` says it. Needs no privilege.
    ///
    /// # Errors
    /// The kernel's: ENETUNREACH where no route leads there.
    pub fn interface_towards(&mut self, host: Ipv4Addr) -> io::Result<String> {
        Ok(self.towards(IpAddr::V4(host))?.interface)
    }

    /// The way that packets from here take to a host, as `ip route get` says it. Needs no privilege.
    ///
    /// # Errors
    /// The kernel's: ENETUNREACH where no route leads there.
    pub fn towards(&mut self, host: IpAddr) -> io::Result<Way> {
        self.socket.send(&request(host), 0)?;
        self.buffer.clear();
        self.buffer.reserve(ANSWER);
        self.socket.recv(&mut self.buffer, 0)?;
        let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&self.buffer);
        match message.map_err(io::Error::other)?.payload {
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewRoute(route)) => way(&route),
            NetlinkPayload::Error(error) => Err(error.to_io()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn request(host: IpAddr) -> Vec<u8> {
    let mut route = RouteMessage::default();
    let (family, prefix, host) = match host {
        IpAddr::V4(host) => (AddressFamily::Inet, 32, RouteAddress::Inet(host)),
        IpAddr::V6(host) => (AddressFamily::Inet6, 128, RouteAddress::Inet6(host)),
    };
    route.header.address_family = family;
    route.header.destination_prefix_length = prefix;
    route.attributes.push(RouteAttribute::Destination(host));
    let mut message = NetlinkMessage::from(RouteNetlinkMessage::GetRoute(route));
    message.header.flags = NLM_F_REQUEST;
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

fn way(route: &RouteMessage) -> io::Result<Way> {
    let (mut index, mut via) = (None, None);
    for attribute in &route.attributes {
        match attribute {
            RouteAttribute::Oif(found) => index = Some(*found),
            RouteAttribute::Gateway(RouteAddress::Inet(gateway))
            | RouteAttribute::Via(RouteVia::Inet(gateway)) => via = Some(IpAddr::V4(*gateway)),
            RouteAttribute::Gateway(RouteAddress::Inet6(gateway))
            | RouteAttribute::Via(RouteVia::Inet6(gateway)) => via = Some(IpAddr::V6(*gateway)),
            _ => {}
        }
    }
    let index = index.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    let interface = nix::net::if_::if_indextoname(index)?;
    Ok(Way { interface: interface.into_string().map_err(io::Error::other)?, via })
}

/// The addresses of this machine, each with its interface. Needs no privilege.
///
/// # Errors
/// The kernel's.
pub fn own_addresses() -> io::Result<Vec<(IpAddr, String)>> {
    let found = nix::ifaddrs::getifaddrs()?.filter_map(|one| {
        let address = one.address?;
        let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
        let ip = v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))?;
        Some((ip, one.interface_name))
    });
    Ok(found.collect())
}
