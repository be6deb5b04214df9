use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use ::vrrp::{Reason, State, Transition};
use config::director::{DirectorConfig, parse};
use health::{CheckId, Outcome};
use mail::{About, MailEvent};
use router::Moved;

use super::places::{PATIENCE, Place, until};
use super::{Herald, Said, ending, mails, turned};
use crate::core::{Core, QuorumTurn, ServerTurn, Turn};

const MAIL: &str = "[mail]\nto = [\"root@localhost\"]\nfrom = \"lvs@example.org\"\nserver = \"127.0.0.1\"\n";

fn config(text: &str) -> DirectorConfig {
    parse(text).unwrap_or_else(|errors| panic!("{errors:?}")).0
}

fn service(name: &str, keys: &str, reals: &[&str]) -> String {
    let real = |host: &&str| {
        let program = |word: &str| format!("[\"/bin/true\", \"{word}\", \"{host}\"]");
        let (up, down) = (program("up"), program("down"));
        format!("[[service.real]]\naddress = \"192.0.2.{host}\"\nnotify = {{ up = {up}, down = {down} }}\n")
    };
    let reals = reals.iter().map(real).collect::<Vec<_>>().concat();
    let check = "check = { type = \"tcp\", port = 80, interval = \"1s\", timeout = \"1s\", fall = 1 }";
    format!(
        "[[service]]\nname = \"{name}\"\n{keys}\n{check}\nnotify = {{ quorum_up = \"/bin/true\", quorum_down = [\"/bin/false\", \"{name}\"] }}\n{reals}"
    )
}

fn server(service: usize, real: usize, up: bool) -> Turn {
    let why = (!up).then(|| "tcp 192.0.2.8:80: connect: connection refused".to_owned());
    Turn::Server(ServerTurn { service, real, up, first: false, why })
}

fn quorum(service: usize, quorum: bool, first: bool) -> Turn {
    Turn::Quorum(QuorumTurn { service, quorum, first, weight_up: 0 })
}

fn lines(config: &DirectorConfig, turns: &[Turn]) -> Vec<String> {
    let said = turns.iter().filter_map(|turn| turned::said(&config.services, turn));
    said.map(|said| said.line).collect()
}

fn subjects(mails: &[MailEvent]) -> Vec<(&str, &str)> {
    mails.iter().map(|mail| (mail.subject.as_str(), mail.text.as_str())).collect()
}

#[test]
fn lines_are_keepalived_s() {
    let text = [
        service("web", "address = \"198.51.100.1:80\"", &["8", "9"]),
        service("dns", "address = \"198.51.100.1:53\"\nprotocol = \"udp\"", &["8"]),
        service("mark", "fwmark = 7", &["8"]),
        service("all", "addresses = [\"198.51.100.2:80\", \"198.51.100.3:80\"]", &["8"]),
    ];
    let config = config(&text.concat());
    let turns = [
        server(0, 1, false),
        quorum(0, false, false),
        server(1, 0, true),
        quorum(1, true, true),
        server(2, 0, false),
        quorum(2, false, false),
        server(3, 0, false),
        quorum(3, true, false),
    ];
    let wanted = [
        "RS [192.0.2.9]:tcp:80 [198.51.100.1]:tcp:80 DOWN",
        "VS [198.51.100.1]:tcp:80 DOWN",
        "RS [192.0.2.8]:udp:53 [198.51.100.1]:udp:53 UP",
        "VS [198.51.100.1]:udp:53 UP",
        "RS [192.0.2.8]:none:0 FWM 7 DOWN",
        "VS FWM 7 DOWN",
        "RS [192.0.2.8]:tcp:80 [all]:0 DOWN",
        "VS [all]:0 UP",
    ];
    assert_eq!(lines(&config, &turns), wanted);
    // a group is told of once, for its first service
    let other = turned::said(&config.services, &quorum(4, false, false)).unwrap();
    assert_eq!(other, Said { line: String::new(), command: Vec::new() });
    // IPv6 as it is written
    let six = "[[service]]\naddress = \"[2001:db8::1]:80\"\n[[service.real]]\naddress = \"2001:db8::8\"\n";
    let six = parse(six).unwrap().0;
    assert_eq!(lines(&six, &[server(0, 0, true)]), ["RS [2001:db8::8]:tcp:80 [2001:db8::1]:tcp:80 UP"]);
    // what is not there any more
    assert_eq!(lines(&six, &[server(0, 1, true), server(1, 0, true), quorum(1, true, true)]), [""; 0]);
}

