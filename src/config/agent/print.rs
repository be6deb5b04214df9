//! The effective `agent.toml`.

mod weight;

use alloc::format;
use alloc::string::{String, ToString};

use host::{Need, Scope, Vip};

use super::{AgentConfig, HealthTls};
use crate::print::{Lines, Quoted, inline, list};
use crate::read::format_duration;

impl AgentConfig {
    /// The configuration as TOML with every default spelled out. [`super::parse`] reads the same from it.
    pub fn to_toml(&self) -> String {
        let mut lines = Lines::default();
        lines.header("[health]");
        lines.key("listen", list(self.health_listen.iter().map(|one| Quoted(one.to_string()))));
        lines.optional("tls", self.health_tls.as_ref().map(tls), "plain");
        lines.header("[watch]");
        lines.string("interval", format_duration(self.watch_interval));
        lines.header("[drain]");
        lines.string("deadline", format_duration(self.drain_deadline));
        if let Some(weight) = &self.weight {
            weight::print(weight, &mut lines);
        }
        for vip in &self.vips {
            print_vip(vip, &mut lines);
        }
        lines.finish()
    }
}

fn tls(tls: &HealthTls) -> String {
    let pair = |key, path| format!("{key} = {}", Quoted(path));
    inline([
        Some(pair("certificate", &tls.certificate)),
        Some(pair("key", &tls.key)),
        tls.clients.as_ref().map(|clients| pair("clients", clients)),
    ])
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
    let units = vip.needs.iter().filter_map(|need| match need {
        Need::Unit(name) => Some(Quoted(name)),
        Need::Process(_) => None,
    });
    lines.key("unit", list(units));
    let processes = vip.needs.iter().filter_map(|need| match need {
        Need::Process(name) => Some(Quoted(name)),
        Need::Unit(_) => None,
    });
    lines.key("process", list(processes));
}
