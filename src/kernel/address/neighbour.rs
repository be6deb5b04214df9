//! The neighbour table: which hardware address is behind which address.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::net::IpAddr;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState,
};

use super::{AddressError, Addresses};

/// A neighbour that the kernel has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// index of the interface behind which it is
    pub interface: u32,
    /// its address
    pub address: IpAddr,
    /// its hardware address
    pub mac: [u8; 6],
}

impl Addresses {
    /// Every neighbour of every interface, of both families; those that are looked for, were not found, or need not be looked for
    /// are left out. Needs no privilege.
    ///
    /// # Errors
    /// The kernel refuses, or the table changes faster than it can be read.
    pub async fn neighbours(&self) -> Result<Vec<Neighbour>, AddressError> {
        let request = RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default());
        let answers = self.dump("list neighbours", request).await?;
        let found = answers.iter().filter_map(|answer| match answer {
            RouteNetlinkMessage::NewNeighbour(message) => parse(message),
            _ => None,
        });
        Ok(found.collect())
    }
}

fn parse(message: &NeighbourMessage) -> Option<Neighbour> {
    if !is_found(message.header.state) {
        return None;
    }
    let (mut address, mut mac) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            NeighbourAttribute::Destination(destination) => address = ip(destination),
            // an interface of another kind has others
            NeighbourAttribute::LinkLayerAddress(bytes) => mac = bytes.as_slice().try_into().ok(),
            _ => {}
        }
    }
    Some(Neighbour { interface: message.header.ifindex, address: address?, mac: mac? })
}

fn ip(destination: &NeighbourAddress) -> Option<IpAddr> {
    match destination {
        NeighbourAddress::Inet(address) => Some((*address).into()),
        NeighbourAddress::Inet6(address) => Some((*address).into()),
        _ => None,
    }
}

fn is_found(state: NeighbourState) -> bool {
    use NeighbourState as State;
    matches!(state, State::Reachable | State::Stale | State::Delay | State::Probe | State::Permanent)
}
