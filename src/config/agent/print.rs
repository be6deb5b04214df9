//! The effective `agent.toml`.

use alloc::string::{String, ToString};

use host::{Scope, Vip};

use super::AgentConfig;
use crate::print::{Lines, Quoted, list};
use crate::read::format_duration;

impl AgentConfig {
    /// The configuration as TOML with every default spelled out. [`super::parse`] reads the same from it.
    pub fn to_toml(&self) -> String {
        let mut lines = Lines::default();
        lines.header("[health]");
        lines.key("listen", list(self.health_listen.iter().map(|one| Quoted(one.to_string()))));
        lines.header("[watch]");
        lines.string("interval", format_duration(self.watch_interval));
        for vip in &self.vips {
            print_vip(vip, &mut lines);
        }
        lines.finish()
    }
}

fn print_vip(vip: &Vip, lines: &mut Lines) {
    lines.header("[[vip]]");
    lines.string("address", vip.address.to_string());
    lines.string("device", &vip.device);
    if vip.address.is_ipv4() {
        lines.optional("label", vip.label.as_ref().map(Quoted), "the first free number of the device");
        lines.string(
            "scope",
            match vip.scope {
                Scope::Host => "host",
                Scope::Link => "link",
                Scope::Global => "global",
            },
        );
    }
    lines.key("services", list(vip.services.iter().map(|one| Quoted(one.to_string()))));
}
