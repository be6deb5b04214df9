//! Connections to addresses of this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use host::ListenerProtocol;
use netlink_packet_sock_diag::constants::{
    TCP_CLOSE_WAIT, TCP_CLOSING, TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_LAST_ACK, TCP_SYN_RECV,
    TCP_TIME_WAIT,
};

use super::{Asked, Family, Sockets, SocketsError, condition, dump};

/// `TCP_NEW_SYN_RECV`: a request that is no socket yet. Told as SYN_RECV.
const TCP_NEW_SYN_RECV: u8 = 12;

/// Something is still to be sent or taken. In FIN_WAIT2 and TIME_WAIT this side has said and heard all that it will.
const OPEN: u32 = 1 << TCP_SYN_RECV
    | 1 << TCP_NEW_SYN_RECV
    | 1 << TCP_ESTABLISHED
    | 1 << TCP_FIN_WAIT1
    | 1 << TCP_CLOSE_WAIT
    | 1 << TCP_LAST_ACK
    | 1 << TCP_CLOSING;
/// Kept for `TCP_TIMEWAIT_LEN`, a minute, where this side ended first.
const ENDED: u32 = 1 << TCP_FIN_WAIT2 | 1 << TCP_TIME_WAIT;

impl Sockets {
    /// How many TCP connections each of these addresses has, those of IPv6 sockets with a mapped IPv4 address included: from
    /// SYN_RECV to LAST_ACK, without FIN_WAIT2 and TIME_WAIT. Every address has an entry. The kernel looks through all of its
    /// sockets for it, and tells only of these.
    ///
    /// # Errors
    /// The kernel lists no TCP sockets.
    pub fn connections(&mut self, vips: &BTreeSet<IpAddr>) -> Result<BTreeMap<IpAddr, u64>, SocketsError> {
        self.count(vips, OPEN)
    }

    /// How many TCP connections of each of these addresses have ended within the last minute, as far as the kernel keeps them:
    /// where this side was the first to close. Every address has an entry.
    ///
    /// # Errors
    /// The kernel lists no TCP sockets.
    pub fn ended(&mut self, vips: &BTreeSet<IpAddr>) -> Result<BTreeMap<IpAddr, u64>, SocketsError> {
        self.count(vips, ENDED)
    }

    fn count(&mut self, vips: &BTreeSet<IpAddr>, states: u32) -> Result<BTreeMap<IpAddr, u64>, SocketsError> {
        let mut found: BTreeMap<IpAddr, u64> = vips.iter().map(|vip| (*vip, 0)).collect();
        let condition = condition::any_of(vips);
        for family in Family::BOTH {
            if !may_have(family, vips) {
                continue;
            }
            let asked = Asked { protocol: ListenerProtocol::Tcp, family, states, condition: &condition };
            self.dump(asked, |message| {
                let local = dump::local_address(message).map(|address| address.to_canonical());
                if let Some(count) = local.and_then(|address| found.get_mut(&address)) {
                    *count = count.saturating_add(1);
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

fn may_have(family: Family, vips: &BTreeSet<IpAddr>) -> bool {
    match family {
        Family::V4 => vips.iter().any(IpAddr::is_ipv4),
        Family::V6 => !vips.is_empty(),
    }
}
