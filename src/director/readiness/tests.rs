use std::collections::BTreeSet;

use config::director::parse;
use health::Outcome;
use ipvs::Table;
use vrrp::State;

use super::*;

const ONE: &str = r#"
[[service]]
name = "web"
address = "192.0.2.100:80"
check = { type = "tcp", interval = "1s", timeout = "1s", fall = 1, rise = 2 }
[[service.real]]
address = "192.0.2.1"
[[service.real]]
address = "192.0.2.2"
"#;
const TWO: &str = r#"
[[service]]
name = "shop"
address = "192.0.2.101:80"
check = { type = "tcp", interval = "1s", timeout = "1s", fall = 1, rise = 2 }
[[service.real]]
address = "192.0.2.3"
"#;

const SETTLED: Standing = Standing { written: true, settled: true, lost: false };
const EMPTY: Standing = Standing { written: false, settled: false, lost: false };
const REFUSED: Standing = Standing { written: true, settled: false, lost: false };
const LOST: Standing = Standing { written: false, settled: false, lost: true };

struct Rig {
    core: Core,
    gauge: Gauge,
    now: Duration,
    freshness: Duration,
}

impl Rig {
    fn start(text: &str) -> Self {
        let (config, _) = parse(text).unwrap();
        let core = Core::start(1, BTreeSet::new(), config, &Table::new(), Duration::ZERO);
        Self { core, gauge: Gauge::default(), now: Duration::ZERO, freshness: Duration::ZERO }
    }

    /// Every check that is due within `time` finds what `finds` says of its host.
    fn pass(&mut self, time: Duration, finds: impl Fn(&str) -> Option<bool>) {
        let end = self.now + time;
        while let Some(next) = self.core.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            while let Some((id, spec)) = self.core.poll_due(self.now) {
                let outcome = match finds(&spec.target.ip().to_string()) {
                    Some(true) => Outcome::Pass,
                    Some(false) => Outcome::Fail("connect: refused".into()),
                    None => continue,
                };
                self.core.handle_result(id, outcome, self.now);
            }
        }
        self.now = end;
    }

    fn read(&mut self, table: Standing) -> Readiness {
        self.gauge.read(table, &self.core, self.freshness, self.now)
    }

    fn runs_out(&self) -> Option<Duration> {
        self.gauge.runs_out(&self.core, self.freshness, self.now)
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn nothing_is_taken_before_the_table_is_written() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND, |_| Some(true));
    assert_eq!(rig.read(EMPTY), Readiness::NotReady);
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn an_empty_table_is_not_shown_while_checks_run() {
    let mut rig = Rig::start(ONE);
    assert_eq!(rig.read(SETTLED), Readiness::NotReady);
    rig.pass(SECOND, |host| (host == "192.0.2.1").then_some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Installed, "one server is enough to serve, not to take over");
}

#[test]
fn each_service_must_have_a_server_or_its_results() {
    let mut rig = Rig::start(&format!("{ONE}{TWO}"));
    rig.pass(SECOND, |host| (host != "192.0.2.3").then_some(true));
    assert_eq!(rig.read(SETTLED), Readiness::NotReady, "nothing is known of the shop");
    let mut rig = Rig::start(&format!("{ONE}{TWO}"));
    rig.pass(SECOND, |host| Some(host != "192.0.2.3"));
    assert_eq!(rig.read(SETTLED), Readiness::Serving, "the shop is known to be down, the web is up");
}

#[test]
fn checks_that_hang_keep_nobody_away_for_long() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND * 9, |_| None);
    assert_eq!(rig.read(SETTLED), Readiness::NotReady);
    assert_eq!(rig.runs_out(), Some(PATIENCE));
    rig.pass(SECOND, |_| None);
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    assert_eq!(rig.runs_out(), None);
}

#[test]
fn without_a_quorum_nothing_is_taken_over() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND, |_| Some(false));
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    rig.pass(SECOND * 8, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    rig.pass(SECOND * 8, |_| Some(false));
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
}

