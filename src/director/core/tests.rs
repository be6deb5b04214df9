use config::director::{OnStop, parse};
use health::{CheckKind, FileCheck, Reported};

use super::*;

mod agents;
mod lines;
mod pause;
mod told;
mod weights;

const BASE: &str = r#"
[[service]]
name = "web"
address = "192.0.2.100:80"
check = { type = "tcp", interval = "1s", timeout = "1s", fall = 2 }
[[service.real]]
address = "192.0.2.1"
[[service.real]]
address = "192.0.2.2"
"#;

/// A second VIP over the same servers and the same check.
const SECOND: &str = r#"
[[service]]
name = "shop"
address = "192.0.2.101:80"
check = { type = "tcp", interval = "1s", timeout = "1s", fall = 2 }
[[service.real]]
address = "192.0.2.1"
[[service.real]]
address = "192.0.2.2"
"#;

fn config(text: &str) -> DirectorConfig {
    parse(text).unwrap().0
}

/// A core with a clock, whose checks all pass but those of the hosts in `dead`.
struct Rig {
    core: Core,
    now: Duration,
    dead: Vec<&'static str>,
    /// what the checks of these hosts report
    reports: BTreeMap<&'static str, Reported>,
    attempts: usize,
    turns: Vec<String>,
    /// of servers that turned by a check, in the log
    lines: Vec<String>,
}

impl Rig {
    fn start(text: &str, kernel: &Table) -> Self {
        Self::with(config(text), kernel)
    }

    fn with(config: DirectorConfig, kernel: &Table) -> Self {
        let core = Core::start(1, BTreeSet::new(), config, kernel, Duration::ZERO);
        let (dead, reports, turns, lines) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
        let mut rig = Self { core, now: Duration::ZERO, dead, reports, attempts: 0, turns, lines };
        rig.take_turns();
        rig
    }

    fn take_turns(&mut self) {
        while let Some(turn) = self.core.poll_turn() {
            let words = self.words(&turn);
            self.turns.push(words);
        }
    }

    fn words(&self, turn: &Turn) -> String {
        let service = |index: usize| &self.core.config().services[index];
        match turn {
            Turn::Server(ServerTurn { service: index, real, up, first, why }) => {
                let service = service(*index);
                let (name, server) = (&service.name, service.reals[*real].key.address);
                assert_eq!(*up, why.is_none());
                why.as_ref().map_or_else(
                    || format!("{name} {server} {}", if *first { "enters" } else { "up" }),
                    |why| format!("{name} {server} down {why}"),
                )
            }
            Turn::Quorum(QuorumTurn { service: index, quorum, first, weight_up }) => {
                let first = if *first { " first" } else { "" };
                format!("{} quorum {quorum} {weight_up}{first}", service(*index).name)
            }
        }
    }

    /// What turned since the last call.
    fn turned(&mut self) -> Vec<String> {
        self.take_turns();
        std::mem::take(&mut self.turns)
    }

    /// Lets time pass and every check that is due find what it finds. Gives the patches.
    fn pass(&mut self, time: Duration) -> Patches {
        let end = self.now + time;
        loop {
            self.core.handle_timeout(self.now);
            while let Some((id, spec)) = self.core.poll_due(self.now) {
                self.attempts += 1;
                let host = spec.target.ip().to_string();
                let outcome = match self.reports.get(host.as_str()) {
                    _ if self.dead.contains(&host.as_str()) => Outcome::Fail("connect: refused".into()),
                    Some(reported) => Outcome::PassWith(*reported),
                    None => Outcome::Pass,
                };
                let turn = self.core.handle_result(id, outcome, self.now);
                self.take_turns();
                self.lines.extend(turn.iter().flat_map(lines));
            }
            match self.core.poll_timeout() {
                Some(next) if next <= end => self.now = self.now.max(next),
                Some(_) | None => break,
            }
        }
        self.now = end;
        self.core.take_patches()
    }
}

