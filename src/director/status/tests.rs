use std::collections::BTreeSet;
use std::sync::Arc;

use config::director::{DirectorConfig, parse};
use health::{CheckKind, Outcome, ScriptCheck};
use ipvs::{Table, Weight};

use super::*;

const FILE: &str = r#"
[[service]]
name = "web"
address = "192.0.2.100:80"
sorry_server = "192.0.2.9"
[[service.real]]
address = "192.0.2.1"
"#;

/// One server of weight 10, with a script that says what it may carry.
fn config() -> DirectorConfig {
    let (mut config, _) = parse(FILE).unwrap();
    let real = &mut config.services[0].reals[0];
    real.destination.weight = Weight::new(10).unwrap();
    for check in &mut real.checks {
        let script = ScriptCheck { command: vec!["/bin/load".into()], user: None, weight: true };
        *check = Arc::new(CheckSpec { kind: CheckKind::Script(script), ..(**check).clone() });
    }
    config
}

fn status(core: &Core) -> Status {
    collect(Sources {
        core,
        seen: Seen::default(),
        config: ConfigStatus::default(),
        vrrp: VrrpStatus::default(),
        readiness: Readiness::NotReady,
        mail: MailStatus { sent: 3, ..MailStatus::default() },
        clock: &Clock::start(),
        router_id: "LVS01",
        paths: None,
        counters: None,
    })
}

fn start(config: DirectorConfig) -> Core {
    Core::start(1, BTreeSet::new(), config, &Table::new(), Duration::ZERO)
}

fn report(core: &mut Core, outcome: &Outcome) {
    let at = core.poll_timeout().unwrap();
    while let Some((id, _)) = core.poll_due(at) {
        core.handle_result(id, outcome.clone(), at);
    }
}

#[test]
fn a_weight_that_a_check_reports_is_shown_with_who_says_so() {
    let mut core = start(config());
    report(&mut core, &Outcome::PassWith(Reported::Weight(3)));
    let service = status(&core).services.remove(0);
    let server = &service.servers[0];
    assert_eq!((server.weight, service.weight_up), (Some(3), 3));
    assert!(server.why.ends_with("; weight 3 instead of 10: script 192.0.2.1:80 says 3"), "{}", server.why);
    report(&mut core, &Outcome::PassWith(Reported::Change(-4)));
    let server = status(&core).services.remove(0).servers.remove(0);
    assert!(server.why.ends_with("; weight 6 instead of 10: script 192.0.2.1:80 says -4"), "{}", server.why);
    assert_eq!(status(&core).services.remove(0).servers.remove(1).weight, None, "the sorry server");
}

#[test]
fn a_server_that_is_not_checked_here_says_why() {
    let mut config = config();
    let words =
        |config: &DirectorConfig| status(&start(config.clone())).services.remove(0).servers.remove(0).why;
    assert_eq!(words(&config), "waiting for its first good check");
    config.services[0].ha_suspend = true;
    assert_eq!(words(&config), "not checked: its service's address is not here");
}

#[test]
fn mail_is_told_of_where_it_is_configured() {
    assert!(status(&start(config())).mail.is_none());
    let mail =
        "[mail]\nto = [\"root@localhost\"]\nfrom = \"lvs@example.org\"\nserver = \"mail.example.org\"\n";
    let (with_mail, _) = parse(&format!("{mail}{FILE}")).unwrap();
    let status = status(&start(with_mail));
    assert_eq!(status.mail.as_ref().map(|mail| mail.sent), Some(3));
    let text = crate::status_text::text(&status);
    assert!(text.contains("\nmail    ✓ 3 sent, 0 changes waiting, 0 lost\n"), "{text}");
}

mod agents;
