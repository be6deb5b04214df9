//! Configurations of any content.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test's helpers may fail it")]

mod agents;
mod checks;
mod paths;
mod services;

pub(crate) use agents::agent;

use std::time::Duration;

use health::{Login, Secret, Verify};
use ipvs::ServiceKey;
use lvs_config::director::{DirectorConfig, Fifo, MailAbout, MailConfig, MailTls, OnStop, PATH_MARK};
use proptest::option;
use proptest::prelude::*;

pub(crate) fn config() -> impl Strategy<Value = DirectorConfig> {
    let parts = (
        option::of(mail()),
        option::of("[a-z]{1,8}"),
        (option::of(fifo("all")), option::of(fifo("vrrp")), option::of(fifo("lvs"))),
        any::<bool>(),
        (agents::agents(), prop_oneof![Just(PATH_MARK), 1_000..=0xffff_0000_u32]),
        services::plans(),
    );
    parts.prop_map(|(mail, script_user, fifos, remove, (agents, path_mark), plans)| {
        let quiet = "[[address]]\naddress = \"203.0.113.1\"\ninterface = \"eth0\"\n";
        let mut config = lvs_config::director::parse(quiet).unwrap().0;
        config.ipvs.on_stop = if remove { OnStop::Remove } else { OnStop::Keep };
        (config.vrrp.notify_fifo, config.vrrp.vrrp_fifo, config.vrrp.lvs_fifo) = fifos;
        config.services = services::build(plans, mail.is_some(), script_user.as_deref());
        (config.agents, config.ipvs.path_mark) = (agents, path_mark);
        paths::mark(&mut config.services, path_mark);
        config.mail = mail;
        config.vrrp.script_user = script_user;
        config
    })
}

/// Milliseconds of a range.
fn duration(range: std::ops::RangeInclusive<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_millis)
}

/// Any text that an argument can be.
fn text() -> impl Strategy<Value = String> {
    "(\\PC|[\\n\\t\"'\\\\\u{1}\u{7f}\u{85}]){0,8}"
}

fn command() -> impl Strategy<Value = Vec<String>> {
    ("/[a-z é\"]{0,5}x", prop::collection::vec(text(), 0..3)).prop_map(|(path, mut arguments)| {
        arguments.insert(0, path);
        arguments
    })
}

/// A program, or none.
fn maybe_command() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![2 => Just(Vec::new()), 1 => command()]
}

fn login() -> impl Strategy<Value = Login> {
    ("[a-zé\" ]{1,8}", text()).prop_map(|(user, password)| Login { user, password: Secret(password) })
}

fn verify() -> impl Strategy<Value = Verify> {
    prop_oneof![Just(Verify::Off), Just(Verify::System), "/[a-z\"]{1,8}".prop_map(Verify::Ca)]
}

fn fifo(name: &'static str) -> impl Strategy<Value = Fifo> {
    maybe_command().prop_map(move |reader| Fifo { path: format!("/run/{name}"), reader })
}

fn mail() -> impl Strategy<Value = MailConfig> {
    let tls = prop_oneof![Just(MailTls::Off), Just(MailTls::StartTls), Just(MailTls::Tls)];
    let server = prop_oneof![
        "[a-z]{1,5}\\.[a-z]{2,3}",
        Just("192.0.2.25".to_owned()),
        Just("2001:db8::25".to_owned())
    ];
    let port = prop_oneof![Just(25_u16), Just(465), Just(587), 1..=u16::MAX];
    let who = (prop::collection::vec("[a-z.+]{1,5}@[a-z]{1,5}", 1..3), "[a-z]{1,5}@[a-z]{1,5}");
    let how = (tls, verify(), option::of(login()), option::of("[a-z.]{1,9}"));
    let times = (duration(100..=3_600_000), duration(0..=3_600_000));
    let about = any::<(bool, bool, bool)>();
    (who, (server, port), how, times, about).prop_map(
        |((to, from), server, (tls, verify, login, helo), (timeout, merge), (routers, services, servers))| {
            MailConfig {
                to,
                from,
                server,
                helo,
                tls,
                verify: if tls == MailTls::Off { Verify::System } else { verify },
                login: login.filter(|_| tls != MailTls::Off),
                timeout,
                merge,
                about: MailAbout { routers, services, servers },
            }
        },
    )
}

fn port(key: ServiceKey) -> u16 {
    match key {
        ServiceKey::Address { port, .. } => port,
        ServiceKey::Fwmark { .. } => 0,
    }
}
