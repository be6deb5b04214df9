//! What a virtual router wants done.

use alloc::sync::Arc;
use core::net::IpAddr;
use core::time::Duration;

use crate::{Reason, State};

/// Something to be done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// send an advert with TTL (hop limit) 255, from the source that the router was told
    Send {
        /// multicast group or unicast peer
        destination: IpAddr,
        /// the VRRP packet, without IP header
        packet: Arc<[u8]>,
    },
    /// hold or drop the addresses; the last word counts
    Hold(Holding),
    /// tell the network where the addresses are: gratuitous ARP, unsolicited neighbour advertisement
    Announce {
        /// packets for each address
        repeat: u8,
    },
    /// the state changed: for status, notification and the log
    Transition(Transition),
}

/// What is to be done with the addresses of a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// not here
    No,
    /// packets to them go on being forwarded, and ARP for them goes unanswered: a successor answers
    Silent,
    /// on the interface
    Yes,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// from
    pub from: State,
    /// to
    pub to: State,
    /// why
    pub reason: Reason,
    /// since the daemon's start
    pub at: Duration,
}
