//! `director.toml`.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use health::CheckSpec;
use ipvs::{Destination, DestinationKey, ServiceKey, ServiceSettings};

use crate::Diagnostic;

/// What `lvs-director` was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectorConfig {
    /// this director's name in logs and status; none: the host's name
    pub router_id: Option<String>,
    /// where the read-only HTTP side listens (`[http] listen`), `127.0.0.1:9780` unless said
    pub http_listen: Vec<SocketAddr>,
    /// the table as a whole (`[ipvs]`)
    pub ipvs: IpvsConfig,
    /// addresses the director holds itself (`[[address]]`)
    pub addresses: Vec<HeldAddress>,
    /// `[[service]]`, in the file's order
    pub services: Vec<VirtualService>,
}

/// `[ipvs]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpvsConfig {
    /// `own_table`: the whole table is ours, strangers' services are removed; false unless said
    pub own_table: bool,
    /// `manage_sysctls`: set what dead and quiesced servers need in `net.ipv4.vs`; true unless said
    pub manage_sysctls: bool,
    /// `resync`: how often the kernel's table is looked at again, 5 s unless said, 1 s to 1 h
    pub resync: Duration,
    /// `timeouts = { tcp = "15m", tcp_fin = "2m", udp = "5m" }`: idle times of connection entries
    pub timeouts: Option<Timeouts>,
    /// `[[ipvs.sync]]`: connection sync daemons, at most one of each role
    pub sync: Vec<SyncDaemon>,
}

/// Idle times of connection entries; none: the kernel's is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// established TCP, seconds
    pub tcp_s: Option<u32>,
    /// TCP after FIN, seconds
    pub tcp_fin_s: Option<u32>,
    /// UDP, seconds
    pub udp_s: Option<u32>,
}

/// A connection sync daemon of the kernel (`ip_vs_sync`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncDaemon {
    /// sends or receives
    pub role: SyncRole,
    /// multicast interface
    pub interface: String,
    /// sync id, 0 to 255; 0 receives from every id
    pub id: u8,
    /// multicast group; none: 224.0.0.81
    pub group: Option<IpAddr>,
    /// UDP port; none: 8848
    pub port: Option<u16>,
    /// multicast TTL; none: 1
    pub ttl: Option<u8>,
    /// longest sync message in bytes; none: the kernel's choice
    pub max_len: Option<u16>,
}

/// `IP_VS_STATE_MASTER`, `IP_VS_STATE_BACKUP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SyncRole {
    /// sends its connections
    Master,
    /// receives the other's
    Backup,
}

/// An address that the director puts on an interface and keeps there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldAddress {
    /// the VIP
    pub address: IpAddr,
    /// /32 or /128 unless said
    pub prefix: u8,
    /// interface name
    pub interface: String,
    /// `IFA_LABEL`, IPv4 only
    pub label: Option<String>,
}

/// One `[[service]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualService {
    /// unique; the key in words unless said
    pub name: String,
    /// address and port, or fwmark
    pub key: ServiceKey,
    /// scheduler, persistence, flags
    pub settings: ServiceSettings,
    /// `alpha`: a new server enters only after its first good check; true unless said
    pub alpha: bool,
    /// `inhibit`: a failed server gets weight 0 instead of being removed; false unless said
    pub inhibit: bool,
    /// `quorum`: total weight of the servers that are up, below which the sorry server takes over; 1 unless said
    pub quorum: u32,
    /// `hysteresis`: quorum is back at `quorum + hysteresis`; 0 unless said
    pub hysteresis: u32,
    /// `sorry_server`: serves alone while quorum is lost; never checked
    pub sorry_server: Option<(DestinationKey, Destination)>,
    /// `[[service.real]]`, at least one
    pub reals: Vec<RealServer>,
}

/// One `[[service.real]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealServer {
    /// address and port
    pub key: DestinationKey,
    /// forwarding method, weight, thresholds
    pub destination: Destination,
    /// all must pass; equal checks of other servers are the same `Arc`
    pub checks: Vec<Arc<CheckSpec>>,
}

/// Reads `director.toml`. Every error in the text is returned, not only the first; on success the warnings.
pub fn parse(_text: &str) -> Result<(DirectorConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    todo!()
}
