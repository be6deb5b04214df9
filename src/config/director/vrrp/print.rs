//! VRRP as TOML.

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use ::vrrp::{Announcing, Family, Password, Version};
use host::Scope;

use super::{Notify, RouterConfig, SyncGroup, TrackFile, TrackProcess, TrackScript, Tracked, VirtualAddress};
use super::{VirtualRoute, VrrpConfig};
use crate::print::{Lines, Quoted, block, inline, list};
use crate::read::format_duration;

pub(in crate::director) fn print(vrrp: &VrrpConfig, lines: &mut Lines) {
    lines.header("[scripts]");
    lines.optional(
        "user",
        vrrp.script_user.as_ref().map(Quoted),
        "root, and files that root alone may write",
    );
    lines.string("timeout", format_duration(vrrp.notify_timeout));
    lines.optional("fifo", vrrp.notify_fifo.as_ref().map(|fifo| Quoted(&fifo.path)), "none");
    lines.header("[realtime]");
    lines.optional("priority", vrrp.realtime_priority, "the usual scheduling");
    lines.key("lock_memory", vrrp.lock_memory);
    vrrp.routers.iter().for_each(|router| print_router(router, lines));
    vrrp.groups.iter().for_each(|group| print_group(group, lines));
    vrrp.scripts.iter().for_each(|script| print_script(script, lines));
    vrrp.files.iter().for_each(|file| print_file(file, lines));
    vrrp.processes.iter().for_each(|process| print_process(process, lines));
}

fn print_router(router: &RouterConfig, lines: &mut Lines) {
    lines.header("[[vrrp]]");
    lines.string("name", &router.name);
    lines.string("interface", &router.interface);
    lines.key("virtual_router_id", router.vrid);
    lines.key("version", router.version.number());
    lines.key("priority", router.priority);
    lines.string("advert_interval", format_duration(router.interval.duration()));
    lines.key("preempt", router.preempt);
    lines.string("preempt_delay", format_duration(router.preempt_delay));
    if router.version == Version::V2 {
        lines.optional("auth", router.password.map(print_password), "none");
    }
    lines.key("addresses", block(router.addresses.iter().map(print_address)));
    lines.key("excluded_addresses", block(router.excluded.iter().map(print_address)));
    lines.key("routes", block(router.routes.iter().map(print_route)));
    print_transport(router, lines);
    lines.key("announce", print_announcing(&router.announcing));
    for (key, tracked) in [
        ("track_interfaces", &router.track_interfaces),
        ("track_scripts", &router.track_scripts),
        ("track_files", &router.track_files),
        ("track_processes", &router.track_processes),
        ("track_services", &router.track_services),
    ] {
        lines.key(key, block(tracked.iter().map(print_tracked)));
    }
    print_notify(&router.notify, lines);
}

fn print_transport(router: &RouterConfig, lines: &mut Lines) {
    let quoted = |address: &core::net::IpAddr| Quoted(address.to_string());
    let family = router.addresses.first().map_or(Family::V4, |first| Family::of(first.address));
    if router.peers.is_empty() {
        lines.optional("unicast_peers", None::<&str>, "none: multicast");
        let group = router.group.unwrap_or_else(|| family.group());
        lines.optional("multicast_group", router.group.as_ref().map(quoted), &group.to_string());
    } else {
        lines.key("unicast_peers", list(router.peers.iter().map(quoted)));
    }
    lines.optional("source", router.source.as_ref().map(quoted), "the interface's first address");
    lines.key("check_addresses", router.check_addresses);
    if (router.version, family) == (Version::V3, Family::V4) {
        lines.key("pseudo_header", router.pseudo_header);
    }
}

fn print_password(password: Password) -> String {
    let bytes = password.bytes();
    let text: String = bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
    format!("{{ type = \"pass\", password = {} }}", Quoted(text))
}

fn print_address(one: &VirtualAddress) -> String {
    let scope = match one.scope {
        Scope::Global => "global",
        Scope::Link => "link",
        Scope::Host => "host",
    };
    inline([
        Some(format!("address = \"{}/{}\"", one.address, one.prefix)),
        Some(format!("interface = {}", Quoted(&one.interface))),
        one.label.as_ref().map(|label| format!("label = {}", Quoted(label))),
        one.address.is_ipv4().then(|| format!("scope = \"{scope}\"")),
    ])
}

fn print_route(route: &VirtualRoute) -> String {
    let (to, bits) = route.to;
    inline([
        Some(format!("to = \"{to}/{bits}\"")),
        route.via.map(|via| format!("via = \"{via}\"")),
        route.interface.as_ref().map(|interface| format!("interface = {}", Quoted(interface))),
        route.source.map(|source| format!("source = \"{source}\"")),
        route.table.map(|table| format!("table = {table}")),
        route.metric.map(|metric| format!("metric = {metric}")),
    ])
}

fn print_announcing(announcing: &Announcing) -> String {
    let Announcing { repeat, delay, refresh, refresh_repeat, rival_delay, rival_repeat } = announcing;
    let duration =
        |key: &str, duration: &Duration| Some(format!("{key} = \"{}\"", format_duration(*duration)));
    inline([
        Some(format!("repeat = {repeat}")),
        duration("delay", delay),
        Some(format!("refresh = \"{}\"", refresh.map_or(String::from("never"), format_duration))),
        Some(format!("refresh_repeat = {refresh_repeat}")),
        duration("rival_delay", rival_delay),
        Some(format!("rival_repeat = {rival_repeat}")),
    ])
}

fn print_tracked(tracked: &Tracked) -> String {
    format!("{{ name = {}, weight = {} }}", Quoted(&tracked.name), tracked.weight)
}

fn print_notify(notify: &Notify, lines: &mut Lines) {
    let Notify { any, master, backup, fault, stop } = notify;
    let commands = [("any", any), ("master", master), ("backup", backup), ("fault", fault), ("stop", stop)];
    let mut said = commands.into_iter().filter(|(_, command)| !command.is_empty()).peekable();
    let nothing = said.peek().is_none();
    let table = inline(said.map(|(key, command)| Some(format!("{key} = {}", print_command(command)))));
    lines.optional("notify", (!nothing).then_some(table), "nobody");
}

fn print_command(command: &[String]) -> String {
    list(command.iter().map(Quoted))
}

fn print_group(group: &SyncGroup, lines: &mut Lines) {
    lines.header("[[sync_group]]");
    lines.string("name", &group.group.name);
    lines.key("members", list(group.group.members.iter().map(Quoted)));
    print_notify(&group.notify, lines);
}

fn print_script(script: &TrackScript, lines: &mut Lines) {
    lines.header("[[track_script]]");
    lines.string("name", &script.name);
    lines.key("command", print_command(&script.command));
    lines.string("interval", format_duration(script.interval));
    lines.string("timeout", format_duration(script.timeout));
    lines.key("rise", script.rise);
    lines.key("fall", script.fall);
    lines.optional("user", script.user.as_ref().map(Quoted), "as [scripts] says");
    lines.string("initially", if script.initially_up { "up" } else { "down" });
}

fn print_file(file: &TrackFile, lines: &mut Lines) {
    lines.header("[[track_file]]");
    lines.string("name", &file.name);
    lines.string("path", &file.path);
    lines.string("interval", format_duration(file.interval));
}

fn print_process(process: &TrackProcess, lines: &mut Lines) {
    lines.header("[[track_process]]");
    lines.string("name", &process.name);
    lines.string("process", &process.process);
    lines.key("minimum", process.minimum);
    lines.string("interval", format_duration(process.interval));
}
