use std::sync::Arc;

use kernel::address::Scope;
use vrrp::{Holding, RouterId, State};

use super::*;
use crate::exchange::Slot;
use crate::testing::router;

fn link(name: &str, up: bool, running: bool) -> Link {
    Link {
        index: if name == LOOPBACK { 1 } else { 7 },
        name: name.into(),
        loopback: name == LOOPBACK,
        noarp: false,
        up,
        running,
        dummy: false,
        mac: None,
        mtu: 1500,
    }
}

fn address(text: &str) -> Address {
    Address {
        device: "eth0".into(),
        address: text.parse().unwrap(),
        prefix: 24,
        label: None,
        scope: Some(Scope::Global),
        deprecated: false,
        secondary: false,
        tentative: false,
    }
}

fn stand_of(config: RouterConfig, look: &Look) -> Stand {
    stand_at(config, look, &mut Sources::default(), Duration::ZERO)
}

fn stand_at(config: RouterConfig, look: &Look, sources: &mut Sources, now: Duration) -> Stand {
    let slot = Slot {
        config: Arc::new(config),
        holding: Some(Holding::No),
        state: State::Backup,
        master: None,
        announce: 0,
        gone: false,
    };
    let mut members = Members::default();
    members.take([(RouterId(1), slot)].into(), Duration::ZERO);
    links(&members, &BTreeSet::new(), &[], &[], look, sources, now).stands.remove(&RouterId(1)).unwrap()
}

fn up(addresses: Vec<Address>) -> Look {
    Look::new(vec![link("eth0", true, true)], addresses)
}

fn fault(stand: &Stand) -> &str {
    stand.fault.as_deref().unwrap_or("none")
}

#[test]
fn the_source_is_the_first_address_that_is_no_vip() {
    let vip = address("192.0.2.100");
    let stand = stand_of(router(""), &up(vec![vip, address("192.0.2.1"), address("192.0.2.2")]));
    assert_eq!(stand.source, Some("192.0.2.1".parse().unwrap()));
    assert_eq!((stand.link.map(|link| link.index), fault(&stand)), (Some(7), "none"));
}

#[test]
fn an_owners_source_is_its_address() {
    let owner = router("priority = 255\n");
    assert_eq!(
        stand_of(owner, &up(vec![address("192.0.2.100")])).source,
        Some("192.0.2.100".parse().unwrap())
    );
}

#[test]
fn a_secondary_address_comes_last() {
    let secondary = Address { secondary: true, ..address("192.0.2.3") };
    let stand = stand_of(router(""), &up(vec![secondary.clone(), address("192.0.2.1")]));
    assert_eq!(stand.source, Some("192.0.2.1".parse().unwrap()));
    assert_eq!(stand_of(router(""), &up(vec![secondary])).source, Some("192.0.2.3".parse().unwrap()));
}

#[test]
fn a_configured_source_must_be_there() {
    let config = router("source = \"192.0.2.2\"\n");
    let stand = stand_of(config.clone(), &up(vec![address("192.0.2.1"), address("192.0.2.2")]));
    assert_eq!(stand.source, Some("192.0.2.2".parse().unwrap()));
    let stand = stand_of(config, &up(vec![address("192.0.2.1")]));
    assert_eq!((stand.source, fault(&stand)), (None, "source 192.0.2.2 is no address of this host"));
}

#[test]
fn each_trouble_of_an_interface_has_its_words() {
    let good = || vec![address("192.0.2.1")];
    let look = |up, running| Look::new(vec![link("eth0", up, running)], good());
    let missing = Look::new(vec![link(LOOPBACK, true, true)], Vec::new());
    let words = |look: &Look| stand_of(router(""), look).fault;
    assert_eq!(words(&missing).as_deref(), Some("interface eth0 is missing"));
    assert_eq!(words(&look(false, false)).as_deref(), Some("interface eth0 is down"));
    assert_eq!(words(&look(true, false)).as_deref(), Some("interface eth0 has no carrier"));
    assert_eq!(words(&look(true, true)), None);
    assert_eq!(words(&up(Vec::new())).as_deref(), Some("interface eth0 has no IPv4 address"));
    assert_eq!(
        words(&up(vec![address("192.0.2.100")])).as_deref(),
        Some("interface eth0 has no IPv4 address")
    );
}

