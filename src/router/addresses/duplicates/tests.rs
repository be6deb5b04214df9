use kernel::address::Link;

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

fn watching(addresses: &[&str]) -> Watch {
    let mut watch = Watch::new();
    let new = watch.set(addresses.iter().map(|address| spot(address)).collect(), &look());
    assert_eq!(new.len(), addresses.len());
    watch
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
    assert_eq!(found, [(OTHER, Duplicate { since: ms(0), last: ms(900), is_sure: true })]);
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
    watch.set(BTreeSet::new(), &look());
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