#[test]
fn each_turn_has_its_program() {
    let config = config(&service("web", "address = \"198.51.100.1:80\"", &["8", "9"]));
    let command = |turn: Turn| turned::said(&config.services, &turn).unwrap().command;
    assert_eq!(command(server(0, 0, true)), ["/bin/true", "up", "8"]);
    assert_eq!(command(server(0, 1, false)), ["/bin/true", "down", "9"]);
    assert_eq!(command(quorum(0, true, true)), ["/bin/true"]);
    assert_eq!(command(quorum(0, false, false)), ["/bin/false", "web"]);
}

#[test]
fn mails_say_what_turned_and_why() {
    let text = service("web", "address = \"198.51.100.1:80\"\nsorry_server = \"192.0.2.250\"", &["8", "9"]);
    let config = config(&format!("{MAIL}{text}"));
    let turns = [server(0, 0, false), quorum(0, false, false), quorum(0, true, false), server(0, 0, true)];
    let mails = mails::of(&config.services, &turns);
    assert_eq!(
        subjects(&mails),
        [
            ("web: 192.0.2.8:80 down", "tcp 192.0.2.8:80: connect: connection refused"),
            (
                "web: quorum lost",
                "servers that are up weigh 0, quorum is 1; the sorry server 192.0.2.250:80 serves"
            ),
            ("web: quorum regained", "servers that are up weigh 0, quorum is 1"),
            ("web: 192.0.2.8:80 up", ""),
        ]
    );
    let abouts: Vec<_> = mails.iter().map(|mail| mail.about).collect();
    assert_eq!(abouts, [About::Server, About::Service, About::Service, About::Server]);
}

#[test]
fn a_start_that_goes_well_is_no_news_and_one_that_does_not_is() {
    let config = config(&format!("{MAIL}{}", service("web", "address = \"198.51.100.1:80\"", &["8"])));
    let enters = Turn::Server(ServerTurn { service: 0, real: 0, up: true, first: true, why: None });
    assert_eq!(mails::of(&config.services, &[enters.clone(), quorum(0, true, true)]), []);
    let lost = mails::of(&config.services, &[quorum(0, false, true)]);
    assert_eq!(lost.len(), 1);
    // but programs and pipes hear of it
    assert_eq!(
        lines(&config, &[enters, quorum(0, true, true)]),
        ["RS [192.0.2.8]:tcp:80 [198.51.100.1]:tcp:80 UP", "VS [198.51.100.1]:tcp:80 UP"]
    );
}

#[test]
fn one_server_of_many_services_is_one_mail() {
    let services: String = (1..=200)
        .map(|nth| service(&format!("s{nth}"), &format!("address = \"198.51.100.{nth}:80\""), &["8"]))
        .collect();
    let config = config(&format!("{MAIL}{services}"));
    let told = |count: usize| {
        let turns: Vec<Turn> =
            (0..count).flat_map(|nth| [server(nth, 0, false), quorum(nth, false, false)]).collect();
        mails::of(&config.services, &turns).into_iter().map(|mail| mail.subject).collect::<Vec<_>>()
    };
    assert_eq!(told(2), ["s1, s2: 192.0.2.8:80 down", "s1, s2: quorum lost"]);
    assert_eq!(told(4), ["s1, s2, s3 and 1 other: 192.0.2.8:80 down", "s1, s2, s3 and 1 other: quorum lost"]);
    assert_eq!(
        told(200),
        ["s1, s2, s3 and 197 others: 192.0.2.8:80 down", "s1, s2, s3 and 197 others: quorum lost"]
    );
}

