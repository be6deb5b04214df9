use kernel::address::{Link, Neighbour};

use super::rounds::{MOST_ASKED, TURNS};
use super::*;

const OTHER: [u8; 6] = [2, 0, 0, 0, 0, 9];
const OURS: [u8; 6] = [2, 0, 0, 0, 0, 1];

fn look() -> Look {
    let link = Link {
        index: 2,
        name: "eth0".into(),
        loopback: false,
        // nobody listens in a test
        noarp: true,
        up: true,
        running: true,
        dummy: false,
        mac: Some(OURS),
        mtu: 1500,
    };
    Look::new(vec![link], Vec::new())
}

fn spot(address: &str) -> Spot {
    ("eth0".into(), address.parse().unwrap())
}

const MASTER: Mac = [2, 0, 0, 0, 0, 2];

fn ours(addresses: &[&str]) -> Guarded {
    addresses.iter().map(|address| (spot(address), None)).collect()
}

/// Their master is 192.0.2.252.
fn theirs(addresses: &[&str]) -> Guarded {
    let master = Some(Master { address: spot("192.0.2.252").1, vrid: 51 });
    addresses.iter().map(|address| (spot(address), master)).collect()
}

fn watching(addresses: &[&str]) -> Watch {
    let mut watch = Watch::new();
    let new = watch.set(ours(addresses), &look());
    assert_eq!(new.len(), addresses.len());
    watch
}

/// A backup that may know its master's hardware address.
fn backup(master: Option<Mac>) -> Watch {
    let mut watch = Watch::new();
    assert_eq!(watch.set(theirs(&["192.0.2.1"]), &look()), [spot("192.0.2.1"), spot("192.0.2.252")]);
    if let Some(mac) = master {
        watch.heard("eth0", Claim { address: spot("192.0.2.252").1, mac }, &look(), ms(0));
    }
    watch
}

/// Says it twice, long enough apart.
fn leak(watch: &mut Watch, address: &str, mac: Mac, at: u64) -> bool {
    let claim = Claim { address: spot(address).1, mac };
    [at, at + 500].map(|at| watch.heard("eth0", claim, &look(), ms(at))).contains(&true)
}

fn macs(watch: &Watch) -> Vec<Mac> {
    watch.of(spot("192.0.2.1").1).map(|duplicate| duplicate.mac).collect()
}

fn claim(mac: [u8; 6]) -> Claim {
    Claim { address: "192.0.2.1".parse().unwrap(), mac }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn a_duplicate_is_told_of_once_when_it_is_repeated() {
    let mut watch = watching(&["192.0.2.1"]);
    let mut heard = |at| watch.heard("eth0", claim(OTHER), &look(), ms(at));
    assert_eq!([0, 10, 499, 500, 900].map(&mut heard), [false, false, false, true, false]);
    let found: Vec<_> = watch.of(claim(OTHER).address).collect();
    assert_eq!(found, [Duplicate { mac: OTHER, ips: Vec::new(), since: ms(0), last: ms(900) }]);
}

#[test]
fn one_claim_alone_is_asked_about_and_not_shown() {
    let mut watch = watching(&["192.0.2.1"]);
    assert_eq!(watch.turn(), [], "its turn is another one");
    watch.heard("eth0", claim(OTHER), &look(), ms(0));
    assert_eq!(watch.of(claim(OTHER).address).count(), 0);
    assert_eq!(watch.turn(), [spot("192.0.2.1")]);
}

#[test]
fn our_own_and_what_is_not_watched_are_no_duplicates() {
    let mut watch = watching(&["192.0.2.2"]);
    for at in [0, 1_000, 2_000] {
        assert!(!watch.heard("eth0", Claim { address: spot("192.0.2.2").1, mac: OURS }, &look(), ms(at)));
        assert!(!watch.heard("eth0", claim(OTHER), &look(), ms(at)));
        assert!(!watch.heard("eth1", Claim { address: spot("192.0.2.2").1, mac: OTHER }, &look(), ms(at)));
    }
    assert!(watch.found.is_empty());
}

#[test]
fn silence_ends_it_and_so_does_no_longer_being_master() {
    let mut watch = watching(&["192.0.2.1"]);
    watch.heard("eth0", claim(OTHER), &look(), ms(0));
    watch.heard("eth0", claim(OTHER), &look(), ms(1_000));
    watch.forget(ms(60_999));
    assert_eq!(watch.of(claim(OTHER).address).count(), 1);
    watch.forget(ms(61_000));
    assert_eq!(watch.of(claim(OTHER).address).count(), 0);
    watch.heard("eth0", claim(OTHER), &look(), ms(70_000));
    watch.set(Guarded::new(), &look());
    watch.forget(ms(70_001));
    assert!(watch.found.is_empty());
}

#[test]
fn every_address_is_asked_for_once_in_ten_turns() {
    let addresses: Vec<String> = (1..=25).map(|last| format!("192.0.2.{last}")).collect();
    let mut watch = watching(&addresses.iter().map(String::as_str).collect::<Vec<_>>());
    let turns: Vec<Vec<Spot>> = (0..TURNS).map(|_| watch.turn()).collect();
    assert!(turns.iter().all(|turn| turn.len() <= 3), "spread");
    assert_eq!(turns.concat().into_iter().collect::<BTreeSet<_>>().len(), 25);
}

#[test]
fn a_liar_with_many_faces_does_not_fill_the_memory() {
    let mut watch = watching(&["192.0.2.1"]);
    for face in 0..=u8::MAX {
        for mask in [0, 1] {
            watch.heard("eth0", claim([2, mask, 1, 1, 1, face]), &look(), ms(0));
        }
    }
    assert_eq!(watch.found.len(), MOST);
}

#[test]
fn a_hardware_address_as_people_write_it() {
    assert_eq!(mac_text([0, 0x1b, 0x21, 0xff, 3, 4]), "00:1b:21:ff:03:04");
}

#[test]
fn a_backup_lets_the_master_have_its_addresses_and_nobody_else() {
    let mut watch = backup(Some(MASTER));
    assert!(!leak(&mut watch, "192.0.2.1", MASTER, 0));
    for family in [1, 2] {
        assert!(!leak(&mut watch, "192.0.2.1", [0, 0, 0x5e, 0, family, 51], 0), "its virtual one");
    }
    assert!(watch.found.is_empty());
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 0));
    assert!(leak(&mut watch, "192.0.2.1", [0, 0, 0x5e, 0, 1, 52], 0), "another router's");
    assert_eq!(macs(&watch), [[0, 0, 0x5e, 0, 1, 52], OTHER]);
}

