//! `director.toml`.

mod address;
mod agents;
mod check;
mod ipvs;
mod keys;
mod mail;
mod names;
mod notify;
mod path;
mod print;
mod real;
mod repeated;
mod schedule;
mod service;
mod style;
mod sync;
mod target;
mod vrrp;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use ::ipvs::{Destination, DestinationKey, ServiceKey, ServiceSettings};
use health::CheckSpec;

pub use agents::{AgentGuard, AgentPolicy, AgentTls, AgentsConfig, RealAgent};
pub use style::{Comments, Style};
pub use vrrp::{
    Fifo, IpvsOn, Notify, RouterConfig, SyncGroup, TrackFile, TrackProcess, TrackScript, Tracked,
    VirtualAddress, VirtualRoute, VrrpConfig,
};

use keys::{HTTP, TOP};
use names::Names;
use service::Around;

use crate::Diagnostic;
use crate::read::{Report, Table, choice, listen};
use crate::text::Entry;

/// `[ipvs] path_mark` where nothing is said.
pub const PATH_MARK: u32 = 0x4c56_0000;
/// How many marks are kept for checks of the true path, from `path_mark` on.
pub const PATH_MARKS: u32 = 65_536;
/// `[http] listen` where nothing is said.
const HTTP_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9780);

/// What `lvs-director` was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectorConfig {
    /// this director's name in logs and status; none: the host's name
    pub router_id: Option<String>,
    /// where the read-only HTTP side listens (`[http] listen`), `127.0.0.1:9780` unless said; empty: nowhere
    pub http_listen: Vec<SocketAddr>,
    /// `ipvs_on`: where the table is installed; "all" unless said
    pub ipvs_on: IpvsOn,
    /// VRRP: routers and what belongs to them
    pub vrrp: VrrpConfig,
    /// the table as a whole (`[ipvs]`)
    pub ipvs: IpvsConfig,
    /// addresses the director holds itself (`[[address]]`)
    pub addresses: Vec<HeldAddress>,
    /// `[mail]`: who hears of changes by mail; none: nobody
    pub mail: Option<MailConfig>,
    /// `[agents]`: how agents are followed
    pub agents: AgentsConfig,
    /// `[[service]]`, in the file's order; those of one `addresses` list one after the other
    pub services: Vec<VirtualService>,
}

/// `[mail]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    /// `to`, at least one
    pub to: Vec<String>,
    /// `from`
    pub from: String,
    /// `server`: name or address, and port; port 25 unless said, 587 with "starttls", 465 with "tls"
    pub server: (String, u16),
    /// `helo`: what the greeting says; none: this host's name
    pub helo: Option<String>,
    /// `tls = "off" | "starttls" | "tls"`, "off" unless said
    pub tls: MailTls,
    /// `verify`: as in checks; the machine's authorities unless said
    pub verify: health::Verify,
    /// `login = { user = "…", password = "…" }`: only with TLS, or to a loopback address
    pub login: Option<health::Login>,
    /// `timeout` of one delivery, 30 s unless said
    pub timeout: Duration,
    /// `merge`: changes within that time make one mail, 10 s unless said
    pub merge: Duration,
    /// `about`: what is told unless a router, group, service or server says otherwise; all unless said
    pub about: MailAbout,
}

/// Whether the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// not
    Off,
    /// after `STARTTLS`, always (RFC 3207)
    StartTls,
    /// from the first byte (RFC 8314)
    Tls,
}

/// `about = ["routers", "services", "servers"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailAbout {
    /// transitions of virtual routers and sync groups
    pub routers: bool,
    /// services that lose or regain quorum
    pub services: bool,
    /// real servers that go down or come up
    pub servers: bool,
}

/// `[ipvs]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpvsConfig {
    /// `own_table`: the whole table is ours, strangers' services are removed; false unless said
    pub own_table: bool,
    /// `manage_sysctls`: set what dead and quiesced servers need in `net.ipv4.vs`; true unless said
    pub manage_sysctls: bool,
    /// `resync`: how often the kernel's table is looked at again, 1 s unless said, 100 ms to 1 h; less often where
    /// a look takes longer than a hundredth of that
    pub resync: Duration,
    /// `timeouts = { tcp = "15m", tcp_fin = "2m", udp = "5m" }`: idle times of connection entries
    pub timeouts: Option<Timeouts>,
    /// `on_stop`: what SIGTERM does with the table; "keep" unless said
    pub on_stop: OnStop,
    /// `path_mark`: the first of 65,536 firewall marks that are kept for checks of the true path ([`health::DrPath`]);
    /// [`PATH_MARK`] unless said
    pub path_mark: u32,
    /// `[[ipvs.sync]]`: connection sync daemons, at most one of each role
    pub sync: Vec<SyncDaemon>,
}