#[test]
fn who_does_not_want_mail_gets_none() {
    let text = service("web", "address = \"198.51.100.1:80\"\nalert = false", &["8", "9"]);
    let silent = text.replacen(
        "notify = { up = [\"/bin/true\", \"up\", \"8\"]",
        "alert = false\nnotify = { up = [\"/bin/true\", \"up\", \"8\"]",
        1,
    );
    let config = config(&format!("{MAIL}{silent}"));
    let turns = [server(0, 0, false), server(0, 1, false), quorum(0, false, false)];
    let mails = mails::of(&config.services, &turns);
    assert_eq!(
        mails.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>(),
        ["web: 192.0.2.9:80 down"]
    );
    // without [mail] nobody does
    let plain = parse(&service("web", "address = \"198.51.100.1:80\"", &["8", "9"])).unwrap().0;
    assert_eq!(mails::of(&plain.services, &turns), []);
}

fn router(name: &str, vrid: u8, more: &str) -> String {
    format!(
        "[[vrrp]]\nname = \"{name}\"\ninterface = \"eth0\"\nvirtual_router_id = {vrid}\naddresses = [\"192.0.2.{vrid}\"]\n{more}\n"
    )
}

fn moved(router: &str, from: State, to: State) -> Moved {
    let transition = Transition { from, to, reason: Reason::Stopped, at: Duration::ZERO };
    Moved { router: router.into(), transition, priority: 100 }
}

#[test]
fn routers_and_groups_are_told_of_when_they_move() {
    let text = format!(
        "{MAIL}{}{}{}[[sync_group]]\nname = \"G\"\nmembers = [\"A\", \"B\"]\n",
        router("A", 51, ""),
        router("B", 52, ""),
        router("C", 53, "alert = false")
    );
    let config = config(&text);
    let mut routers = super::Routers::default();
    let mut told = |name: &str, from, to| {
        let mails = routers.moved(&config.vrrp, &moved(name, from, to));
        mails.into_iter().map(|mail| mail.subject).collect::<Vec<_>>()
    };
    let nothing: [&str; 0] = [];
    // a director begins as backup
    assert_eq!(told("A", State::Initialize, State::Backup), nothing);
    assert_eq!(told("B", State::Initialize, State::Backup), nothing);
    assert_eq!(told("C", State::Initialize, State::Fault), nothing);
    assert_eq!(told("A", State::Backup, State::Master), ["A is master"]);
    assert_eq!(told("B", State::Backup, State::Master), ["B is master", "group G is master"]);
    assert_eq!(told("B", State::Master, State::Fault), ["B is in fault"]);
    assert_eq!(told("B", State::Fault, State::Backup), ["B is backup"]);
    assert_eq!(told("A", State::Master, State::Backup), ["A is backup", "group G is backup"]);
    // once, although it takes two steps
    assert_eq!(told("A", State::Backup, State::Leaving), ["A stops"]);
    assert_eq!(told("A", State::Leaving, State::Initialize), nothing);
    assert_eq!(told("gone", State::Backup, State::Master), nothing);
    let mails = routers.moved(&config.vrrp, &moved("A", State::Backup, State::Master));
    assert!(
        mails[0].text.starts_with("backup to master: ") && mails[0].text.ends_with("; priority 100"),
        "{mails:?}"
    );
}

/// A core whose servers are up but those that end in one of `dead`.
fn core(text: &str, dead: &[&str]) -> Core {
    let mut core = Core::start(1, BTreeSet::new(), config(text), &ipvs::Table::new(), Duration::ZERO);
    let mut now = Duration::ZERO;
    for _ in 0..100 {
        now += Duration::from_millis(200);
        while let Some((id, spec)) = core.poll_due(now) {
            let is_dead = dead.iter().any(|host| spec.target.ip().to_string().ends_with(&format!(".{host}")));
            result(&mut core, id, is_dead, now);
        }
    }
    core
}

fn result(core: &mut Core, id: CheckId, is_dead: bool, now: Duration) {
    let outcome = if is_dead { Outcome::Fail("no".into()) } else { Outcome::Pass };
    core.handle_result(id, outcome, now);
}

#[test]
fn when_the_director_stops_services_with_omega_go_down() {
    let text = [
        service("web", "address = \"198.51.100.1:80\"\nomega = true", &["8", "9"]),
        service("dark", "address = \"198.51.100.2:80\"\nomega = true", &["9"]),
        service("plain", "address = \"198.51.100.3:80\"", &["8"]),
    ];
    let core = core(&text.concat(), &["9"]);
    let said = ending::omega(&core);
    let lines: Vec<_> = said.iter().map(|said| said.line.as_str()).collect();
    let wanted = ["RS [192.0.2.8]:tcp:80 [198.51.100.1]:tcp:80 DOWN", "VS [198.51.100.1]:tcp:80 DOWN"];
    assert_eq!(lines, wanted);
    assert_eq!(said[0].command, ["/bin/true", "down", "8"]);
    assert_eq!(said[1].command, ["/bin/false", "web"]);
}

