use std::sync::Arc;

use kernel::address::{Address, Link, Scope};

use super::super::sources::Seen;
use super::*;
use crate::exchange::LinkId;
use crate::testing::router;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn slot(holding: Option<Holding>) -> Slot {
    let config = Arc::new(router(""));
    Slot { config, holding, state: State::Master, master: None, announce: 0, gone: false }
}

fn members(slots: Vec<Slot>) -> Members {
    let mut members = Members { is_complete: true, ..Members::default() };
    members.take((1..).map(RouterId).zip(slots).collect(), ms(0));
    members.open(&Gate::All, ms(0));
    members
}

fn on(device: &str, address: &str) -> Address {
    Address {
        device: device.into(),
        address: address.parse().unwrap(),
        prefix: 32,
        label: None,
        scope: Some(Scope::Global),
        deprecated: false,
        secondary: false,
        tentative: false,
    }
}

fn look(addresses: Vec<Address>) -> Look {
    let link = |index, name: &str| Link {
        index,
        name: name.into(),
        loopback: name == LOOPBACK,
        noarp: false,
        up: true,
        running: true,
        dummy: false,
        mac: None,
        mtu: 1500,
    };
    Look::new(vec![link(1, LOOPBACK), link(2, "eth0"), link(3, "eth1")], addresses)
}

fn at_home() -> Held {
    let config = router("");
    Held::of_router("VI_1", config.addresses.first().unwrap())
}

fn on_lo() -> Held {
    Held::silent("VI_1", router("").addresses.first().unwrap())
}

#[test]
fn an_address_is_where_its_router_says() {
    let nothing = look(Vec::new());
    let wanted = |holding| members(vec![slot(Some(holding))]).wanted(&[], &[], &nothing);
    assert_eq!(wanted(Holding::Yes), [at_home()]);
    assert_eq!(wanted(Holding::Silent), [on_lo()]);
    assert_eq!(wanted(Holding::No), []);
}

#[test]
fn what_is_not_decided_stays_where_it_is() {
    let owned = [at_home()];
    let there = look(vec![on("eth0", "192.0.2.100")]);
    assert_eq!(members(vec![slot(None)]).wanted(&[], &owned, &there), owned);
    assert_eq!(members(vec![slot(None)]).wanted(&[], &owned, &look(Vec::new())), []);
    assert_eq!(members(vec![slot(None)]).wanted(&[], &[], &there), [], "a stranger's");
}

#[test]
fn what_goes_with_the_source_is_not_put_back_before_it() {
    let (nothing, there) = (look(Vec::new()), look(vec![on("eth0", "192.0.2.100")]));
    let mut members = members(vec![slot(Some(Holding::Yes))]);
    let mut sources = Sources::default();
    let mut with_source = |usable: Option<&str>| {
        let seen = Seen { usable: usable.map(|text| text.parse().unwrap()), look: &nothing };
        let link = LinkId { index: 2, mac: None };
        sources.of(RouterId(1), &router(""), link, seen, ms(0));
        members.stand(&BTreeMap::new(), &sources);
        (members.wanted(&[], &[], &nothing), members.wanted(&[], &[], &there))
    };
    assert_eq!(with_source(Some("192.0.2.1")), (vec![at_home()], vec![at_home()]));
    assert_eq!(with_source(None), (Vec::new(), vec![at_home()]));
    assert_eq!(with_source(Some("192.0.2.1")), (vec![at_home()], vec![at_home()]));
}

#[test]
fn before_the_configuration_is_known_nothing_of_an_earlier_run_is_nobodys() {
    let owned = [at_home()];
    let there = look(vec![on("eth0", "192.0.2.100")]);
    assert_eq!(Members::default().wanted(&[], &owned, &there), owned);
    assert_eq!(members(Vec::new()).wanted(&[], &owned, &there), []);
}

#[test]
fn an_address_of_two_routers_is_where_the_new_master_has_it() {
    let both = [Some(Holding::Silent), Some(Holding::Yes)];
    let nothing = look(Vec::new());
    for order in [both, [both[1], both[0]]] {
        let members = members(order.into_iter().map(slot).collect());
        assert_eq!(members.wanted(&[], &[], &nothing), [at_home()]);
    }
}

