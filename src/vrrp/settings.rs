//! What an operator says about a virtual router.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::{Family, Interval, Password, Priority, Version, Vrid};

/// One virtual router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// unique name
    pub name: String,
    /// the interface of its adverts, for reasons and status only
    pub interface: String,
    /// virtual router identifier, unique on its interface, version and family
    pub vrid: Vrid,
    /// protocol version
    pub version: Version,
    /// family of the adverts
    pub family: Family,
    /// configured priority; tracking raises or lowers what is advertised, within 1 to 254
    pub priority: Priority,
    /// own advert interval
    pub interval: Interval,
    /// whether a master of lower priority is taken over from; an owner always does
    pub preempt: bool,
    /// how long after its start, or after a fault ended, it waits before it takes over from a lower one
    pub preempt_delay: Duration,
    /// the addresses in the adverts, in their order
    pub addresses: Vec<IpAddr>,
    /// version 2 only: simple text authentication
    pub password: Option<Password>,
    /// unicast peers; empty: multicast
    pub peers: Vec<IpAddr>,
    /// the multicast group; unless said [`Family::group`]
    pub group: IpAddr,
    /// whether the address list of a received advert must be ours
    pub check_addresses: bool,
    /// version 3 over IPv4: whether the checksum covers a pseudo-header (RFC 9568 section 5.2.8); some routers leave it out
    pub pseudo_header: bool,
    /// gratuitous ARP and unsolicited neighbour advertisements
    pub announcing: Announcing,
    /// what raises, lowers or stops this router, by place
    pub tracks: Vec<Track>,
}

/// When a master tells the network where its addresses are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcing {
    /// packets for each address in one burst, 1 to 20
    pub repeat: u8,
    /// a second burst that long after becoming master; zero: none
    pub delay: Duration,
    /// bursts again and again at this distance; none: no
    pub refresh: Option<Duration>,
    /// packets for each address in a refresh burst
    pub refresh_repeat: u8,
    /// a second burst that long after a rival was heard; zero: none. The first is always sent at once.
    pub rival_delay: Duration,
    /// packets for each address in the bursts after a rival
    pub rival_repeat: u8,
}

/// Something whose state moves the priority, or stops the router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// as reasons name it: `interface eth1`, `script chk_http`, `services`
    pub what: String,
    /// added to the priority while up (positive) or down (negative), -253 to 253; 0: the router is in fault while it is down
    pub weight: i16,
    /// what counts before the first report
    pub initially: crate::Report,
}

/// Routers that are master or backup together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// unique name
    pub name: String,
    /// names of its routers, at least two; a router is in one group at most
    pub members: Vec<String>,
}
