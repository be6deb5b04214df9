//! From the tree of words to the director's configuration.

mod address;
mod checker;
mod global;
mod group;
mod judge;
mod mail;
mod service;
mod static_address;
mod track;
mod value;
mod vrrp;

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use config::director::{
    AgentsConfig, DirectorConfig, IpvsConfig, IpvsOn, OnStop, PATH_MARK, SyncDaemon, VirtualService,
    VrrpConfig,
};

use crate::keywords::Section;
use crate::report::Report;
use crate::syntax::{Line, Word};
use global::{Globals, Sync};
use service::Orphans;
use vrrp::Routers;

/// As `director.toml` has them where nothing is said.
const HTTP_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9780);
const RESYNC: Duration = Duration::from_secs(1);

/// The configuration that the lines say, as far as it can be understood.
pub(crate) fn read(lines: &[Line], report: &mut Report) -> Option<DirectorConfig> {
    let lines = &*known(lines, report);
    let orphans = Orphans::read(lines, report);
    tell_stray(lines, &orphans, report);
    let mut globals = Globals::read(lines, report);
    let given = vrrp::Given { alert: globals.mail.routers(), script_user: globals.script_user.as_deref() };
    let mut routers = vrrp::read(lines, given, report);
    let sync = sync(globals.sync.take(), &mut routers, report);
    let services = services(lines, &orphans, &globals, &routers, report);
    tell_on_stop(lines, &globals, report);
    let config = assemble(globals, routers, sync, services);
    if config.services.is_empty() && config.vrrp.routers.is_empty() && config.addresses.is_empty() {
        tell_nothing(report);
        return None;
    }
    Some(config)
}

/// Reports root lines that mean nothing. When mending, those that were meant to be another have its keyword.
fn known<'a>(lines: &'a [Line], report: &mut Report) -> Cow<'a, [Line]> {
    let mut all = Cow::Borrowed(lines);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !service::is_orphan(line)) {
        let Some(keyword) = judge::keyword(Section::Root, line, report) else { continue };
        if keyword.name == line.keyword() {
            continue;
        }
        if let Some(word) = all.to_mut().get_mut(at).and_then(|line| line.words.first_mut()) {
            *word = Word::new(keyword.name, word.place);
        }
    }
    all
}

/// Words of services, behind no service and with no server among them.
fn tell_stray(lines: &[Line], orphans: &Orphans<'_>, report: &mut Report) {
    for (at, line) in lines.iter().enumerate() {
        if service::is_orphan(line) && !orphans.has(at) {
            judge::keyword(Section::Root, line, report);
        }
    }
}

/// `lvs_sync_daemon`, or where it was written long ago: in a vrrp_instance.
fn sync(said: Option<Sync>, routers: &mut Routers, report: &mut Report) -> Vec<SyncDaemon> {
    let old = routers.sync.drain(..).next();
    let sync = said.or_else(|| old.and_then(|(word, router)| Sync::of_router(&word, router, report)));
    sync.map_or_else(Vec::new, |sync| sync.daemons(&routers.config.routers, report))
}

fn services(
    lines: &[Line],
    orphans: &Orphans<'_>,
    globals: &Globals,
    routers: &Routers,
    report: &mut Report,
) -> Vec<VirtualService> {
    let client = checker::Client::read(lines, report);
    let given = service::Given {
        checks: checker::Given {
            client: &client,
            files: &routers.files,
            script_user: globals.script_user.as_deref(),
        },
        mail: &globals.mail,
        held: held(routers),
    };
    service::read_all(lines, orphans, &given, report)
}

/// Addresses that this director holds, always or while it is master.
fn held(routers: &Routers) -> BTreeSet<IpAddr> {
    let moving =
        routers.config.routers.iter().flat_map(|router| router.addresses.iter().chain(&router.excluded));
    let fixed = routers.addresses.iter().map(|held| held.address);
    moving.map(|virtual_address| virtual_address.address).chain(fixed).collect()
}

/// keepalived takes its services out of the table when it stops.
fn tell_on_stop(lines: &[Line], globals: &Globals, report: &mut Report) {
    let service = lines.iter().find(|line| line.keyword() == "virtual_server");
    if let Some(service) = service.filter(|_| globals.on_stop == OnStop::Keep) {
        report
            .note(globals.place.unwrap_or_else(|| service.place()), "services stay in the table when the director stops")
            .help("keepalived removes them: write `on_stop = \"remove\"` in [ipvs] for that, or `lvs_flush_on_stop` here");
    }
}

fn assemble(
    globals: Globals,
    routers: Routers,
    sync: Vec<SyncDaemon>,
    services: Vec<VirtualService>,
) -> DirectorConfig {
    let vrrp = VrrpConfig {
        script_user: globals.script_user,
        notify_fifo: globals.notify_fifo,
        vrrp_fifo: globals.vrrp_fifo,
        lvs_fifo: globals.lvs_fifo,
        realtime_priority: globals.realtime_priority,
        lock_memory: globals.lock_memory,
        ..routers.config
    };
    let ipvs = IpvsConfig {
        own_table: globals.own_table,
        manage_sysctls: true,
        resync: RESYNC,
        timeouts: globals.timeouts,
        on_stop: globals.on_stop,
        path_mark: PATH_MARK,
        sync,
    };
    DirectorConfig {
        router_id: globals.router_id,
        http_listen: vec![HTTP_LISTEN],
        ipvs_on: IpvsOn::All,
        vrrp,
        ipvs,
        addresses: routers.addresses,
        mail: globals.mail.finish(),
        agents: AgentsConfig::default(),
        services,
    }
}

fn tell_nothing(report: &mut Report) {
    if !report.has_errors() {
        report
            .error_nowhere(
                "there is no virtual_server and no vrrp_instance that could be used: nothing to do",
            )
            .help("write a `virtual_server` or a `vrrp_instance`");
    }
}