#[test]
fn ipv6_speaks_from_a_link_local_address_that_can_be_used() {
    let config = v6_router();
    let tentative = Address { tentative: true, ..address("fe80::1") };
    let global = || address("2001:db8::1");
    let stand = stand_of(config.clone(), &up(vec![global(), tentative.clone()]));
    assert_eq!(fault(&stand), "interface eth0 has no link-local IPv6 address");
    let stand = stand_of(config, &up(vec![global(), tentative, address("fe80::2")]));
    assert_eq!(stand.source, Some("fe80::2".parse().unwrap()));
}

#[test]
fn tracked_interfaces_are_up_with_a_carrier() {
    let tracked = ["eth0".to_owned(), "eth9".to_owned()].into();
    let told = |running| {
        let look = Look::new(vec![link("eth0", true, running)], Vec::new());
        let members = Members::default();
        links(&members, &tracked, &[], &[], &look, &mut Sources::default(), Duration::ZERO).tracked
    };
    assert_eq!(told(true), [("eth0".to_owned(), true), ("eth9".to_owned(), false)].into());
    assert_eq!(told(false), [("eth0".to_owned(), false), ("eth9".to_owned(), false)].into());
}

#[test]
fn only_what_is_still_on_its_interface_is_left_over() {
    let config = router("");
    let vip = config.addresses.first().unwrap();
    let earlier = [Held::of_router("VI_1", vip), Held::silent("VI_2", vip)];
    let there = Address { prefix: 32, ..address("192.0.2.100") };
    let silent = Address { device: LOOPBACK.into(), ..there.clone() };
    let left = |addresses| {
        let (members, mut sources) = (Members::default(), Sources::default());
        let look = up(addresses);
        links(&members, &BTreeSet::new(), &[], &earlier, &look, &mut sources, Duration::ZERO).leftover
    };
    assert_eq!(left(vec![there]), ["VI_1".to_owned()].into());
    assert_eq!(left(vec![silent]), BTreeSet::new());
    assert_eq!(left(Vec::new()), BTreeSet::new());
}

#[test]
fn a_source_that_goes_stays_for_two_intervals() {
    let mut sources = Sources::default();
    let mut at = |look: &Look, ms| {
        let now = Duration::from_millis(ms);
        let stand = stand_at(router("advert_interval = \"700ms\"\n"), look, &mut sources, now);
        (
            stand.source.map(|source| source.to_string()),
            fault(&stand).to_owned(),
            sources.due(),
            sources.news(),
        )
    };
    let (there, gone) = (up(vec![address("192.0.2.1")]), up(vec![address("192.0.2.100")]));
    let (is, no_fault) = (Some("192.0.2.1".to_owned()), "none".to_owned());
    assert_eq!(at(&there, 0), (is.clone(), no_fault.clone(), None, Vec::new()));
    let due = Some(Duration::from_millis(1_500));
    let told = "192.0.2.1, from which VI_1 sends its adverts, has gone from eth0: it stays their source for 1.4s, and a fault \
                follows if it is not back";
    assert_eq!(at(&gone, 100), (is.clone(), no_fault.clone(), due, vec![told.to_owned()]));
    assert_eq!(at(&gone, 1_499), (is.clone(), no_fault.clone(), due, Vec::new()));
    let fault = "interface eth0 has no IPv4 address".to_owned();
    assert_eq!(at(&gone, 1_500), (None, fault.clone(), None, Vec::new()));
    assert_eq!(at(&gone, 1_600), (None, fault, None, Vec::new()));
    assert_eq!(at(&there, 1_700), (is, no_fault, None, Vec::new()));
}

#[test]
fn a_source_that_is_back_in_time_goes_on_as_if_nothing_had_been() {
    let mut sources = Sources::default();
    let mut at = |look: &Look, seconds| {
        let stand = stand_at(router(""), look, &mut sources, Duration::from_secs(seconds));
        (stand.source, stand.fault, sources.due())
    };
    let (there, gone) = (up(vec![address("192.0.2.1")]), up(Vec::new()));
    let source = Some("192.0.2.1".parse().unwrap());
    assert_eq!(at(&there, 10), (source, None, None));
    assert_eq!(at(&gone, 20), (source, None, Some(Duration::from_secs(21))));
    assert_eq!(at(&there, 20), (source, None, None));
    assert_eq!(at(&gone, 30), (source, None, Some(Duration::from_secs(31))), "it counts anew");
}

fn v6_router() -> RouterConfig {
    let mut config = router("");
    for virtual_ in &mut config.addresses {
        (virtual_.address, virtual_.prefix) = ("2001:db8::100".parse().unwrap(), 128);
    }
    config
}

