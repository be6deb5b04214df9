//! Routers for tests, as the configuration reader gives them.

use config::director::{RouterConfig, VrrpConfig};

/// The `[[vrrp]]` sections of this text.
pub(crate) fn config(vrrp: &str) -> VrrpConfig {
    match config::director::parse(vrrp) {
        Ok((config, _)) => config.vrrp,
        Err(errors) => panic!("{errors:?}"),
    }
}

/// `VI_1` on eth0 with 192.0.2.100, and these lines more.
pub(crate) fn router(more: &str) -> RouterConfig {
    let text = format!(
        "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]\n{more}"
    );
    config(&text).routers.remove(0)
}
