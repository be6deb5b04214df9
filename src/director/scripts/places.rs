//! Where a configuration names something outside of itself.

use config::director::{DirectorConfig, MailTls, Notify, RealServer, VirtualService, VrrpConfig};
use health::{CheckKind, CheckSpec, Verify};

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing<'a> {
    /// a full path, and who runs it
    Program {
        program: &'a str,
        user: Option<&'a str>,
    },
    Authorities(&'a Verify),
}

impl<'a> Thing<'a> {
    /// As the file names it.
    pub(super) fn named(self) -> &'a str {
        match self {
            Thing::Program { program, .. } => program,
            Thing::Authorities(Verify::Ca(path)) => path,
            Thing::Authorities(Verify::Off | Verify::System) => "verify",
        }
    }
}

/// Something named, and by whom.
pub(super) struct Place<'a> {
    pub(super) owner: Owner<'a>,
    pub(super) thing: Thing<'a>,
}

/// Put into words only where something is wrong: there may be thousands.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    /// `[[track_script]] "chk"`, with the key where there are several
    Section {
        section: &'static str,
        name: &'a str,
        key: Option<&'static str>,
    },
    /// `[scripts] fifo: reader`
    Key(&'static str),
    Service {
        service: &'a VirtualService,
        key: &'static str,
    },
    Server {
        service: &'a VirtualService,
        real: &'a RealServer,
        key: &'static str,
    },
}

impl Owner<'_> {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Section { section, name, key: None } => format!("[[{section}]] \"{name}\""),
            Self::Section { section, name, key: Some(key) } => {
                format!("[[{section}]] \"{name}\": notify.{key}")
            }
            Self::Key(key) => (*key).to_owned(),
            Self::Service { service, key } => format!("[[service]] \"{}\": {key}", name(service)),
            Self::Server { service, real, key } => {
                format!("[[service]] \"{}\": real server {}: {key}", name(service), real.key)
            }
        }
    }
}

fn name(service: &VirtualService) -> &str {
    service.group.as_ref().unwrap_or(&service.name)
}

/// In the order of the sections.
pub(super) fn of(config: &DirectorConfig) -> impl Iterator<Item = Place<'_>> {
    let user = config.vrrp.script_user.as_deref();
    let mail = config.mail.iter().filter(|mail| mail.tls != MailTls::Off);
    let mail = mail
        .map(|mail| Place { owner: Owner::Key("[mail] verify"), thing: Thing::Authorities(&mail.verify) });
    let services = config.services.iter().flat_map(move |service| of_service(service, user));
    of_routers(&config.vrrp).chain(mail).chain(services)
}

fn of_routers(vrrp: &VrrpConfig) -> impl Iterator<Item = Place<'_>> {
    let usual = vrrp.script_user.as_deref();
    let tracked = vrrp.scripts.iter().filter_map(move |script| {
        let owner = Owner::Section { section: "track_script", name: &script.name, key: None };
        program(owner, &script.command, script.user.as_deref().or(usual))
    });
    let routers = vrrp.routers.iter().map(|router| ("vrrp", &router.name, &router.notify));
    let groups = vrrp.groups.iter().map(|group| ("sync_group", &group.group.name, &group.notify));
    let notified = routers.chain(groups).flat_map(move |(section, name, notify)| {
        let owner = move |key| Owner::Section { section, name, key: Some(key) };
        commands(notify).into_iter().filter_map(move |(key, command)| program(owner(key), command, usual))
    });
    let readers = [
        ("[scripts] fifo: reader", &vrrp.notify_fifo),
        ("[scripts] vrrp_fifo: reader", &vrrp.vrrp_fifo),
        ("[scripts] lvs_fifo: reader", &vrrp.lvs_fifo),
    ];
    let readers = readers
        .into_iter()
        .filter_map(move |(key, fifo)| program(Owner::Key(key), &fifo.as_ref()?.reader, usual));
    tracked.chain(notified).chain(readers)
}

const fn commands(notify: &Notify) -> [(&'static str, &Vec<String>); 5] {
    let Notify { any, master, backup, fault, stop } = notify;
    [("any", any), ("master", master), ("backup", backup), ("fault", fault), ("stop", stop)]
}

fn of_service<'a>(service: &'a VirtualService, user: Option<&'a str>) -> impl Iterator<Item = Place<'a>> {
    let own = [
        ("notify.quorum_up", &service.notify.quorum_up),
        ("notify.quorum_down", &service.notify.quorum_down),
    ];
    let own = own
        .into_iter()
        .filter_map(move |(key, command)| program(Owner::Service { service, key }, command, user));
    own.chain(service.reals.iter().flat_map(move |real| of_server(service, real, user)))
}

fn of_server<'a>(
    service: &'a VirtualService,
    real: &'a RealServer,
    user: Option<&'a str>,
) -> impl Iterator<Item = Place<'a>> {
    let owner = move |key| Owner::Server { service, real, key };
    let own = [("notify.up", &real.notify.up), ("notify.down", &real.notify.down)];
    let own = own.into_iter().filter_map(move |(key, command)| program(owner(key), command, user));
    own.chain(real.checks.iter().filter_map(move |check| of_check(owner, check)))
}

/// The system's own authorities are looked at when they are needed: a check may be the only one that wants them.
fn of_check<'a>(owner: impl Fn(&'static str) -> Owner<'a>, check: &'a CheckSpec) -> Option<Place<'a>> {
    match &check.kind {
        CheckKind::Script(script) => program(owner("check script"), &script.command, script.user.as_deref()),
        CheckKind::Http(http) => {
            let verify = http.tls.as_ref().map(|tls| &tls.verify)?;
            let thing = Thing::Authorities(verify);
            matches!(verify, Verify::Ca(_)).then(|| Place { owner: owner("check https: verify"), thing })
        }
        CheckKind::Tcp(_)
        | CheckKind::Smtp(_)
        | CheckKind::Dns(_)
        | CheckKind::Udp(_)
        | CheckKind::Ping
        | CheckKind::File(_)
        | CheckKind::Mysql(_)
        | CheckKind::Redis(_)
        | CheckKind::Memcached
        | CheckKind::Postgres(_) => None,
    }
}

fn program<'a>(owner: Owner<'a>, command: &'a [String], user: Option<&'a str>) -> Option<Place<'a>> {
    let thing = Thing::Program { program: command.first()?, user };
    Some(Place { owner, thing })
}
