//! The effective `director.toml`.

use alloc::format;
use alloc::string::{String, ToString};

use ipvs::{
    Checksum, DestinationKey, Family, Forward, Persistence, Protocol, ServiceKey, ServiceSettings, Tunnel,
    TunnelKind,
};

use super::{
    Comments, DirectorConfig, HeldAddress, IpvsConfig, IpvsOn, RealServer, Style, SyncDaemon, SyncRole,
    VirtualService, vrrp,
};
use crate::print::{Lines, Quoted, inline, list};
use crate::read::format_duration;

mod check;

impl DirectorConfig {
    /// The configuration as TOML with every default spelled out. [`super::parse`] reads the same from it.
    pub fn to_toml(&self) -> String {
        self.to_toml_with(Style::Effective, &Comments::default())
    }

    /// The configuration as TOML, in a style and with comments. [`super::parse`] reads the same from it.
    pub fn to_toml_with(&self, _style: Style, _comments: &Comments) -> String {
        let mut lines = Lines::default();
        lines.optional("router_id", self.router_id.as_ref().map(Quoted), "the host's name");
        lines.string(
            "ipvs_on",
            match self.ipvs_on {
                IpvsOn::All => "all",
                IpvsOn::Master => "master",
            },
        );
        lines.header("[http]");
        lines.key("listen", list(self.http_listen.iter().map(|one| Quoted(one.to_string()))));
        print_ipvs(&self.ipvs, &mut lines);
        vrrp::print(&self.vrrp, &mut lines);
        for address in &self.addresses {
            print_address(address, &mut lines);
        }
        for service in &self.services {
            print_service(service, &mut lines);
        }
        lines.finish()
    }
}

fn print_ipvs(ipvs: &IpvsConfig, lines: &mut Lines) {
    lines.header("[ipvs]");
    lines.key("own_table", ipvs.own_table);
    lines.key("manage_sysctls", ipvs.manage_sysctls);
    lines.string("resync", format_duration(ipvs.resync));
    let timeouts = ipvs.timeouts.map(|timeouts| {
        let one = |key: &str, value: Option<u32>| value.map(|value| format!("{key} = \"{value}s\""));
        let all =
            [one("tcp", timeouts.tcp_s), one("tcp_fin", timeouts.tcp_fin_s), one("udp", timeouts.udp_s)];
        inline(all)
    });
    lines.optional("timeouts", timeouts, "as the kernel has them");
    for daemon in &ipvs.sync {
        print_sync(daemon, lines);
    }
}

fn print_sync(daemon: &SyncDaemon, lines: &mut Lines) {
    lines.header("[[ipvs.sync]]");
    lines.string(
        "role",
        match &daemon.role {
            SyncRole::Master => "master",
            SyncRole::Backup => "backup",
            SyncRole::Follow(_) => "vrrp",
        },
    );
    if let SyncRole::Follow(router) = &daemon.role {
        lines.string("vrrp", router);
        lines.string("catch_up", daemon.catch_up.map_or(String::from("never"), format_duration));
    }
    lines.string("interface", &daemon.interface);
    lines.key("id", daemon.id);
    lines.optional("group", daemon.group.map(|group| Quoted(group.to_string())), "224.0.0.81");
    lines.optional("port", daemon.port, "8848");
    lines.optional("ttl", daemon.ttl, "1");
    lines.optional("max_len", daemon.max_len, "as the kernel chooses");
}

fn print_address(held: &HeldAddress, lines: &mut Lines) {
    lines.header("[[address]]");
    lines.string("address", format!("{}/{}", held.address, held.prefix));
    lines.string("interface", &held.interface);
    if held.address.is_ipv4() {
        lines.optional("label", held.label.as_ref().map(Quoted), "none");
    }
}