/// What the log says of servers that a check turned.
fn lines(turn: &CheckTurn) -> Vec<String> {
    let line = |line: &ServerLine| {
        let ServerLine { real_server, up, service, services } = line;
        let word = if *up { "up" } else { "down" };
        format!("{real_server} {word} {service} {services} {}", turn.transition.spec.target.port())
    };
    turn.servers.iter().map(line).collect()
}

/// What a patch says: service and its servers with their weights.
fn told(patches: &Patches) -> Vec<String> {
    let line = |(key, service): (&ServiceKey, &Option<Service>)| match service {
        Some(service) => {
            let servers =
                service.destinations.iter().map(|(key, d)| format!(" {}={}", key.address, d.weight.get()));
            format!("{key}:{}", servers.collect::<String>())
        }
        None => format!("{key} gone"),
    };
    patches.iter().map(line).collect()
}

fn table(patches: Patches) -> Table {
    patches.into_iter().filter_map(|(key, service)| Some((key, service?))).collect()
}

const SECOND_LONG: Duration = Duration::from_secs(10);

#[test]
fn new_servers_enter_after_their_first_good_check() {
    let mut rig = Rig::start(BASE, &Table::new());
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.100:80:"]);
    rig.dead = vec!["192.0.2.2"];
    assert_eq!(told(&rig.pass(SECOND_LONG)), ["TCP 192.0.2.100:80: 192.0.2.1=1"]);
}

#[test]
fn servers_in_the_kernel_stay_until_a_check_fails_them() {
    let mut first = Rig::start(BASE, &Table::new());
    let kernel = table(first.pass(SECOND_LONG));
    let mut second = Rig::start(BASE, &kernel);
    assert_eq!(told(&second.core.take_patches()), ["TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=1"]);
    second.dead = vec!["192.0.2.2"];
    assert_eq!(told(&second.pass(SECOND_LONG)), ["TCP 192.0.2.100:80: 192.0.2.1=1"]);
}

#[test]
fn a_server_known_dead_does_not_come_back_with_a_restart() {
    let mut first = Rig::start(BASE, &Table::new());
    first.dead = vec!["192.0.2.2"];
    let kernel = table(first.pass(SECOND_LONG));
    let mut second = Rig::start(BASE, &kernel);
    assert_eq!(told(&second.core.take_patches()), ["TCP 192.0.2.100:80: 192.0.2.1=1"]);
}

#[test]
fn one_check_serves_all_services() {
    let mut one = Rig::start(BASE, &Table::new());
    let mut two = Rig::start(&format!("{BASE}{SECOND}"), &Table::new());
    one.pass(SECOND_LONG);
    two.pass(SECOND_LONG);
    assert_eq!(one.core.checks().len(), two.core.checks().len());
    two.dead = vec!["192.0.2.1"];
    assert_eq!(
        told(&two.pass(SECOND_LONG)),
        ["TCP 192.0.2.100:80: 192.0.2.2=1", "TCP 192.0.2.101:80: 192.0.2.2=1"]
    );
}

#[test]
fn a_reload_that_changes_nothing_writes_nothing() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.pass(SECOND_LONG);
    rig.core.reload(config(BASE), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [""; 0]);
}

