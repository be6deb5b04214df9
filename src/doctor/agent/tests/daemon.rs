use super::*;
use crate::agent::Refusal;
use crate::{Marks, Report};

#[test]
fn a_refused_file_comes_first_and_the_host_is_looked_at_all_the_same() {
    let mut host = Host::prepared();
    let (why, cure) = ("/x may be written by everybody".to_owned(), Some("chmod go-w /x".to_owned()));
    host.own.config = Err(Refusal { why, cure });
    let (subject, what, cure) = host.wrong("config");
    assert_eq!("/etc/lvs-rs-agent/agent.toml", subject);
    assert_eq!("is refused: /x may be written by everybody", what);
    assert_eq!("chmod go-w /x", cure[0]);
    assert!(cure[1].starts_with("lvs-rs-agent check"));
    assert!(host.is_not_applicable("arp-sysctls"));
    assert!(host.is_fine("kernel") && host.is_fine("mtu"));
    host.file("/etc/rc.local", "echo 1 >/proc/sys/net/ipv4/conf/lo/arp_ignore").executable = true;
    assert_eq!("/etc/rc.local", host.wrong("leftover-scripts").0);
    let report = Report::new(findings(&host.facts, &host.own));
    assert_eq!("config", report.findings()[0].id);
    assert!(report.text(Marks::UNICODE).starts_with("✗ config "));
}

#[test]
fn whether_the_agent_runs() {
    let mut host = Host::prepared();
    assert!(host.is_fine("agent"));
    *host.agent() = None;
    assert_eq!(vec!["systemctl enable --now lvs-rs-agent"], host.wrong("agent").2);
    *host.agent() = Some(Agent { contested: true, ..Agent::default() });
    assert!(host.wrong("agent").1.contains("keeps undoing"));
    host.own.agent = Seen::unseen("not allowed", "run this as root");
    assert!(host.is_unknown("agent"));
}

#[test]
fn two_agents() {
    let mut host = Host::prepared();
    host.process(10, "lvs-rs-agent", &["/usr/sbin/lvs-rs-agent", "run"]);
    host.process(11, "lvs-rs-agent", &["lvs-rs-agent", "doctor"]);
    assert!(host.is_fine("second-agent"));
    host.process(12, "lvs-rs-agent", &["lvs-rs-agent", "-c", "x", "run"]);
    assert!(host.wrong("second-agent").1.contains("10, 12"));
    host.facts.processes = Seen::default();
    assert!(host.is_unknown("second-agent"));
}

#[test]
fn the_unit() {
    let mut host = Host::prepared();
    assert!(host.is_fine("unit"));
    let mut with = |unit: Option<Unit>| {
        host.facts.units =
            Seen::Known(unit.map(|unit| ("lvs-rs-agent.service".to_owned(), unit)).into_iter().collect());
        host.verdicts("unit").remove(0).verdict
    };
    assert!(matches!(with(None), Verdict::NotApplicable(_)));
    assert!(
        matches!(with(Some(unit("inactive", "enabled"))), Verdict::Wrong { cure, .. } if cure[0].contains("start"))
    );
    assert!(
        matches!(with(Some(unit("active", "disabled"))), Verdict::Wrong { cure, .. } if cure[0].contains("enable"))
    );
    host.facts.units = Seen::default();
    assert!(host.is_unknown("unit"));
}

#[test]
fn systemd_waits_for_a_drain() {
    let mut host = Host::prepared();
    assert!(host.is_fine("stop-timeout"), "60 s of deadline, 80 s of patience");
    host.own = own(&[TOML, "[drain]\ndeadline = \"5m\"\n"].concat());
    let (_, what, cure) = host.wrong("stop-timeout");
    assert!(what.contains("after 80 s") && what.contains("300 s"), "{what}");
    assert!(cure[1].contains("TimeoutStopSec=320"), "{cure:?}");
    let patient = Unit { stop_timeout_s: None, ..unit("active", "enabled") };
    host.facts.units = Seen::Known(BTreeMap::from([("lvs-rs-agent.service".to_owned(), patient)]));
    assert!(host.is_fine("stop-timeout"));
    host.facts.units = Seen::Known(BTreeMap::new());
    assert!(host.is_not_applicable("stop-timeout"));
}