#[test]
fn addresses_wait_for_their_services_but_not_for_ever() {
    let mut members = Members { is_complete: true, ..Members::default() };
    members.take([(RouterId(1), slot(Some(Holding::Yes)))].into(), ms(100));
    let (closed, open) = (Gate::Only(BTreeSet::new()), Gate::Only(["VI_1".to_owned()].into()));
    members.open(&closed, ms(100));
    assert_eq!(members.wanted(&[], &[], &look(Vec::new())), []);
    assert_eq!(members.opens_at(), Some(ms(1_100)));
    members.open(&closed, ms(1_099));
    assert_eq!(members.wanted(&[], &[], &look(Vec::new())), []);
    let mut patient = Members { is_complete: true, ..Members::default() };
    patient.take([(RouterId(1), slot(Some(Holding::Yes)))].into(), ms(100));
    patient.open(&closed, ms(1_100));
    assert_eq!(patient.wanted(&[], &[], &look(Vec::new())), [at_home()]);
    members.open(&open, ms(1_099));
    assert_eq!(members.wanted(&[], &[], &look(Vec::new())), [at_home()]);
    assert_eq!(members.opens_at(), None);
    members.open(&closed, ms(2_000));
    assert_eq!(members.wanted(&[], &[], &look(Vec::new())), [at_home()], "through is through");
    members.take([(RouterId(1), slot(Some(Holding::No)))].into(), ms(3_000));
    members.take([(RouterId(1), slot(Some(Holding::Yes)))].into(), ms(4_000));
    members.open(&closed, ms(4_000));
    assert_eq!(members.opens_at(), Some(ms(5_000)), "the next time is a new one");
}

#[test]
fn a_burst_is_announced_when_the_addresses_are_there() {
    let mut members = members(vec![Slot { announce: 5, ..slot(Some(Holding::Yes)) }]);
    let there = look(vec![on("eth0", "192.0.2.100")]);
    assert_eq!(members.announcements(&[], &there), [(at_home(), 5)]);
    assert_eq!(members.announcements(&[], &there), [], "once");
    let usual = router("").announcing.repeat;
    assert_eq!(members.announcements(&[at_home()], &there), [(at_home(), usual)], "it was put back");
}

#[test]
fn a_burst_waits_with_its_addresses_and_dies_with_them() {
    let mut members = Members { is_complete: true, ..Members::default() };
    let there = look(vec![on("eth0", "192.0.2.100")]);
    let due = Slot { announce: 3, ..slot(Some(Holding::Yes)) };
    members.take([(RouterId(1), due.clone())].into(), ms(0));
    assert_eq!(members.announcements(&[], &there), []);
    members.take([(RouterId(1), slot(Some(Holding::Yes)))].into(), ms(1));
    members.open(&Gate::All, ms(1));
    assert_eq!(members.announcements(&[], &there), [(at_home(), 3)]);
    members.take([(RouterId(1), due)].into(), ms(2));
    members.take([(RouterId(1), slot(Some(Holding::No)))].into(), ms(3));
    members.take([(RouterId(1), slot(Some(Holding::Yes)))].into(), ms(4));
    members.open(&Gate::All, ms(4));
    assert_eq!(members.announcements(&[], &there), []);
}

#[test]
fn the_end_takes_every_routers_addresses() {
    let mut members = members(vec![slot(Some(Holding::Yes)), slot(None)]);
    members.is_over = true;
    members.take(BTreeMap::new(), ms(1));
    assert_eq!(members.wanted(&[], &[at_home()], &look(vec![on("eth0", "192.0.2.100")])), []);
}

#[test]
fn while_an_address_is_on_lo_its_interfaces_are_silent() {
    let members = members(vec![slot(Some(Holding::Silent))]);
    assert_eq!(members.silent_interfaces(&[on_lo()]), ["eth0".to_owned()].into());
    assert_eq!(members.silent_interfaces(&[at_home()]), BTreeSet::new());
}

#[test]
fn an_address_of_another_interface_is_in_the_way_and_one_of_lo_is_not() {
    let members = members(vec![slot(Some(Holding::No))]);
    let member = members.values().next().unwrap();
    let conflict = |device| {
        let look = look(vec![on(device, "192.0.2.100")]);
        member.conflict(&[], &look, &look.quiet())
    };
    assert_eq!(
        conflict("eth1").as_deref(),
        Some("192.0.2.100 is already an address of eth1, it is not put on eth0 too")
    );
    assert_eq!(conflict(LOOPBACK), None);
    assert_eq!(conflict("eth0"), None);
}

#[test]
fn an_address_that_somebody_else_put_is_told_of_where_the_router_holds_none() {
    let there = look(vec![on("eth0", "192.0.2.100")]);
    let strangers =
        |holding, owned: &[Held]| members(vec![slot(Some(holding))]).strangers(owned, &there).len();
    assert_eq!(strangers(Holding::No, &[]), 1);
    assert_eq!(strangers(Holding::No, &[at_home()]), 0);
    assert_eq!(strangers(Holding::Yes, &[]), 0);
    let elsewhere = look(vec![on("eth1", "192.0.2.100"), on("eth0", "192.0.2.99")]);
    let told = members(vec![slot(Some(Holding::No))]).strangers(&[], &elsewhere);
    assert_eq!(told, BTreeSet::new());
    let owner = Slot { config: Arc::new(router("priority = 255\n")), ..slot(Some(Holding::No)) };
    assert_eq!(members(vec![owner]).strangers(&[], &there), BTreeSet::new());
}