#[test]
fn a_backup_that_does_not_know_its_master_yet_blames_nobody_and_asks() {
    let mut watch = backup(None);
    assert!(!leak(&mut watch, "192.0.2.1", OTHER, 0));
    assert!(watch.found.is_empty());
    for _ in 0..TURNS {
        assert!(watch.turn().contains(&spot("192.0.2.252")), "each turn");
    }
    watch.heard("eth0", Claim { address: spot("192.0.2.252").1, mac: MASTER }, &look(), ms(1_000));
    assert!((0..TURNS).filter(|_| watch.turn().contains(&spot("192.0.2.252"))).count() == 1);
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 2_000));
}

#[test]
fn a_doubt_about_the_masters_address_is_one_about_the_master_too() {
    let mut watch = backup(Some(MASTER));
    watch.heard("eth0", claim(OTHER), &look(), ms(0));
    for _ in 0..TURNS {
        let asked = watch.turn();
        assert!(asked.contains(&spot("192.0.2.1")) && asked.contains(&spot("192.0.2.252")), "{asked:?}");
    }
    // another card of the same master
    watch.heard("eth0", Claim { address: spot("192.0.2.252").1, mac: OTHER }, &look(), ms(100));
    assert!(!watch.heard("eth0", claim(OTHER), &look(), ms(900)));
    assert!(watch.found.is_empty());
}

#[test]
fn who_hands_over_does_not_take_the_successor_for_a_leak() {
    let mut watch = watching(&["192.0.2.1"]);
    assert!(leak(&mut watch, "192.0.2.1", MASTER, 0), "both were master");
    watch.set(theirs(&["192.0.2.1"]), &look());
    watch.heard("eth0", Claim { address: spot("192.0.2.252").1, mac: MASTER }, &look(), ms(600));
    watch.forget(ms(700));
    assert_eq!(macs(&watch), [[0; 6]; 0]);
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 1_000));
    // and who takes over keeps what it knows
    watch.set(ours(&["192.0.2.1"]), &look());
    watch.forget(ms(1_600));
    assert_eq!(macs(&watch), [OTHER]);
}

