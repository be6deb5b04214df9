//! What IPVS has besides its table: idle times, sync daemons, its version.

use alloc::string::String;
use core::net::IpAddr;

/// Idle times of connection entries (`IPVS_CMD_SET_CONFIG`), in seconds, at most `INT_MAX / HZ`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// established TCP; set as 0, the kernel keeps its own
    pub tcp_s: u32,
    /// TCP after FIN; set as 0, the kernel keeps its own
    pub tcp_fin_s: u32,
    /// UDP; set as 0, the kernel keeps its own
    pub udp_s: u32,
}

/// What a sync daemon does (`IP_VS_STATE_*`). One of each may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DaemonRole {
    /// sends its connections
    Master,
    /// receives the other's
    Backup,
}

/// A connection sync daemon (`ip_vs_sync.c`). To start one, `None` leaves the choice to the kernel; a running
/// one has everything said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Daemon {
    /// sends or receives
    pub role: DaemonRole,
    /// multicast interface, at most 15 bytes
    pub interface: String,
    /// 0 to 255; 0 receives from every id
    pub sync_id: u8,
    /// longest sync message in bytes, 1 to 65,535 less headers; the kernel's choice is the interface's MTU
    pub max_len: Option<u16>,
    /// multicast group; the kernel's choice is 224.0.0.81
    pub group: Option<IpAddr>,
    /// UDP port; the kernel's choice is 8848
    pub port: Option<u16>,
    /// multicast TTL; the kernel's choice is 1
    pub ttl: Option<u8>,
}

impl Daemon {
    /// Whether a running daemon is what this one asks for: everything that is said here holds there.
    pub fn is_met_by(&self, running: &Self) -> bool {
        fn met<T: PartialEq>(wanted: Option<T>, running: Option<T>) -> bool {
            wanted.is_none() || wanted == running
        }
        self.role == running.role
            && self.interface == running.interface
            && self.sync_id == running.sync_id
            && met(self.max_len, running.max_len)
            && met(self.group, running.group)
            && met(self.port, running.port)
            && met(self.ttl, running.ttl)
    }
}

/// The kernel's side of IPVS (`IPVS_CMD_GET_INFO`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// major, minor, patch of the kernel's IPVS, 1.2.1 since 2007
    pub version: (u8, u8, u8),
    /// buckets of the connection table
    pub connection_table_size: u32,
}