#[test]
fn a_reload_that_adds_a_service_touches_only_that() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.pass(SECOND_LONG);
    rig.core.reload(config(&format!("{BASE}{SECOND}")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.101:80: 192.0.2.1=1 192.0.2.2=1"]);
}

#[test]
fn a_reload_removes_what_the_file_no_longer_has() {
    let mut rig = Rig::start(&format!("{BASE}{SECOND}"), &Table::new());
    rig.pass(SECOND_LONG);
    rig.core.reload(config(&BASE.replace("[[service.real]]\naddress = \"192.0.2.2\"", "")), rig.now);
    assert_eq!(
        told(&rig.core.take_patches()),
        ["TCP 192.0.2.100:80: 192.0.2.1=1", "TCP 192.0.2.101:80 gone"]
    );
}

#[test]
fn another_check_of_a_serving_server_does_not_take_it_out() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.pass(SECOND_LONG);
    rig.core.reload(config(&BASE.replace("fall = 2", "fall = 5")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [""; 0]);
}

#[test]
fn a_dead_server_stays_out_over_a_reload() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.dead = vec!["192.0.2.2"];
    rig.pass(SECOND_LONG);
    rig.core.reload(config(&BASE.replace("interval = \"1s\"", "interval = \"2s\"")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [""; 0]);
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0]);
}

#[test]
fn drain_and_undrain() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.pass(SECOND_LONG);
    let server = "192.0.2.1".parse().unwrap();
    assert!(matches!(rig.core.drain(server, true), DrainAnswer::Done { services: 1, .. }));
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.100:80: 192.0.2.1=0 192.0.2.2=1"]);
    assert!(matches!(rig.core.drain(server, false), DrainAnswer::Done { services: 1, .. }));
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=1"]);
    assert_eq!(rig.core.drain("192.0.2.77".parse().unwrap(), true), DrainAnswer::Unknown);
}

#[test]
fn a_serving_sorry_server_stays_over_a_restart() {
    let text = BASE.replace("name = \"web\"", "name = \"web\"\nsorry_server = \"192.0.2.9\"");
    let mut rig = Rig::start(&text, &Table::new());
    rig.dead = vec!["192.0.2.1", "192.0.2.2"];
    let kernel = table(rig.pass(SECOND_LONG));
    let mut second = Rig::start(&text, &kernel);
    assert_eq!(told(&second.core.take_patches()), ["TCP 192.0.2.100:80: 192.0.2.9=1"]);
}

#[test]
fn a_sorry_server_that_waits_in_the_table_is_no_lost_quorum_after_a_restart() {
    let mut config = config(&BASE.replace("name = \"web\"", "name = \"web\"\nsorry_server = \"192.0.2.9\""));
    config.services[0].sorry_inhibit = true;
    let mut first = Rig::with(config.clone(), &Table::new());
    let kernel = table(first.pass(SECOND_LONG));
    let mut second = Rig::with(config, &kernel);
    let entry = "TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=1 192.0.2.9=0";
    assert_eq!(told(&second.core.take_patches()), [entry]);
    second.dead = vec!["192.0.2.1", "192.0.2.2"];
    assert_eq!(told(&second.pass(SECOND_LONG)), ["TCP 192.0.2.100:80: 192.0.2.9=1"]);
}

/// One router for each service's address.
const BY_MASTER: &str = r#"
ipvs_on = "master"
[[vrrp]]
name = "web"
interface = "eth0"
virtual_router_id = 51
addresses = ["192.0.2.100"]
[[vrrp]]
name = "shop"
interface = "eth0"
virtual_router_id = 52
addresses = ["192.0.2.101"]
"#;

impl Rig {
    fn become_(&mut self, web: vrrp::State, shop: vrrp::State) -> Vec<String> {
        self.become_on([], web, shop, false)
    }

    /// On a machine that has these addresses. `holds`: addresses of routers that are not master are still here.
    fn become_on<const N: usize>(
        &mut self,
        own: [&str; N],
        web: vrrp::State,
        shop: vrrp::State,
        holds: bool,
    ) -> Vec<String> {
        let states = BTreeMap::from([("web".to_owned(), web), ("shop".to_owned(), shop)]);
        let roles = self.core.roles().next(&states, self.now + SECOND_LONG, |_| holds);
        self.core.set_roles(&roles, own.map(|address| address.parse().unwrap()).into());
        told(&self.core.take_patches())
    }
}

const WEB: &str = "TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=1";
const SHOP: &str = "TCP 192.0.2.101:80: 192.0.2.1=1 192.0.2.2=1";