#[test]
fn a_source_that_is_back_is_waited_for_while_the_kernel_looks_for_duplicates() {
    let mut sources = Sources::default();
    let mut at = |look: &Look, ms| {
        let stand = stand_at(v6_router(), look, &mut sources, Duration::from_millis(ms));
        (stand.source.is_some(), sources.due().map(|due| due.as_millis()), sources.news().len())
    };
    let (there, gone) = (up(vec![address("fe80::1")]), up(Vec::new()));
    let back = up(vec![Address { tentative: true, ..address("fe80::1") }]);
    assert_eq!(at(&there, 0), (true, None, 0));
    assert_eq!(at(&gone, 1_000), (true, Some(2_000), 1));
    assert_eq!(at(&back, 1_900), (true, Some(4_400), 0));
    assert_eq!(at(&back, 2_500), (true, Some(4_400), 0), "once");
    assert_eq!(at(&gone, 2_600), (true, Some(4_400), 0));
    assert_eq!(at(&back, 2_700), (true, Some(4_400), 0), "once");
    assert_eq!(at(&there, 3_500), (true, None, 0));
    assert_eq!(at(&back, 5_000), (true, Some(7_500), 1), "taken off and put back between two looks; anew");
    assert_eq!(at(&back, 7_499), (true, Some(7_500), 0));
    assert_eq!(at(&back, 7_500), (false, None, 0), "another host has it");
    assert_eq!(at(&back, 7_600), (false, None, 0));
}

#[test]
fn a_source_that_is_back_too_late_or_elsewhere_is_a_fault() {
    let back = || Address { tentative: true, ..address("fe80::1") };
    let source_at = |then: Address, ms| {
        let mut sources = Sources::default();
        let mut at = |addresses, ms| {
            stand_at(v6_router(), &up(addresses), &mut sources, Duration::from_millis(ms)).source
        };
        at(vec![address("fe80::1")], 0);
        at(Vec::new(), 0);
        at(vec![then.clone()], ms);
        at(vec![then], 1_500)
    };
    assert_eq!(source_at(back(), 900), Some("fe80::1".parse().unwrap()));
    assert_eq!(source_at(back(), 1_100), None, "it had ended");
    assert_eq!(source_at(Address { address: "fe80::2".parse().unwrap(), ..back() }, 900), None);
    assert_eq!(source_at(Address { device: "eth1".into(), ..back() }, 900), None);
}

#[test]
fn another_address_takes_over_at_once() {
    let mut sources = Sources::default();
    let mut at = |addresses| stand_at(router(""), &up(addresses), &mut sources, Duration::ZERO).source;
    assert_eq!(at(vec![address("192.0.2.1")]), Some("192.0.2.1".parse().unwrap()));
    assert_eq!(at(vec![address("192.0.2.9")]), Some("192.0.2.9".parse().unwrap()));
    assert_eq!(at(Vec::new()), Some("192.0.2.9".parse().unwrap()));
}

#[test]
fn a_source_is_not_kept_over_what_says_nothing_of_it() {
    let there = up(vec![address("192.0.2.1"), address("192.0.2.2")]);
    let lost = |config: &str, look: &Look, then: Option<Look>| {
        let mut sources = Sources::default();
        stand_at(router(config), &there, &mut sources, Duration::ZERO);
        stand_at(router(config), look, &mut sources, Duration::ZERO);
        let then = then.unwrap_or_else(|| up(Vec::new()));
        stand_at(router(""), &then, &mut sources, Duration::ZERO).source
    };
    let is = Some("192.0.2.1".parse().unwrap());
    assert_eq!(lost("", &there, None), is);
    let down = Look::new(vec![link("eth0", false, false)], vec![address("192.0.2.1")]);
    assert_eq!(lost("", &down, None), None, "the interface was down");
    assert_eq!(lost("", &Look::default(), None), None, "the interface was away");
    let other = Link { index: 8, ..link("eth0", true, true) };
    assert_eq!(
        lost("", &there, Some(Look::new(vec![other], Vec::new()))),
        None,
        "another interface of that name"
    );
    assert_eq!(lost("source = \"192.0.2.2\"\n", &there, None), None, "another source was asked for");
}

#[test]
fn routers_that_go_are_forgotten() {
    let mut sources = Sources::default();
    stand_at(router(""), &up(vec![address("192.0.2.1")]), &mut sources, Duration::ZERO);
    stand_at(router(""), &up(Vec::new()), &mut sources, Duration::ZERO);
    assert_eq!(sources.due(), Some(Duration::from_secs(1)));
    links(&Members::default(), &BTreeSet::new(), &[], &[], &up(Vec::new()), &mut sources, Duration::ZERO);
    assert_eq!(sources.due(), None);
}
