//! Routes over rtnetlink: single next hops of our own, told from all others by their protocol.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::fmt;
use std::net::IpAddr;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType, RouteVia,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::{AddressError, Addresses, index_of};

/// Who put a route there (`rtm_protocol`): VRRP's number, used by nobody in iproute2's list.
const PROTOCOL: RouteProtocol = RouteProtocol::Other(112);
/// `RT_TABLE_MAIN`
const MAIN: u32 = 254;
/// `RT_TABLE_COMPAT`: the number is in an attribute.
const COMPAT: u8 = 252;
/// `IP6_RT_PRIO_USER`: what IPv6 makes of no metric.
const IPV6_METRIC: u32 = 1024;

/// A route. Its equality is that of values: see [`Self::is_there`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// destination and prefix length, its host bits 0
    pub to: (IpAddr, u8),
    /// gateway; one of another family than the destination needs Linux 5.2
    pub via: Option<IpAddr>,
    /// outgoing interface; one of `via` and `interface` is given
    pub interface: Option<String>,
    /// preferred source address
    pub source: Option<IpAddr>,
    /// routing table; none: main
    pub table: Option<u32>,
    /// metric, lower goes first; none: 0 for IPv4, 1024 for IPv6
    pub metric: Option<u32>,
}

impl Addresses {
    /// Adds a route.
    ///
    /// # Errors
    /// [`AddressError::is_already_there`] where a route has the same destination, table and metric, whoever put it there.
    pub async fn add_route(&self, route: &Route) -> Result<(), AddressError> {
        let message = RouteNetlinkMessage::NewRoute(route.message()?);
        self.command(&format!("add the route {route}"), message, NLM_F_CREATE | NLM_F_EXCL).await
    }

    /// Removes a route that was added here; one of somebody else stays.
    ///
    /// # Errors
    /// [`AddressError::is_gone`] where there is none of ours.
    pub async fn remove_route(&self, route: &Route) -> Result<(), AddressError> {
        let message = RouteNetlinkMessage::DelRoute(route.message()?);
        self.command(&format!("remove the route {route}"), message, 0).await
    }

    /// The routes that were added here, by this process or an earlier one, in all tables. Needs no privilege.
    pub async fn routes(&self) -> Result<Vec<Route>, AddressError> {
        let mut found = Vec::new();
        for family in [AddressFamily::Inet, AddressFamily::Inet6] {
            let mut request = RouteMessage::default();
            request.header.address_family = family;
            // the kernel lists only these (`ip_valid_fib_dump_req`) unless it is too old to be asked strictly
            request.header.protocol = PROTOCOL;
            let answers = self.dump("list routes", RouteNetlinkMessage::GetRoute(request)).await?;
            found.extend(answers.iter().filter_map(|answer| match answer {
                RouteNetlinkMessage::NewRoute(message) => parse(message, family),
                _ => None,
            }));
        }
        Ok(found)
    }
}

impl Route {
    /// Whether `found`, one of [`Addresses::routes`], is this route. What this one leaves to the kernel is not compared.
    pub fn is_there(&self, found: &Self) -> bool {
        self.to == found.to
            && self.via == found.via
            && (self.interface.is_none() || self.interface == found.interface)
            && self.source == found.source
            && self.table.unwrap_or(MAIN) == found.table.unwrap_or(MAIN)
            && self.effective_metric() == found.effective_metric()
    }

    fn effective_metric(&self) -> u32 {
        match self.metric {
            None | Some(0) if self.to.0.is_ipv6() => IPV6_METRIC,
            metric => metric.unwrap_or_default(),
        }
    }

    fn message(&self) -> Result<RouteMessage, AddressError> {
        let (address, prefix) = self.to;
        let table = self.table.unwrap_or(MAIN);
        let header = RouteHeader {
            address_family: if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 },
            destination_prefix_length: prefix,
            table: u8::try_from(table).unwrap_or(COMPAT),
            protocol: PROTOCOL,
            // without a gateway the destination is on the link (`fib_check_nh`)
            scope: if self.via.is_some() || address.is_ipv6() {
                RouteScope::Universe
            } else {
                RouteScope::Link
            },
            kind: RouteType::Unicast,
            ..RouteHeader::default()
        };
        let mut message = RouteMessage::default();
        message.header = header;
        message.attributes =
            vec![RouteAttribute::Table(table), RouteAttribute::Priority(self.effective_metric())];
        if prefix > 0 {
            message.attributes.push(RouteAttribute::Destination(address.into()));
        }
        if let Some(interface) = &self.interface {
            message.attributes.push(RouteAttribute::Oif(index_of(interface)?));
        }
        message.attributes.extend(self.source.map(|source| RouteAttribute::PrefSource(source.into())));
        message.attributes.extend(self.gateway());
        Ok(message)
    }

    fn gateway(&self) -> Option<RouteAttribute> {
        Some(match (self.via?, self.to.0.is_ipv4()) {
            (IpAddr::V4(via), false) => RouteAttribute::Via(RouteVia::Inet(via)),
            (IpAddr::V6(via), true) => RouteAttribute::Via(RouteVia::Inet6(via)),
            (via, _) => RouteAttribute::Gateway(via.into()),
        })
    }
}

/// As in `ip route`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.to.0, self.to.1)?;
        if let Some(via) = self.via {
            write!(f, " via {via}")?;
        }
        if let Some(interface) = &self.interface {
            write!(f, " dev {interface}")?;
        }
        if let Some(source) = self.source {
            write!(f, " src {source}")?;
        }
        if let Some(table) = self.table {
            write!(f, " table {table}")?;
        }
        if let Some(metric) = self.metric {
            write!(f, " metric {metric}")?;
        }
        Ok(())
    }
}

fn parse(message: &RouteMessage, family: AddressFamily) -> Option<Route> {
    let header = &message.header;
    if (header.protocol, header.kind, header.address_family) != (PROTOCOL, RouteType::Unicast, family) {
        return None;
    }
    let any = if family == AddressFamily::Inet { [0; 4].into() } else { [0; 16].into() };
    let mut route = Route {
        to: (any, header.destination_prefix_length),
        via: None,
        interface: None,
        source: None,
        table: Some(header.table.into()),
        metric: Some(0),
    };
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Destination(to) => route.to.0 = ip(to)?,
            RouteAttribute::Gateway(via) => route.via = ip(via),
            RouteAttribute::Via(RouteVia::Inet(via)) => route.via = Some((*via).into()),
            RouteAttribute::Via(RouteVia::Inet6(via)) => route.via = Some((*via).into()),
            RouteAttribute::Oif(index) => route.interface = name_of(*index),
            RouteAttribute::PrefSource(source) => route.source = ip(source),
            RouteAttribute::Table(table) => route.table = Some(*table),
            RouteAttribute::Priority(metric) => route.metric = Some(*metric),
            _ => {}
        }
    }
    Some(route)
}

/// None where it went away since.
fn name_of(index: u32) -> Option<String> {
    nix::net::if_::if_indextoname(index).ok()?.into_string().ok()
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some((*address).into()),
        RouteAddress::Inet6(address) => Some((*address).into()),
        _ => None,
    }
}
