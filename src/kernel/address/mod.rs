//! Interfaces, addresses, routes and neighbours over rtnetlink.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

mod error;
mod events;
mod message;
mod neighbour;
mod route;

use std::net::IpAddr;

use futures_util::StreamExt;
use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_REQUEST,
    NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::link::{LinkAttribute, LinkExtentMask, LinkMessage};
use rtnetlink::{Handle, LinkDummy, LinkUnspec};

pub use error::AddressError;
pub use events::{Events, events};
pub use host::{Address, Link, Scope};
pub use neighbour::Neighbour;
pub use route::Route;

/// How often an interrupted dump is repeated before it has failed: half a list is not the truth, and whoever asked looks
/// again.
const DUMP_ATTEMPTS: usize = 8;

/// A connection to the kernel's interfaces, addresses and routes.
#[derive(Clone)]
pub struct Addresses {
    handle: Handle,
}

impl Addresses {
    /// Connects. Must be called inside a tokio runtime, which carries the connection's task.
    pub fn open() -> Result<Self, AddressError> {
        // strict: the kernel heeds what a dump asks for; kernels before 4.20 cannot
        let connection =
            rtnetlink::new_connection_with_strict_check().or_else(|_| rtnetlink::new_connection());
        let (connection, handle, _) = connection.map_err(AddressError::Open)?;
        tokio::spawn(connection);
        Ok(Self { handle })
    }

    /// Every interface and every address. Needs no privilege.
    pub async fn observe(&self) -> Result<(Vec<Link>, Vec<Address>), AddressError> {
        let links: Vec<Link> = self.links().await?.iter().filter_map(message::link).collect();
        let addresses =
            self.dump("list addresses", RouteNetlinkMessage::GetAddress(AddressMessage::default())).await?;
        let found = addresses.iter().filter_map(|answer| match answer {
            RouteNetlinkMessage::NewAddress(address) => message::address(address, &links),
            _ => None,
        });
        let found = found.collect();
        Ok((links, found))
    }

    /// Adds an address. An IPv6 one gets no duplicate address detection; `deprecated` sets its preferred lifetime to
    /// 0, so that it never becomes the source of a new connection. `label` and `scope` are for IPv4.
    pub async fn add(
        &self,
        interface: &str,
        address: IpAddr,
        prefix: u8,
        label: Option<&str>,
        scope: Scope,
        deprecated: bool,
    ) -> Result<(), AddressError> {
        let wanted = message::NewAddress { address, prefix, label, scope, deprecated };
        self.put(interface, &wanted, NLM_F_EXCL).await
    }

    /// Gives an address that is there another label, scope or lifetime. An IPv4 address is taken off and put back,
    /// because the kernel changes neither label nor scope in place (`inet_rtm_newaddr`).
    pub async fn replace(
        &self,
        interface: &str,
        address: IpAddr,
        prefix: u8,
        label: Option<&str>,
        scope: Scope,
        deprecated: bool,
    ) -> Result<(), AddressError> {
        if address.is_ipv4() {
            match self.remove(interface, address, prefix).await {
                Err(error) if !error.is_gone() => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        let wanted = message::NewAddress { address, prefix, label, scope, deprecated };
        self.put(interface, &wanted, NLM_F_REPLACE).await
    }

    /// Removes an address.
    pub async fn remove(&self, interface: &str, address: IpAddr, prefix: u8) -> Result<(), AddressError> {
        let what = format!("remove {address}/{prefix} from {interface}");
        let message = message::to_remove(index_of(interface)?, address, prefix);
        self.command(&what, RouteNetlinkMessage::DelAddress(message), 0).await
    }

    /// Creates a dummy device, set down.
    pub async fn create_dummy(&self, name: &str) -> Result<(), AddressError> {
        let message = RouteNetlinkMessage::NewLink(LinkDummy::new(name).build());
        self.command(&format!("create the dummy device {name}"), message, NLM_F_CREATE | NLM_F_EXCL).await
    }

    /// Sets an interface up.
    pub async fn link_up(&self, name: &str) -> Result<(), AddressError> {
        let message = RouteNetlinkMessage::SetLink(LinkUnspec::new_with_index(index_of(name)?).up().build());
        self.command(&format!("set {name} up"), message, 0).await
    }

    /// Deletes an interface.
    pub async fn delete_link(&self, name: &str) -> Result<(), AddressError> {
        let mut link = LinkMessage::default();
        link.header.index = index_of(name)?;
        self.command(&format!("delete {name}"), RouteNetlinkMessage::DelLink(link), 0).await
    }

    async fn put(
        &self,
        interface: &str,
        wanted: &message::NewAddress<'_>,
        flag: u16,
    ) -> Result<(), AddressError> {
        let what = format!("add {}/{} to {interface}", wanted.address, wanted.prefix);
        let message = wanted.message(index_of(interface)?);
        self.command(&what, RouteNetlinkMessage::NewAddress(message), NLM_F_CREATE | flag).await
    }

    pub(crate) async fn links(&self) -> Result<Vec<RouteNetlinkMessage>, AddressError> {
        let mut request = LinkMessage::default();
        request.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats]));
        self.dump("list interfaces", RouteNetlinkMessage::GetLink(request)).await
    }

    /// A whole dump; repeated while the kernel says that it changed meanwhile.
    async fn dump(
        &self,
        what: &str,
        request: RouteNetlinkMessage,
    ) -> Result<Vec<RouteNetlinkMessage>, AddressError> {
        let mut answers = Vec::new();
        for _ in 0..DUMP_ATTEMPTS {
            let interrupted = self.dump_once(what, request.clone(), &mut answers).await?;
            if !interrupted {
                return Ok(answers);
            }
        }
        Err(AddressError::Interrupted(what.to_owned()))
    }

    /// Answers whether the dump was interrupted.
    async fn dump_once(
        &self,
        what: &str,
        request: RouteNetlinkMessage,
        answers: &mut Vec<RouteNetlinkMessage>,
    ) -> Result<bool, AddressError> {
        answers.clear();
        let mut interrupted = false;
        let mut request = NetlinkMessage::from(request);
        request.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
        let mut replies = self.handle.clone().request(request).map_err(|_| AddressError::Closed)?;
        while let Some(reply) = replies.next().await {
            interrupted |= reply.header.flags & NLM_F_DUMP_INTR != 0;
            match reply.payload {
                NetlinkPayload::InnerMessage(message) => answers.push(message),
                NetlinkPayload::Error(error) => return Err(AddressError::refused(what, &error)),
                NetlinkPayload::Overrun(_) => interrupted = true,
                // an acknowledgement, padding, or a kind of message yet to be invented
                _ => {}
            }
        }
        Ok(interrupted)
    }

    async fn command(
        &self,
        what: &str,
        message: RouteNetlinkMessage,
        flags: u16,
    ) -> Result<(), AddressError> {
        let mut request = NetlinkMessage::from(message);
        request.header.flags = NLM_F_REQUEST | NLM_F_ACK | flags;
        let mut replies = self.handle.clone().request(request).map_err(|_| AddressError::Closed)?;
        while let Some(reply) = replies.next().await {
            if let NetlinkPayload::Error(error) = reply.payload
                && error.code.is_some()
            {
                return Err(AddressError::refused(what, &error));
            }
        }
        Ok(())
    }
}

fn index_of(interface: &str) -> Result<u32, AddressError> {
    nix::net::if_::if_nametoindex(interface).map_err(|_| AddressError::NoInterface(interface.to_owned()))
}