/// What stays in the table when the director stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnStop {
    /// everything, so that a restart is invisible
    #[default]
    Keep,
    /// nothing of ours
    Remove,
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
    /// `catch_up`, for role "vrrp": while master, how often every connection is sent again, so that a director that was away
    /// learns of the idle ones too; none: never. 5 s unless said.
    pub catch_up: Option<Duration>,
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SyncRole {
    /// sends its connections
    Master,
    /// receives the other's
    Backup,
    /// `role = "vrrp"`, `vrrp = "VI_1"`: sends while that router is master here, else receives
    Follow(String),
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
    /// the name of the `[[service]]` with an `addresses` or `fwmarks` list that this is one of; those of one list have the
    /// same servers, and only the first has `notify` and `alert`
    pub group: Option<String>,
    /// address and port, or fwmark
    pub key: ServiceKey,
    /// scheduler, persistence, flags
    pub settings: ServiceSettings,
    /// `quorum`: total weight of the servers that are up, below which the sorry server takes over; 1 unless said
    pub quorum: u32,
    /// `hysteresis`: quorum is back at `quorum + hysteresis`; 0 unless said
    pub hysteresis: u32,
    /// `sorry_server`: serves alone while quorum is lost; never checked
    pub sorry_server: Option<(DestinationKey, Destination)>,
    /// `sorry_server = { inhibit = true }`: while it is not needed it stays in the table with weight 0; false unless said
    pub sorry_inhibit: bool,
    /// `omega`: when the director stops, `notify.quorum_down` and the servers' `notify.down` are run; false unless said
    pub omega: bool,
    /// `ha_suspend`: its servers are checked only while this machine has its address; false unless said, never for a fwmark
    pub ha_suspend: bool,
    /// `notify = { quorum_up = …, quorum_down = … }`
    pub notify: ServiceNotify,
    /// `alert`: mail when quorum is lost or regained; as `[mail] about` unless said
    pub alert: bool,
    /// `[[service.real]]`, at least one
    pub reals: Vec<RealServer>,
}

/// Programs that are run when quorum changes: a full path and its arguments; none where empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceNotify {
    /// regained
    pub quorum_up: Vec<String>,
    /// lost
    pub quorum_down: Vec<String>,
}

/// Programs that are run when a server goes down or comes up: a full path and its arguments; none where empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RealNotify {
    /// came up
    pub up: Vec<String>,
    /// went down
    pub down: Vec<String>,
}

/// One `[[service.real]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealServer {
    /// address and port
    pub key: DestinationKey,
    /// forwarding method, weight, thresholds
    pub destination: Destination,
    /// `alpha`: enters only after its first good check; the service's, which is true, unless said
    pub alpha: bool,
    /// `inhibit`: gets weight 0 instead of being removed when it fails; the service's, which is false, unless said
    pub inhibit: bool,
    /// `notify = { up = …, down = … }`
    pub notify: RealNotify,
    /// `alert`: mail when it goes down or comes up; as `[mail] about` unless said
    pub alert: bool,
    /// `agent_port` and `agent`, of the server, its service or `[agents]`; none: it has no agent, or none that is followed
    pub agent: Option<RealAgent>,
    /// all must pass; equal checks of other servers are the same `Arc`
    pub checks: Vec<Arc<CheckSpec>>,
}

/// Reads `director.toml`. Every error in the text is returned, not only the first; on success the warnings.
///
/// Texts above 16 MiB are refused unread. At most 20 errors and 20 warnings are returned, sorted by place; a last
/// one without a place counts the others.
pub fn parse(text: &str) -> Result<(DirectorConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut report = Report::new(text);
    let document = crate::text::parse(text, &mut report);
    let config = document.as_ref().and_then(|document| read(document.root(), &mut report));
    report.finish(config)
}

fn read(root: Entry<'_>, report: &mut Report<'_>) -> Option<DirectorConfig> {
    if root.children().next().is_none() {
        report
            .error_nowhere(
                "the file is empty: a director without a service, a router or an address has nothing to do",
            )
            .help("write a [[service]] or a [[vrrp]] section");
        return None;
    }
    let top = Table::open(root, &TOP, report)?;
    if ["service", "vrrp", "address"].into_iter().all(|key| top.get(key).is_none_or(Entry::is_empty_list)) {
        report
            .error_nowhere("there is no [[service]], no [[vrrp]] and no [[address]]: nothing to do")
            .help("write a [[service]] or a [[vrrp]] section");
    }
    let router_id = top.get("router_id").and_then(|entry| entry.name(report));
    let http_listen = top
        .get("http")
        .and_then(|entry| Table::open(entry, &HTTP, report))
        .and_then(|http| http.get("listen"))
        .and_then(|entry| listen(entry, HTTP_LISTEN, report))
        .unwrap_or_else(|| vec![HTTP_LISTEN]);
    let routers = Names::of(top, "vrrp", "[[vrrp]]");
    let ipvs = ipvs::read(top, &routers, report);
    let (addresses, mut held) = address::read_all(top, report);
    let (mail, alerts) = mail::read(top, report);
    let unfinished = vrrp::read(top, &routers, &mut held, alerts, report);
    let (agents, wish) = agents::read(top, report);
    let around = Around {
        held: &held,
        script_user: unfinished.script_user(),
        alerts,
        wish: &wish,
        path_mark: ipvs.path_mark,
    };
    let services = service::read_all(top, around, report);
    let vrrp = unfinished.finish(top, &services, report);
    let ipvs_on = ipvs_on(top, report);
    Some(DirectorConfig { router_id, http_listen, ipvs_on, vrrp, ipvs, addresses, mail, agents, services })
}

fn ipvs_on(top: Table<'_>, report: &mut Report<'_>) -> IpvsOn {
    let Some(entry) = top.get("ipvs_on") else { return IpvsOn::All };
    let read = choice(entry, &[("all", IpvsOn::All), ("master", IpvsOn::Master)], report).unwrap_or_default();
    if read == IpvsOn::Master && top.get("vrrp").is_none_or(Entry::is_empty_list) {
        report
            .error(entry.place(), "`ipvs_on` is \"master\", but there is no [[vrrp]]")
            .label("the table would be installed nowhere")
            .help("write a [[vrrp]] section, or `ipvs_on = \"all\"`");
    }
    read
}

#[cfg(test)]
mod tests;
