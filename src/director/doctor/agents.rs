//! Whether agents take a connection: one attempt each.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use config::director::DirectorConfig;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Agents that are tried at most, all at once.
const MOST: usize = 64;
/// On one link a host that is there answers sooner.
const PATIENCE: Duration = Duration::from_millis(500);

/// Each distinct agent of the file, up to a limit.
pub(super) async fn try_all(config: &DirectorConfig) -> BTreeMap<SocketAddr, Result<(), String>> {
    let reals = config.services.iter().flat_map(|service| &service.reals);
    let agents: BTreeSet<SocketAddr> = reals.filter_map(|real| Some(real.agent?.address)).collect();
    let mut attempts = JoinSet::new();
    for agent in agents.into_iter().take(MOST) {
        attempts.spawn(async move { (agent, try_one(agent).await) });
    }
    attempts.join_all().await.into_iter().collect()
}

async fn try_one(agent: SocketAddr) -> Result<(), String> {
    match timeout(PATIENCE, TcpStream::connect(agent)).await {
        Ok(connected) => connected.map(drop).map_err(|error| error.to_string()),
        Err(_) => Err(format!("no connection within {PATIENCE:?}")),
    }
}