#[test]
fn a_host_is_told_of_once_and_again_when_it_ends() {
    let mut watch = watching(&["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 0) && leak(&mut watch, "192.0.2.2", OTHER, 0));
    assert!(watch.wants_names());
    let interface = 2;
    let neighbour = |address: &str, mac| Neighbour { interface, address: spot(address).1, mac };
    watch.name(&[
        neighbour("fe80::8", OTHER),
        neighbour("192.0.2.2", OTHER),
        neighbour("192.0.2.8", OTHER),
        neighbour("192.0.2.9", MASTER),
    ]);
    let ips = vec![spot("192.0.2.8").1];
    let began = News::Began { mac: OTHER, ips: ips.clone(), spot: spot("192.0.2.1"), others: 1 };
    assert_eq!(watch.news(), [began]);
    assert_eq!(watch.of(spot("192.0.2.2").1).next().map(|duplicate| duplicate.ips), Some(ips));
    watch.turn();
    assert!(!watch.wants_names() && watch.news().is_empty());
    assert!(leak(&mut watch, "192.0.2.3", OTHER, 10_000));
    watch.forget(ms(65_000));
    assert_eq!(watch.news(), [], "it has one of them yet");
    watch.forget(ms(80_000));
    assert_eq!(watch.news(), [News::Ended { mac: OTHER, spot: spot("192.0.2.1") }]);
    assert_eq!(watch.news(), []);
}

#[test]
fn the_end_of_watching_is_no_news() {
    let mut watch = watching(&["192.0.2.1"]);
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 0));
    assert_eq!(watch.news().len(), 1);
    assert!(!watch.is_idle());
    watch.set(Guarded::new(), &look());
    watch.forget(ms(600));
    assert_eq!(watch.news(), []);
    assert!(watch.is_idle());
}

#[test]
fn a_link_local_address_names_where_there_is_no_other() {
    let mut watch = watching(&["192.0.2.1"]);
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 0));
    let neighbour = |address: &str| Neighbour { interface: 2, address: spot(address).1, mac: OTHER };
    watch.name(&[neighbour("fe80::8")]);
    let ips = |watch: &Watch| watch.of(spot("192.0.2.1").1).next().map(|duplicate| duplicate.ips).unwrap();
    assert_eq!(ips(&watch), [spot("fe80::8").1]);
    watch.name(&[]);
    assert_eq!(ips(&watch), [spot("fe80::8").1], "nobody spoke to it for a while");
    let many: Vec<Neighbour> = (1..=9).map(|last| neighbour(&format!("198.51.100.{last}"))).collect();
    watch.name(&many);
    assert_eq!(ips(&watch).len(), 4);
}

#[test]
fn never_more_than_fifty_questions_in_a_turn() {
    let many: Vec<String> = (0..1_000_u32).map(|n| format!("10.0.{}.{}", n / 250, n % 250)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut watch = Watch::new();
    assert_eq!(watch.set(ours(&many), &look()).len(), MOST_ASKED);
    assert_eq!(watch.set(ours(&many), &look()), []);
    for address in many.iter().take(200) {
        watch.heard("eth0", Claim { address: spot(address).1, mac: OTHER }, &look(), ms(0));
    }
    let turns: Vec<Vec<Spot>> = (0..40).map(|_| watch.turn()).collect();
    assert!(turns.iter().all(|turn| turn.len() <= MOST_ASKED));
    assert_eq!(turns.concat().into_iter().collect::<BTreeSet<_>>().len(), 1_000, "nobody is left out");
    let doubtful = spot(many[150]);
    assert!(turns.iter().take(12).filter(|turn| turn.contains(&doubtful)).count() >= 1, "doubts come sooner");
    let new: Vec<&str> = many.iter().copied().chain(["10.9.9.9"]).collect();
    assert!(watch.set(ours(&new), &look()).len() <= 1);
}

#[test]
fn three_hundred_are_asked_for_each_ten_seconds() {
    let many: Vec<String> = (0..300_u32).map(|n| format!("10.0.{}.{}", n / 250, n % 250)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut watch = Watch::new();
    watch.set(ours(&many), &look());
    let asked: Vec<Spot> = (0..TURNS).flat_map(|_| watch.turn()).collect();
    assert_eq!((asked.len(), asked.into_iter().collect::<BTreeSet<_>>().len()), (300, 300));
}

#[test]
fn a_master_with_two_cards_answers_by_both() {
    let mut watch = backup(Some(MASTER));
    watch.heard("eth0", Claim { address: spot("192.0.2.252").1, mac: OTHER }, &look(), ms(0));
    assert!(!leak(&mut watch, "192.0.2.1", OTHER, 0) && !leak(&mut watch, "192.0.2.1", MASTER, 0));
    // one of them is taken out, and given to another host
    watch.heard("eth0", Claim { address: spot("192.0.2.252").1, mac: MASTER }, &look(), ms(59_000));
    watch.forget(ms(60_000));
    assert!(!leak(&mut watch, "192.0.2.1", MASTER, 60_000));
    assert!(leak(&mut watch, "192.0.2.1", OTHER, 60_000));
}

#[test]
fn a_liar_does_not_take_the_masters_place_in_memory() {
    let mut watch = backup(Some(MASTER));
    for face in 0..=u8::MAX {
        watch.heard(
            "eth0",
            Claim { address: spot("192.0.2.252").1, mac: [2, 1, 1, 1, 1, face] },
            &look(),
            ms(0),
        );
    }
    assert_eq!(watch.seats.values().map(BTreeMap::len).sum::<usize>(), MOST_CARDS);
    assert!(!leak(&mut watch, "192.0.2.1", MASTER, 0));
}
