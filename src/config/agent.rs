//! `agent.toml`.

mod drain;
mod health;
mod need;
mod print;
mod vip;
mod weight;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::RangeInclusive;
use core::time::Duration;

use crate::Diagnostic;
use crate::read::{Foreign, Keys, Report, Table};
use crate::text::Entry;

/// `[watch] interval` where nothing is said.
const WATCH_INTERVAL: Duration = Duration::from_millis(500);
/// A wrong sysctl is put right within a second, so no slower; each round reads every interface, so no faster.
const WATCH_INTERVALS: RangeInclusive<Duration> = Duration::from_millis(50)..=Duration::from_secs(1);

const TOP: Keys = Keys {
    name: "agent.toml",
    known: &["vip", "health", "watch", "drain", "weight"],
    foreign: &[
        Foreign { key: "tls", help: "write `tls` in [health]" },
        Foreign { key: "listen", help: "write `listen` in [health]" },
        Foreign { key: "deadline", help: "write `deadline` in [drain]" },
        Foreign { key: "unit", help: "write `unit` in a [[vip]] section" },
        Foreign { key: "process", help: "write `process` in a [[vip]] section" },
        Foreign { key: "agents", help: "[agents] belongs to the director's director.toml" },
        Foreign { key: "vips", help: "write one [[vip]] section for each address" },
        Foreign { key: "address", help: "an address stands in a [[vip]] section" },
        Foreign { key: "service", help: "[[service]] belongs to the director's director.toml" },
    ],
};
const WATCH: Keys = Keys { name: "[watch]", known: &["interval"], foreign: &[] };

/// What `lvs-rs-agent` was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentConfig {
    /// the VIPs of this host, at least one
    pub vips: Vec<host::Vip>,
    /// where the read-only HTTP side listens (`[health] listen`), `127.0.0.1:9781` unless said; empty: nowhere
    pub health_listen: Vec<SocketAddr>,
    /// `[health] tls = { certificate = "…", key = "…", clients = "…" }`: for every address that is not loopback; none: plain
    pub health_tls: Option<HealthTls>,
    /// how often sysctls and listeners are read again (`[watch] interval`), 500 ms unless said, 50 ms to 1 s
    pub watch_interval: Duration,
    /// `[drain] deadline`: how long connections may take to end, 1 min unless said, 0 s to 1 d
    pub drain_deadline: Duration,
    /// `[weight]`: what this host may carry; none: all of it
    pub weight: Option<WeightConfig>,
}

/// Paths of PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthTls {
    /// what this agent shows: its certificate and those above it
    pub certificate: String,
    /// its private key
    pub key: String,
    /// who vouches for those who may read; none: everybody may
    pub clients: Option<String>,
}

/// `[weight]`: percent of the weight that directors have configured for this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightConfig {
    /// where it comes from
    pub source: WeightSource,
    /// `least`: never below, 0 to 100; 1 unless said, so that no measurement takes the server out; 0 for "fixed"
    pub least: u8,
    /// `most`: never above, 1 to 100; 100 unless said
    pub most: u8,
    /// `smooth`: about how long a change takes to be told in full, 10 s unless said, 0 s to 1 h; 0 s for "fixed"
    pub smooth: Duration,
    /// `interval`: how often it is found out, 5 s unless said, 1 s to 1 h
    pub interval: Duration,
}

/// `type = "fixed" | "file" | "script" | "load"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightSource {
    /// `percent`
    Fixed(u8),
    /// `path`: the number in a file, 0 to 100
    File(String),
    /// what a program prints, 0 to 100
    Script(WeightScript),
    /// the load average of a minute for each processor of this host: at `full` or above it is `least`, at none `most`
    Load {
        /// in hundredths: 100 is one runnable process for each processor; 100 unless said, 1 to 10,000
        full: u32,
    },
}

/// `command`, `timeout`, `user`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightScript {
    /// a full path and its arguments
    pub command: Vec<String>,
    /// 3 s unless said, 100 ms to 1 min
    pub timeout: Duration,
    /// who runs it; none: the agent's user
    pub user: Option<String>,
}

/// Reads `agent.toml`. Every error in the text is returned, not only the first; on success the warnings.
///
/// Texts above 16 MiB are refused unread. At most 20 errors and 20 warnings are returned, sorted by place; a last
/// one without a place counts the others.
pub fn parse(text: &str) -> Result<(AgentConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut report = Report::new(text);
    let document = crate::text::parse(text, &mut report);
    let config = document.as_ref().and_then(|document| read(document.root(), &mut report));
    report.finish(config)
}

fn read(root: Entry<'_>, report: &mut Report<'_>) -> Option<AgentConfig> {
    if root.children().next().is_none() {
        report
            .error_nowhere("the file is empty: an agent without a VIP has nothing to do")
            .help("write a [[vip]] section with its address");
        return None;
    }
    let top = Table::open(root, &TOP, report)?;
    let (vips, listed) = vip::read_all(top, report);
    if listed == 0 {
        report
            .error_nowhere("there is no [[vip]]: an agent without a VIP has nothing to do")
            .help("write a [[vip]] section with its address");
    }
    let (health_listen, health_tls) = health::read(top, report);
    let watch_interval = top
        .get("watch")
        .and_then(|entry| Table::open(entry, &WATCH, report))
        .and_then(|watch| watch.get("interval"))
        .and_then(|entry| entry.duration(WATCH_INTERVALS, report))
        .unwrap_or(WATCH_INTERVAL);
    Some(AgentConfig {
        vips,
        health_listen,
        health_tls,
        watch_interval,
        drain_deadline: drain::read(top, report),
        weight: top.get("weight").and_then(|entry| weight::read(entry, report)),
    })
}

#[cfg(test)]
mod tests;
