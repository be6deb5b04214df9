//! Specifications for tests.
#![allow(dead_code, reason = "each test file uses its part")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lvs_health::{CheckKind, CheckSpec, Outcome, TcpCheck};

pub(crate) const S: Duration = Duration::from_secs(1);

/// A TCP check of the `nth` target: fall 3, rise 2, each second, each 5 seconds while it is down.
pub(crate) fn spec(nth: u32) -> Arc<CheckSpec> {
    spec_with(nth, S, S * 5)
}

pub(crate) fn spec_with(nth: u32, interval: Duration, interval_down: Duration) -> Arc<CheckSpec> {
    let target = SocketAddr::from((Ipv4Addr::from_bits(0x0a00_0000 + nth), 80));
    let kind = CheckKind::Tcp(TcpCheck::CONNECT);
    Arc::new(CheckSpec { interval, interval_down, rise: 2, ..CheckSpec::new(target, kind) })
}

pub(crate) fn fail() -> Outcome {
    Outcome::Fail("connect: connection refused".to_owned())
}