fn print_service(service: &VirtualService, lines: &mut Lines) {
    lines.header("[[service]]");
    lines.string("name", &service.name);
    print_key(&service.key, lines);
    print_settings(&service.settings, lines);
    lines.key("quorum", service.quorum);
    lines.key("hysteresis", service.hysteresis);
    let sorry = service.sorry_server.as_ref().map(|(key, destination)| {
        let address = format!("address = {}", Quoted(address_port(key)));
        let (forward, tunnel) = forward(destination.forward);
        inline([
            Some(address),
            Some(format!("forward = \"{forward}\"")),
            tunnel.map(|t| format!("tunnel = {t}")),
        ])
    });
    lines.optional("sorry_server", sorry, "none");
    let common = check::common(&service.reals);
    lines.key("check", check::print_all(common.unwrap_or_default()));
    for real in &service.reals {
        print_real(real, common.is_none(), lines);
    }
}

fn print_key(key: &ServiceKey, lines: &mut Lines) {
    match key {
        ServiceKey::Address { protocol, address, port } => {
            lines.string("address", address_port(&DestinationKey { address: *address, port: *port }));
            lines.string(
                "protocol",
                match protocol {
                    Protocol::Tcp => "tcp",
                    Protocol::Udp => "udp",
                    Protocol::Sctp => "sctp",
                },
            );
        }
        ServiceKey::Fwmark { family, mark } => {
            lines.key("fwmark", mark);
            lines.string(
                "family",
                match family {
                    Family::V4 => "ipv4",
                    Family::V6 => "ipv6",
                },
            );
        }
    }
}

fn print_settings(settings: &ServiceSettings, lines: &mut Lines) {
    let name = settings.scheduler.name();
    lines.string("scheduler", name);
    let word = |set: bool, owned: &str, plain: &str| {
        set.then(|| if matches!(name, "sh" | "mh") { format!("{name}-{owned}") } else { String::from(plain) })
    };
    let flags = [
        word(settings.flags.flag1, "fallback", "flag-1"),
        word(settings.flags.flag2, "port", "flag-2"),
        settings.flags.flag3.then(|| String::from("flag-3")),
    ];
    lines.key("scheduler_flags", list(flags.into_iter().flatten().map(Quoted)));
    lines.key("one_packet", settings.one_packet);
    let persistence = settings.persistence.as_ref();
    lines.optional("persistence", persistence.map(|one| format!("\"{}s\"", one.timeout_s)), "none");
    if let Some(Persistence { granularity, engine, .. }) = persistence {
        lines.key("persistence_granularity", granularity);
        lines.optional("persistence_engine", engine.as_ref().map(Quoted), "none");
    }
}

fn print_real(real: &RealServer, own_checks: bool, lines: &mut Lines) {
    lines.header("[[service.real]]");
    lines.string("address", address_port(&real.key));
    lines.key("weight", real.destination.weight.get());
    let (forward, tunnel) = forward(real.destination.forward);
    lines.string("forward", forward);
    if let Some(tunnel) = tunnel {
        lines.key("tunnel", tunnel);
    }
    lines.key("alpha", real.alpha);
    lines.key("inhibit", real.inhibit);
    lines.key("upper_threshold", real.destination.upper_threshold);
    lines.key("lower_threshold", real.destination.lower_threshold);
    if own_checks {
        lines.key("check", check::print_all(&real.checks));
    }
}

/// The word, and the table of a tunnel. `Local` and `Bypass` are the kernel's own: no file has them.
fn forward(forward: Forward) -> (&'static str, Option<String>) {
    match forward {
        Forward::Direct | Forward::Local | Forward::Bypass => ("dr", None),
        Forward::Nat => ("nat", None),
        Forward::Tunnel(tunnel) => ("tun", Some(print_tunnel(tunnel))),
    }
}

fn print_tunnel(tunnel: Tunnel) -> String {
    let kind = match tunnel.kind {
        TunnelKind::Ipip => "ipip",
        TunnelKind::Gue => "gue",
        TunnelKind::Gre => "gre",
    };
    let checksum = match tunnel.checksum {
        Checksum::None => "none",
        Checksum::Full => "full",
        Checksum::Remote => "remote",
    };
    inline([
        Some(format!("type = \"{kind}\"")),
        (tunnel.port != 0).then(|| format!("port = {}", tunnel.port)),
        Some(format!("checksum = \"{checksum}\"")),
    ])
}

/// `ip:port`, or the address alone where every port is meant.
fn address_port(key: &DestinationKey) -> String {
    if key.port == 0 { key.address.to_string() } else { key.to_string() }
}
