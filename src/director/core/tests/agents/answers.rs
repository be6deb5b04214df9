//! What agents that drain hear, and when.

use watch::{Confirm, Held};

use super::*;

impl Rig {
    /// Hands the patches to the worker as order `order`.
    fn hand_over(&mut self, order: u64) {
        self.core.take_patches();
        self.core.ask_confirms(order, "LVS01");
    }

    /// What is said while the kernel has acknowledged every order up to this one.
    fn said(&mut self, written: u64) -> Vec<(SocketAddr, Confirm)> {
        std::iter::from_fn(|| self.core.poll_confirm(|order, _| order <= written)).collect()
    }

    fn said_of(&mut self, vip: &str, written: u64) -> Option<(u64, Held)> {
        let mut said = self.said(written);
        assert!(said.len() < 2, "{said:?}");
        let (_, confirm) = said.pop()?;
        assert_eq!(confirm.director, "LVS01");
        let vip: IpAddr = vip.parse().unwrap();
        Some((confirm.seq, confirm.vips[&vip]))
    }
}

fn state(rig: &mut Rig, tells: Tells) {
    rig.news("192.0.2.2", News::State(Box::new(tells.0)));
}

#[test]
fn a_drain_is_confirmed_when_the_kernel_has_acknowledged_it_and_not_before() {
    let mut rig = Rig::settled("");
    rig.hand_over(3);
    assert_eq!(rig.said(9), []);
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Quiescing, 5).seq(7));
    rig.hand_over(4);
    assert!(rig.core.has_confirms());
    assert_eq!(rig.said_of(WEB_VIP, 3), None, "not written");
    assert_eq!(rig.said_of(WEB_VIP, 4), Some((7, Held::Quiesced)));
    assert!(!rig.core.has_confirms());
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Leaving, 0).seq(9));
    rig.hand_over(5);
    assert_eq!(rig.said_of(WEB_VIP, 4), None);
    assert_eq!(rig.said_of(WEB_VIP, 5), Some((9, Held::Gone)));
    state(&mut rig, tells().seq(10));
    rig.hand_over(6);
    assert_eq!(rig.said(9), [], "nothing drains");
}

#[test]
fn counts_of_connections_are_not_answered_each() {
    let mut rig = Rig::settled("");
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Draining, 5).seq(7));
    rig.hand_over(4);
    assert_eq!(rig.said_of(WEB_VIP, 4), Some((7, Held::Quiesced)));
    for seq in 8..20 {
        state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Draining, 20 - seq).seq(seq));
        rig.hand_over(4);
        assert_eq!(rig.said(4), []);
    }
    // while the agent waits for directors each state is answered
    for seq in 20..23 {
        state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Leaving, 0).seq(seq));
        rig.hand_over(5);
        assert_eq!(rig.said_of(WEB_VIP, 5), Some((seq, Held::Gone)));
    }
}

#[test]
fn a_director_without_that_vip_says_that_it_is_gone() {
    let mut rig = Rig::settled_with(&format!("[agents]\nport = 9781\n{BASE}"), &["192.0.2.1", "192.0.2.2"]);
    state(&mut rig, tells().drains(SHOP_VIP, DrainPhase::Quiescing, 5).seq(2));
    rig.hand_over(1);
    assert_eq!(rig.said_of(SHOP_VIP, 1), Some((2, Held::Gone)));
}

#[test]
fn a_service_that_does_not_follow_the_agent_goes_on_and_is_told_so() {
    let unheard = SECOND.replace("name = \"shop\"", "name = \"shop\"\nagent = \"off\"");
    let second = unheard.replace("192.0.2.101:80", "192.0.2.100:81");
    let text = format!("[agents]\nport = 9781\n{BASE}{second}");
    let mut rig = Rig::settled_with(&text, &["192.0.2.1", "192.0.2.2"]);
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Quiescing, 5).seq(2));
    rig.hand_over(1);
    assert_eq!(rig.said_of(WEB_VIP, 1), Some((2, Held::Serving)));
    rig.core.drain("192.0.2.2".parse().unwrap(), true);
    rig.hand_over(2);
    assert_eq!(rig.said_of(WEB_VIP, 2), Some((2, Held::Quiesced)));
}

#[test]
fn a_stream_that_is_new_hears_it_again() {
    let mut rig = Rig::settled("");
    let draining = || tells().drains(WEB_VIP, DrainPhase::Draining, 1).seq(4);
    state(&mut rig, draining());
    rig.hand_over(1);
    assert_eq!(rig.said(1).len(), 1);
    rig.news("192.0.2.2", News::Lost("closed".into()));
    state(&mut rig, draining());
    rig.hand_over(1);
    assert_eq!(rig.said_of(WEB_VIP, 1), Some((4, Held::Quiesced)));
}

#[test]
fn a_service_that_is_not_installed_here_has_nobody_in_its_table() {
    let text = format!("{BY_MASTER}[agents]\nport = 9781\n{BASE}{SECOND}");
    let mut rig = Rig::settled_with(&text, &["192.0.2.1", "192.0.2.2"]);
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Quiescing, 1));
    rig.hand_over(1);
    assert_eq!(rig.said_of(WEB_VIP, 1), Some((1, Held::Gone)));
    rig.become_(vrrp::State::Master, vrrp::State::Backup);
    rig.hand_over(2);
    assert_eq!(rig.said_of(WEB_VIP, 2), Some((1, Held::Quiesced)));
}

#[test]
fn a_host_that_is_the_sorry_server_is_not_gone_while_it_serves_as_that() {
    let sorry = "name = \"web\"\nsorry_server = \"192.0.2.2:80\"";
    let base =
        BASE.replace("name = \"web\"", sorry).replace("[[service.real]]\naddress = \"192.0.2.2\"\n", "");
    let mut rig =
        Rig::settled_with(&format!("[agents]\nport = 9781\n{base}{SECOND}"), &["192.0.2.1", "192.0.2.2"]);
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Quiescing, 1).seq(2));
    rig.hand_over(1);
    assert_eq!(rig.said_of(WEB_VIP, 1), Some((2, Held::Gone)), "nobody needs it");
    rig.dead = vec!["192.0.2.1"];
    rig.pass(SECOND_LONG);
    // what `pass` took is handed over now
    state(&mut rig, tells().drains(WEB_VIP, DrainPhase::Leaving, 0).seq(3));
    rig.hand_over(2);
    assert_eq!(rig.said_of(WEB_VIP, 2), Some((3, Held::Serving)));
}
