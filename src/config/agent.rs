//! `agent.toml`.

use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use crate::Diagnostic;

/// What `lvs-rs-agent` was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentConfig {
    /// the VIPs of this host, at least one
    pub vips: Vec<host::Vip>,
    /// where the read-only HTTP side listens (`[health] listen`), `127.0.0.1:9781` unless said
    pub health_listen: Vec<SocketAddr>,
    /// how often sysctls and listeners are read again (`[watch] interval`), 500 ms unless said, 50 ms to 1 s
    pub watch_interval: Duration,
}

/// Reads `agent.toml`. Every error in the text is returned, not only the first; on success the warnings.
pub fn parse(_text: &str) -> Result<(AgentConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    todo!()
}