#[test]
fn what_was_found_while_cut_off_does_not_count() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    rig.freshness = rig.now;
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    rig.core.hasten(rig.now);
    rig.pass(SECOND, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn servers_on_their_way_up_are_waited_for() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND * 3, |_| Some(false));
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    rig.freshness = rig.now;
    rig.core.hasten(rig.now);
    rig.pass(Duration::from_millis(1), |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Installed, "rise is 2");
    rig.pass(SECOND * 3, |host| Some(host == "192.0.2.1"));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving, "decided once");
}

#[test]
fn a_refused_change_is_no_reason_to_serve_nobody() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND, |_| Some(true));
    assert_eq!(rig.read(REFUSED), Readiness::Installed);
}

#[test]
fn a_table_out_of_reach_takes_nothing() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    assert_eq!(rig.read(LOST), Readiness::NotReady);
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn another_configuration_is_not_served_before_its_checks_are_in() {
    let mut rig = Rig::start(ONE);
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    rig.core.reload(parse(&format!("{ONE}{TWO}")).unwrap().0, rig.now);
    rig.gauge.forget_checks();
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    rig.pass(SECOND, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn a_director_without_services_serves() {
    let mut rig = Rig::start("[[address]]\naddress = \"192.0.2.100\"\ninterface = \"eth0\"\n");
    assert_eq!(rig.read(EMPTY), Readiness::NotReady);
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

const SYNCED: &str = r#"
[[vrrp]]
name = "VI_1"
interface = "eth0"
virtual_router_id = 51
addresses = ["192.0.2.100"]
[[ipvs.sync]]
role = "vrrp"
vrrp = "VI_1"
interface = "eth0"
catch_up = "5s"
"#;

#[test]
fn nothing_is_taken_over_before_the_connections_are_known() {
    let mut rig = Rig::start(&format!("{SYNCED}{ONE}"));
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    assert_eq!(rig.runs_out(), Some(SECOND * 6));
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    assert_eq!(rig.runs_out(), None);
    rig.freshness = rig.now;
    rig.pass(SECOND * 5, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Installed, "cut off, it has missed some");
}

#[test]
fn where_idle_connections_are_not_sent_nobody_waits_for_them() {
    let mut rig = Rig::start(&format!("{}{ONE}", SYNCED.replace("\"5s\"", "\"never\"")));
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn who_was_master_beyond_a_partition_hears_of_the_others_connections_first() {
    let mut rig = Rig::start(&format!("{SYNCED}{ONE}"));
    rig.pass(SECOND * 9, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
    rig.gauge.begin_to_follow(rig.now);
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    assert_eq!(rig.runs_out(), Some(SECOND * 15));
    rig.pass(SECOND * 6, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn a_master_whose_servers_were_away_has_lost_connections() {
    let mut rig = Rig::start(&format!("{SYNCED}{ONE}"));
    let master = [("VI_1".to_owned(), State::Master)].into();
    let roles = rig.core.roles().next(&master, rig.now, |_| false);
    rig.core.set_roles(&roles, BTreeSet::new());
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving, "there is nobody to hear of");
    rig.pass(SECOND * 9, |_| Some(false));
    assert_eq!(rig.read(SETTLED), Readiness::Installed);
    rig.pass(SECOND * 3, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Installed, "another master may know them");
    assert_eq!(rig.runs_out(), Some(SECOND * 21));
    rig.pass(SECOND * 6, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}

#[test]
fn agents_are_waited_for_until_their_first_word_but_not_for_long() {
    let text = format!("[agents]\nport = 9781\n{ONE}");
    let mut rig = Rig::start(&text);
    rig.pass(SECOND, |_| Some(true));
    assert_eq!(rig.read(SETTLED), Readiness::NotReady);
    let lost = || watch::News::Lost("connection refused".into());
    rig.core.handle_news(([192, 0, 2, 1], 9781).into(), lost(), rig.now);
    assert_eq!(rig.read(SETTLED), Readiness::Installed, "the other one may know better than its check");
    rig.now = SECOND * 2;
    rig.core.handle_timeout(rig.now);
    assert_eq!(rig.read(SETTLED), Readiness::Serving);
}