#[test]
fn with_ipvs_on_master_services_come_and_go_with_their_router() {
    use vrrp::State::{Backup, Master};
    let mut rig = Rig::start(&format!("{BY_MASTER}{BASE}{SECOND}"), &Table::new());
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.100:80 gone", "TCP 192.0.2.101:80 gone"]);
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0], "checked, but not installed");
    assert_eq!(rig.become_(Backup, Backup), [""; 0]);
    assert_eq!(rig.become_(Master, Backup), [WEB]);
    assert_eq!(rig.become_(Master, Master), [SHOP]);
    assert_eq!(rig.become_(Backup, Master), ["TCP 192.0.2.100:80 gone"]);
    rig.dead = vec!["192.0.2.2"];
    assert_eq!(told(&rig.pass(SECOND_LONG)), ["TCP 192.0.2.101:80: 192.0.2.1=1"]);
    assert_eq!(
        rig.become_(Master, Master),
        ["TCP 192.0.2.100:80: 192.0.2.1=1"],
        "with what checks say by then"
    );
}

#[test]
fn with_ipvs_on_master_a_real_server_that_was_master_keeps_what_the_new_one_sends_it() {
    use vrrp::State::{Backup, Master};
    let mut rig = Rig::start(&format!("{BY_MASTER}{BASE}{SECOND}"), &Table::new());
    rig.pass(SECOND_LONG);
    rig.become_(Master, Master);
    assert_eq!(
        rig.become_on(["192.0.2.2", "192.0.2.7"], Backup, Master, true),
        ["TCP 192.0.2.100:80: 192.0.2.1=0 192.0.2.2=1"],
        "nothing new goes to the other real server, which may be the new master"
    );
    rig.core.drain("192.0.2.2".parse().unwrap(), true);
    assert_eq!(
        told(&rig.core.take_patches()),
        ["TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=0", "TCP 192.0.2.101:80: 192.0.2.1=1 192.0.2.2=0"],
        "it serves nothing new itself"
    );
    assert_eq!(rig.become_(Backup, Master), ["TCP 192.0.2.100:80 gone"]);
    rig.become_(Master, Master);
    assert_eq!(rig.become_on(["192.0.2.7"], Backup, Master, true), [""; 0], "it is no real server");
}

#[test]
fn with_ipvs_on_master_a_restart_leaves_what_is_there() {
    use vrrp::State::{Backup, Master};
    let text = format!("{BY_MASTER}{BASE}{SECOND}");
    let mut first = Rig::start(&text, &Table::new());
    first.pass(SECOND_LONG);
    first.become_(Backup, Backup);
    first.core.set_roles(
        &first.core.roles().next(
            &BTreeMap::from([("web".to_owned(), Master), ("shop".to_owned(), Backup)]),
            SECOND_LONG,
            |_| false,
        ),
        BTreeSet::new(),
    );
    let kernel = table(first.core.take_patches());
    let mut second = Rig::start(&text, &kernel);
    assert_eq!(told(&second.core.take_patches()), [WEB, "TCP 192.0.2.101:80 gone"]);
    assert_eq!(second.become_(Master, Backup), [""; 0]);
}

#[test]
fn a_reload_to_ipvs_on_master_takes_out_what_is_not_for_here() {
    let (all, by_master) = (BY_MASTER.replace("master\"", "all\""), BY_MASTER);
    let mut rig = Rig::start(&format!("{all}{BASE}{SECOND}"), &Table::new());
    rig.pass(SECOND_LONG);
    assert_eq!(rig.become_(vrrp::State::Master, vrrp::State::Backup), [""; 0]);
    rig.core.reload(config(&format!("{by_master}{BASE}{SECOND}")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.101:80 gone"]);
    rig.core.reload(config(&format!("{all}{BASE}{SECOND}")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [SHOP]);
}
