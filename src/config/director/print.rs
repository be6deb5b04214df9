//! `director.toml` of a configuration.

mod agents;
mod check;
mod forward;
mod kind;
mod mail;
mod program;
mod real;
mod service;

use alloc::format;
use alloc::string::{String, ToString};

use super::{
    Comments, DirectorConfig, HTTP_LISTEN, HeldAddress, IpvsConfig, IpvsOn, OnStop, PATH_MARK, Style,
    SyncDaemon, SyncRole, ipvs, sync, vrrp,
};
use crate::print::{Lines, Quoted, inline, list};
use crate::read::format_duration;

pub(super) use program::{print as print_program, print_notify};

impl DirectorConfig {
    /// The configuration as TOML with every default spelled out. [`super::parse`] reads the same from it.
    pub fn to_toml(&self) -> String {
        self.to_toml_with(Style::Effective, &Comments::default())
    }

    /// The configuration as TOML, in a style and with comments. [`super::parse`] reads the same from it.
    pub fn to_toml_with(&self, style: Style, comments: &Comments) -> String {
        let mut lines = Lines::new(style == Style::Short);
        if !comments.top.is_empty() {
            lines.comments(&comments.top);
            lines.blank();
        }
        lines.optional("router_id", self.router_id.as_ref().map(Quoted), "the host's name");
        lines.usual_string("ipvs_on", ipvs_on(self.ipvs_on), ipvs_on(IpvsOn::All));
        lines.section("[http]");
        if !lines.is_short() || self.http_listen != [HTTP_LISTEN] {
            lines.key("listen", list(self.http_listen.iter().map(|one| Quoted(one.to_string()))));
        }
        if let Some(mail) = &self.mail {
            mail::print(mail, &mut lines);
        }
        agents::print(&self.agents, &mut lines);
        print_ipvs(&self.ipvs, &mut lines);
        vrrp::print(&self.vrrp, self.mail.as_ref(), &comments.routers, &mut lines);
        for address in &self.addresses {
            print_address(address, &mut lines);
        }
        service::print_all(self, &comments.services, &mut lines);
        lines.finish()
    }
}

const fn ipvs_on(value: IpvsOn) -> &'static str {
    match value {
        IpvsOn::All => "all",
        IpvsOn::Master => "master",
    }
}

fn print_ipvs(ipvs: &IpvsConfig, lines: &mut Lines) {
    lines.section("[ipvs]");
    lines.usual("own_table", ipvs.own_table, false);
    lines.usual("manage_sysctls", ipvs.manage_sysctls, true);
    lines.usual_string("resync", format_duration(ipvs.resync), format_duration(ipvs::RESYNC));
    let timeouts = ipvs.timeouts.map(|timeouts| {
        let one = |key: &str, value: Option<u32>| value.map(|value| format!("{key} = \"{value}s\""));
        let all =
            [one("tcp", timeouts.tcp_s), one("tcp_fin", timeouts.tcp_fin_s), one("udp", timeouts.udp_s)];
        inline(all)
    });
    lines.optional("timeouts", timeouts, "as the kernel has them");
    let on_stop = match ipvs.on_stop {
        OnStop::Keep => "keep",
        OnStop::Remove => "remove",
    };
    lines.usual_string("on_stop", on_stop, "keep");
    lines.usual("path_mark", mark(ipvs.path_mark), mark(PATH_MARK));
    for daemon in &ipvs.sync {
        print_sync(daemon, lines);
    }
}

fn mark(mark: u32) -> String {
    format!("{mark:#010x}")
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
        let often = daemon.catch_up.map_or(String::from("never"), format_duration);
        lines.usual_string("catch_up", often, format_duration(sync::CATCH_UP));
    }
    lines.string("interface", &daemon.interface);
    lines.usual("id", daemon.id, 0);
    lines.optional("group", daemon.group.map(|group| Quoted(group.to_string())), "224.0.0.81");
    lines.optional("port", daemon.port, "8848");
    lines.optional("ttl", daemon.ttl, "1");
    lines.optional("max_len", daemon.max_len, "as the kernel chooses");
}

fn print_address(held: &HeldAddress, lines: &mut Lines) {
    lines.header("[[address]]");
    let single = held.prefix == if held.address.is_ipv4() { 32 } else { 128 };
    if lines.is_short() && single {
        lines.string("address", held.address.to_string());
    } else {
        lines.string("address", format!("{}/{}", held.address, held.prefix));
    }
    lines.string("interface", &held.interface);
    if held.address.is_ipv4() {
        lines.optional("label", held.label.as_ref().map(Quoted), "none");
    }
}
