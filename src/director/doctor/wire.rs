//! What the wire says: who has which address, and who speaks for virtual routers.

mod adverts;
mod claims;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use config::director::DirectorConfig;
use doctor::director::{Claims, Heard, Way};
use doctor::{Seen, Unseen};
use kernel::arp::SocketError;

/// Where nothing else is said.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);

/// Asks and listens, both at once.
pub(super) async fn listen(
    config: &DirectorConfig,
    ways: &BTreeMap<IpAddr, Result<Way, String>>,
    during: Option<Duration>,
) -> (BTreeMap<String, Seen<Claims>>, BTreeMap<String, Seen<Heard>>) {
    let during = during.unwrap_or_else(|| usual(config));
    tokio::join!(claims::ask_all(config, ways), adverts::listen(config, during))
}

/// As long as a backup waits for its master (RFC 9568 section 6.1, with the longest skew).
fn usual(config: &DirectorConfig) -> Duration {
    let intervals = config.vrrp.routers.iter().map(|router| router.interval.duration().saturating_mul(4));
    intervals.max().unwrap_or(SHORTEST).clamp(SHORTEST, LONGEST)
}

/// A socket that could not be opened.
fn unseen(error: &SocketError) -> Unseen {
    let is_denied = matches!(error, SocketError::NotPermitted { .. });
    let how = if is_denied { "run this as root" } else { error.hint().unwrap_or_default() };
    Unseen { why: daemon::errors::one_line(error), how: how.to_owned() }
}