#[test]
fn what_another_configuration_does_not_have_goes_down() {
    let web = |reals: &[&str]| service("web", "address = \"198.51.100.1:80\"", reals);
    let shop = service("shop", "address = \"198.51.100.2:80\"", &["8", "9"]);
    let core = core(&format!("{}{shop}", web(&["7", "8", "9"])), &["9"]);
    let lines =
        |next: &str| ending::gone(&core, &config(next)).into_iter().map(|said| said.line).collect::<Vec<_>>();
    assert_eq!(lines(&format!("{shop}{}", web(&["9", "8", "7"]))), [""; 0]);
    assert_eq!(
        lines(&format!("{}{shop}", web(&["8"]))),
        ["RS [192.0.2.7]:tcp:80 [198.51.100.1]:tcp:80 DOWN"]
    );
    let wanted = ["RS [192.0.2.8]:tcp:80 [198.51.100.2]:tcp:80 DOWN", "VS [198.51.100.2]:tcp:80 DOWN"];
    assert_eq!(lines(&web(&["7", "8", "9"])), wanted);
}

/// Opens it without waiting for a writer.
fn reader(path: &str) -> File {
    let flags = nix::fcntl::OFlag::O_NONBLOCK.bits();
    OpenOptions::new().read(true).custom_flags(flags).open(path).unwrap()
}

#[tokio::test]
async fn programs_and_pipes_hear_of_turns_in_their_order() {
    let place = Place::new();
    let script = |name: &str| place.script(name, "echo \"${0##*/} $# $(id -u)\" >>\"${0%/*}/log\"").remove(0);
    place.write("log", "");
    super::places::mode(place.path("log"), 0o666);
    let (up, down) = (script("up"), script("down"));
    let text = service("web", "address = \"198.51.100.1:80\"\nomega = true", &["8"])
        .replace("[\"/bin/true\", \"up\", \"8\"]", &format!("\"{up}\""))
        .replace("[\"/bin/true\", \"down\", \"8\"]", &format!("\"{down}\""))
        .replace("[\"/bin/false\", \"web\"]", &format!("\"{}\"", script("lost")));
    let [both, vrrp, lvs] = ["both", "vrrp", "lvs"].map(|name| place.path(name));
    let scripts = format!(
        "[scripts]\nuser = \"nobody\"\nfifo = \"{both}\"\nvrrp_fifo = \"{vrrp}\"\nlvs_fifo = \"{lvs}\"\n"
    );
    let core = core(&format!("{scripts}{text}"), &[]);
    let config = core.config();
    let mut herald = Herald::new();
    herald.set(config, "LVS01");
    herald.notices().set(&config.vrrp);
    let mut readers = [&both, &vrrp, &lvs].map(|path| reader(path));
    herald.tell_turns(config, &[server(0, 0, false), quorum(0, false, false), server(0, 0, true)]);
    herald.tell_stop(&core);
    until("all are run", || place.read("log").lines().count() == 5).await;
    assert_eq!(place.read("log"), "down 0 65534\nlost 0 65534\nup 0 65534\ndown 0 65534\nlost 0 65534\n");
    tokio::time::timeout(PATIENCE, herald.finish()).await.unwrap();
    let texts = readers.each_mut().map(|reader| {
        let mut text = String::new();
        // its end: nobody writes any more
        reader.read_to_string(&mut text).unwrap();
        text
    });
    let wanted = "RS [192.0.2.8]:tcp:80 [198.51.100.1]:tcp:80 DOWN
VS [198.51.100.1]:tcp:80 DOWN
RS [192.0.2.8]:tcp:80 [198.51.100.1]:tcp:80 UP
RS [192.0.2.8]:tcp:80 [198.51.100.1]:tcp:80 DOWN
VS [198.51.100.1]:tcp:80 DOWN
";
    assert_eq!(texts, [wanted, "", wanted]);
}
