use kernel::address::Scope;

use super::*;

fn held(address: &str, interface: &str) -> Held {
    Held {
        address: address.parse().unwrap(),
        prefix: 32,
        interface: interface.into(),
        label: None,
        router: None,
        scope: Scope::Global,
    }
}

fn quiet() -> BTreeSet<String> {
    ["lo".to_owned()].into()
}

fn found(held: &Held) -> Address {
    Address {
        device: held.interface.clone(),
        address: held.address,
        prefix: held.prefix,
        label: None,
        scope: Some(Scope::Global),
        deprecated: false,
        secondary: false,
        tentative: false,
    }
}

fn lines(wanted: &[Held], owned: &[Held], observed: &[Address]) -> Vec<String> {
    diff(wanted, owned, observed, &quiet()).iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_to_do_when_all_is_there() {
    let vip = held("192.0.2.1", "eth0");
    assert_eq!(lines(std::slice::from_ref(&vip), &[], &[found(&vip)]), [""; 0]);
}

#[test]
fn an_address_that_moves_is_added_before_it_is_removed() {
    let (old, new) = (held("192.0.2.1", "eth0"), held("192.0.2.1", "eth1"));
    let observed = [found(&old)];
    assert_eq!(
        lines(&[new], &[old], &observed),
        ["ip address add 192.0.2.1/32 dev eth1", "ip address delete 192.0.2.1/32 dev eth0"]
    );
}

#[test]
fn an_address_that_is_not_ours_stays() {
    let stranger = held("192.0.2.9", "eth0");
    assert_eq!(lines(&[], &[], &[found(&stranger)]), [""; 0]);
}

#[test]
fn what_is_ours_but_already_gone_needs_nothing() {
    let gone = held("192.0.2.1", "eth0");
    assert_eq!(lines(&[], &[gone], &[]), [""; 0]);
}

#[test]
fn an_address_of_another_interface_is_not_put_on_two() {
    let (there, wanted) = (held("192.0.2.1", "eth1"), held("192.0.2.1", "eth0"));
    assert_eq!(lines(std::slice::from_ref(&wanted), &[], &[found(&there)]), [""; 0]);
    let words = conflict(&wanted, &[], &[found(&there)], &quiet()).unwrap();
    assert_eq!(words, "192.0.2.1 is already an address of eth1, it is not put on eth0 too");
}

#[test]
fn another_label_of_ours_is_put_right_and_a_strangers_is_not() {
    let ours = held("192.0.2.1", "eth0");
    let wanted = [Held { label: Some("eth0:1".into()), ..ours.clone() }];
    let observed = [found(&ours)];
    assert_eq!(
        lines(&wanted, std::slice::from_ref(&ours), &observed),
        ["ip address replace 192.0.2.1/32 dev eth0 label eth0:1"]
    );
    assert_eq!(lines(&wanted, &[], &observed), [""; 0]);
}
