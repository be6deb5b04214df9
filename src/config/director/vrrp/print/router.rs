//! `[[vrrp]]`.

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use ::vrrp::{Announcing, Family, Password, Version};
use host::Scope;

use super::super::{RouterConfig, Tracked, VirtualAddress, VirtualRoute, announce, timing};
use crate::print::{Lines, Quoted, block, inline, list};
use crate::read::format_duration;

pub(super) fn print(router: &RouterConfig, alert: Option<bool>, comments: &[String], lines: &mut Lines) {
    let short = lines.is_short();
    lines.commented_header(comments, "[[vrrp]]");
    lines.string("name", &router.name);
    lines.string("interface", &router.interface);
    lines.key("virtual_router_id", router.vrid);
    print_timing(router, lines);
    let address = |one: &VirtualAddress| print_address(one, &router.interface, short);
    lines.key("addresses", several(router.addresses.iter().map(address), short));
    if !short || !router.excluded.is_empty() {
        lines.key("excluded_addresses", several(router.excluded.iter().map(address), short));
    }
    if !short || !router.routes.is_empty() {
        lines.key("routes", block(router.routes.iter().map(|route| print_route(route, short))));
    }
    print_transport(router, lines);
    lines.usual(
        "announce",
        print_announcing(&router.announcing, short),
        print_announcing(&announce::USUAL, short),
    );
    print_tracked(router, lines);
    super::notify(&router.notify, lines);
    if let Some(alert) = alert {
        lines.usual("alert", router.alert, alert);
    }
}

/// In short one alone stays in its line.
fn several(values: impl ExactSizeIterator<Item = String>, short: bool) -> String {
    if short && values.len() == 1 { list(values) } else { block(values) }
}

fn print_timing(router: &RouterConfig, lines: &mut Lines) {
    lines.usual("version", router.version.number(), Version::V3.number());
    lines.usual("priority", router.priority.get(), timing::PRIORITY);
    let usual = timing::usual_interval(router.version).map(|usual| format_duration(usual.duration()));
    let interval = format_duration(router.interval.duration());
    lines.usual_string("advert_interval", interval, usual.unwrap_or_default());
    lines.usual("preempt", router.preempt, true);
    lines.usual_string(
        "preempt_delay",
        format_duration(router.preempt_delay),
        format_duration(Duration::ZERO),
    );
    if router.version == Version::V2 {
        lines.optional("auth", router.password.map(print_password), "none");
    }
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
    lines.usual("check_addresses", router.check_addresses, true);
    if (router.version, family) == (Version::V3, Family::V4) {
        lines.usual("pseudo_header", router.pseudo_header, true);
    }
}

fn print_password(password: Password) -> String {
    let bytes = password.bytes();
    let text: String = bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
    format!("{{ type = \"pass\", password = {} }}", Quoted(text))
}

fn print_address(one: &VirtualAddress, usual: &str, short: bool) -> String {
    let scope = match one.scope {
        Scope::Global => "global",
        Scope::Link => "link",
        Scope::Host => "host",
    };
    let single = one.prefix == if one.address.is_ipv4() { 32 } else { 128 };
    let address = if single && short {
        format!("\"{}\"", one.address)
    } else {
        format!("\"{}/{}\"", one.address, one.prefix)
    };
    let interface =
        (!short || one.interface != usual).then(|| format!("interface = {}", Quoted(&one.interface)));
    let label = one.label.as_ref().map(|label| format!("label = {}", Quoted(label)));
    let scope = (one.address.is_ipv4() && !(short && one.scope == Scope::Global))
        .then(|| format!("scope = \"{scope}\""));
    if interface.is_none() && label.is_none() && scope.is_none() && short {
        return address;
    }
    inline([Some(format!("address = {address}")), interface, label, scope])
}

fn print_route(route: &VirtualRoute, short: bool) -> String {
    let to = match route.to {
        (to, 0) if short && to.is_ipv4() => String::from("default"),
        (to, bits) => format!("{to}/{bits}"),
    };
    inline([
        Some(format!("to = \"{to}\"")),
        route.via.map(|via| format!("via = \"{via}\"")),
        route.interface.as_ref().map(|interface| format!("interface = {}", Quoted(interface))),
        route.source.map(|source| format!("source = \"{source}\"")),
        route.table.map(|table| format!("table = {table}")),
        route.metric.map(|metric| format!("metric = {metric}")),
    ])
}

fn print_announcing(announcing: &Announcing, short: bool) -> String {
    let usual = announce::USUAL;
    let Announcing { repeat, delay, refresh, refresh_repeat, rival_delay, rival_repeat } = *announcing;
    let number =
        |key: &str, value: u8, usual: u8| (!short || value != usual).then(|| format!("{key} = {value}"));
    let duration = |key: &str, value: Option<Duration>, usual: Option<Duration>| {
        let text = value.map_or(String::from("never"), format_duration);
        (!short || value != usual).then(|| format!("{key} = \"{text}\""))
    };
    inline([
        number("repeat", repeat, usual.repeat),
        duration("delay", Some(delay), Some(usual.delay)),
        duration("refresh", refresh, usual.refresh),
        number("refresh_repeat", refresh_repeat, usual.refresh_repeat),
        duration("rival_delay", Some(rival_delay), Some(usual.rival_delay)),
        number("rival_repeat", rival_repeat, usual.rival_repeat),
    ])
}

fn print_tracked(router: &RouterConfig, lines: &mut Lines) {
    let short = lines.is_short();
    for (key, tracked) in [
        ("track_interfaces", &router.track_interfaces),
        ("track_scripts", &router.track_scripts),
        ("track_files", &router.track_files),
        ("track_processes", &router.track_processes),
        ("track_services", &router.track_services),
    ] {
        if !short || !tracked.is_empty() {
            lines.key(key, several(tracked.iter().map(|one| print_one(one, short)), short));
        }
    }
}

fn print_one(tracked: &Tracked, short: bool) -> String {
    if short && tracked.weight == 0 {
        return format!("{}", Quoted(&tracked.name));
    }
    format!("{{ name = {}, weight = {} }}", Quoted(&tracked.name), tracked.weight)
}
