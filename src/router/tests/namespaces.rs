//! A router on real sockets, addresses and ARP, against a peer that the test speaks for, each in a network namespace of its
//! own. Without the right to make one (root) these do nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hosts;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use config::director::VrrpConfig;
use daemon::clock::Clock;
use hosts::{Peer, Scratch, VIP, arp_ignore, ip, output, pair, places, until};
use lvs_router::Router;
use programs::Notices;
use tokio::time::sleep;
use vrrp::{Readiness, State};

fn config(more: &str) -> VrrpConfig {
    let text = format!(
        "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\npriority = 150\naddresses = [\"{VIP}\"]\n{more}"
    );
    config::director::parse(&text).unwrap().0.vrrp
}

fn start(scratch: &Scratch, config: &VrrpConfig) -> Router {
    let router = Router::start(&scratch.dir(), Clock::start(), config, &[], &Notices::new()).unwrap();
    router.set_readiness(Readiness::Serving);
    router
}

fn state(router: &Router) -> Option<State> {
    router.roles().get("VI_1").copied()
}

async fn becomes(router: &Router, wanted: State) {
    until(&format!("it is {wanted}"), || state(router) == Some(wanted)).await;
}

/// Master, and its address there.
async fn master(scratch: &Scratch, config: &VrrpConfig) -> Router {
    let router = start(scratch, config);
    becomes(&router, State::Master).await;
    until("the VIP is there", || places() == ["eth0"]).await;
    router
}

/// Runs a test on the host of the router.
fn on<F: Future<Output = ()>>(test: &'static str, body: impl FnOnce(Scratch, Peer) -> F + Send + 'static) {
    if let Some((here, peer)) = pair(test) {
        here.wait(move || body(Scratch::new(test), peer));
    }
}

#[test]
fn a_master_advertises_then_has_its_address_then_announces_it() {
    on("announces", |scratch, peer| async move {
        let router = start(&scratch, &config(""));
        peer.hears(150).await;
        let heard = Instant::now();
        until("it is announced", || !peer.claims().is_empty()).await;
        assert!(heard.elapsed() < Duration::from_millis(500), "{:?}", heard.elapsed());
        assert_eq!(places(), ["eth0"]);
        let mut moved = Vec::new();
        while moved.len() < 2 {
            moved.extend(router.next().await.iter().map(|moved| moved.transition.to));
        }
        assert_eq!(moved, [State::Backup, State::Master]);
        let status = router.status();
        let [one] = &status.routers[..] else { panic!("{status:?}") };
        assert_eq!((one.state.as_str(), one.source.as_deref()), ("master", Some("10.0.0.1")));
        assert!(one.addresses[0].held && one.adverts_sent > 0, "{one:?}");
    });
}

#[test]
fn a_source_that_is_away_for_a_moment_is_no_fault() {
    on("away", |scratch, peer| async move {
        let router = master(&scratch, &config("advert_interval = \"2s\"\n")).await;
        let sent = || router.status().routers[0].adverts_sent;
        // fails where addresses are put back as fast as they go
        ip("address flush dev eth0");
        let before = sent();
        until("an advert leaves meanwhile", || sent() > before).await;
        peer.hears(150).await;
        assert_eq!(router.status().routers[0].error, None, "it left");
        ip("address add 10.0.0.1/24 dev eth0");
        let known = sent();
        until("adverts go on", || sent() > known + 1).await;
        until("its address is back too", || !places().is_empty()).await;
        assert_eq!((state(&router), places()), (Some(State::Master), vec!["eth0".to_owned()]));
        let moved: Vec<State> = router.next().await.iter().map(|moved| moved.transition.to).collect();
        assert_eq!(moved, [State::Backup, State::Master], "no fault in between");
    });
}

#[test]
fn who_leaves_serves_in_silence_until_the_successor_has_settled() {
    on("leaves", |scratch, peer| async move {
        let router = master(&scratch, &config("")).await;
        let leave = async { router.hand_over().await };
        let look = async {
            peer.hears(0).await;
            assert_eq!(places(), ["eth0"], "nobody has taken over");
            peer.says(100);
            until("the address moves to lo", || places() == ["lo"]).await;
            assert_eq!(arp_ignore("eth0"), "1");
            assert!(!peer.is_answered());
        };
        tokio::join!(leave, look);
        assert_eq!(places(), [""; 0]);
        assert_eq!(arp_ignore("eth0"), "0");
    });
}

#[test]
fn who_leaves_without_a_successor_goes_in_the_end() {
    on("alone", |scratch, _peer| async move {
        let router = master(&scratch, &config("")).await;
        let begun = Instant::now();
        router.hand_over().await;
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        assert_eq!(places(), [""; 0]);
    });
}

#[test]
fn who_is_told_twice_to_stop_goes_at_once() {
    on("hurry", |scratch, peer| async move {
        let router = master(&scratch, &config("")).await;
        let handing_over = async { router.hand_over().await };
        let patience = tokio::time::timeout(Duration::from_millis(100), handing_over);
        assert!(patience.await.is_err(), "nobody has taken over");
        assert!(!router.is_empty_handed());
        peer.hears(0).await;
        router.let_go().await;
        assert!(router.is_empty_handed());
        assert_eq!(places(), [""; 0]);
    });
}

#[test]
fn a_router_that_was_taken_out_still_has_its_address_while_it_leaves() {
    on("taken_out", |scratch, _peer| async move {
        let router = master(&scratch, &config("")).await;
        router.set(&VrrpConfig::default(), &[]);
        sleep(Duration::from_millis(100)).await;
        assert!(!router.is_empty_handed());
        router.hand_over().await;
        assert!(router.is_empty_handed());
        assert_eq!(places(), [""; 0]);
    });
}

#[test]
fn an_address_that_is_taken_off_is_put_back_and_announced() {
    on("put_back", |scratch, peer| async move {
        let _router = master(&scratch, &config("")).await;
        until("it is announced", || !peer.claims().is_empty()).await;
        sleep(Duration::from_millis(100)).await;
        peer.claims();
        ip(&format!("address del {VIP}/32 dev eth0"));
        until("it is there", || places() == ["eth0"]).await;
        until("it is announced", || !peer.claims().is_empty()).await;
    });
}

#[test]
fn an_interface_without_its_address_is_a_fault_until_it_is_back() {
    on("flushed", |scratch, peer| async move {
        let router = master(&scratch, &config("")).await;
        ip("address flush dev eth0");
        becomes(&router, State::Fault).await;
        until("the VIP is gone", || places().is_empty()).await;
        assert_eq!(router.status().routers[0].faults[0], "interface eth0 has no IPv4 address");
        let before = router.freshness_needed();
        ip("address add 10.0.0.1/24 dev eth0");
        becomes(&router, State::Master).await;
        assert!(router.freshness_needed() > before, "checks from before the fault do not count");
        peer.hears(150).await;
    });
}

#[test]
fn an_interface_may_be_missing_and_come_back() {
    on("missing", |scratch, peer| async move {
        ip("link del eth0");
        let router = start(&scratch, &config(""));
        becomes(&router, State::Fault).await;
        assert_eq!(router.status().routers[0].faults[0], "interface eth0 is missing");
        let peer = peer.rejoined(nix::unistd::gettid().as_raw());
        ip("link set eth0 up");
        ip("address add 10.0.0.1/24 dev eth0");
        becomes(&router, State::Master).await;
        peer.hears(150).await;
        ip("link del eth0");
        becomes(&router, State::Fault).await;
        let peer = peer.rejoined(nix::unistd::gettid().as_raw());
        ip("link set eth0 up");
        ip("address add 10.0.0.1/24 dev eth0");
        peer.hears(150).await;
        until("the VIP is there", || places() == ["eth0"]).await;
    });
}

#[test]
fn a_short_restart_goes_on_as_master() {
    on("resumes", |scratch, _peer| async move {
        let slow = config("advert_interval = \"2s\"\n");
        let router = master(&scratch, &slow).await;
        drop(router);
        sleep(Duration::from_millis(200)).await;
        assert_eq!(places(), ["eth0"], "a daemon that ends leaves everything as it is");
        let begun = Instant::now();
        let router = start(&scratch, &slow);
        becomes(&router, State::Master).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let moved = router.next().await;
        assert_eq!(moved.last().unwrap().transition.reason, vrrp::Reason::Resumed);
        assert_eq!(places(), ["eth0"]);
    });
}

#[test]
fn what_an_earlier_run_left_is_kept_until_another_master_is_heard() {
    on("leftover", |scratch, peer| async move {
        let slow = config("advert_interval = \"1s\"\n");
        drop(master(&scratch, &slow).await);
        sleep(Duration::from_millis(2_200)).await;
        let router = start(&scratch, &slow);
        becomes(&router, State::Backup).await;
        sleep(Duration::from_millis(300)).await;
        assert_eq!(places(), ["eth0"]);
        // again and again, as masters do: one advert may be lost
        let is_gone = || {
            peer.says(200);
            places().is_empty()
        };
        until("the VIP is gone", is_gone).await;
        assert_eq!(state(&router), Some(State::Backup));
    });
}

#[test]
fn an_address_of_another_interface_is_a_fault() {
    on("conflict", |scratch, _peer| async move {
        ip("link add eth1 type veth peer name eth2");
        ip("link set eth1 up");
        ip(&format!("address add {VIP}/32 dev eth1"));
        let router = start(&scratch, &config(""));
        becomes(&router, State::Fault).await;
        let status = router.status();
        let words = "10.0.0.100 is already an address of eth1, it is not put on eth0 too";
        assert_eq!(status.routers[0].faults, [words]);
        ip(&format!("address del {VIP}/32 dev eth1"));
        becomes(&router, State::Master).await;
        until("the VIP is there", || places() == ["eth0"]).await;
    });
}

#[test]
fn addresses_wait_at_the_gate_but_not_for_ever() {
    on("gate", |scratch, peer| async move {
        let config = config("");
        let router = Router::start(&scratch.dir(), Clock::start(), &config, &[], &Notices::new()).unwrap();
        router.set_gate(Some(BTreeSet::new()));
        router.set_readiness(Readiness::Serving);
        becomes(&router, State::Master).await;
        sleep(Duration::from_millis(300)).await;
        assert!(places().is_empty() && peer.claims().is_empty());
        router.set_gate(Some(["VI_1".to_owned()].into()));
        let opened = Instant::now();
        until("the VIP is there", || places() == ["eth0"]).await;
        assert!(opened.elapsed() < Duration::from_millis(300), "{:?}", opened.elapsed());
        until("it is announced", || !peer.claims().is_empty()).await;
        router.hand_over().await;
        drop(router);
        let router = Router::start(&scratch.dir(), Clock::start(), &config, &[], &Notices::new()).unwrap();
        router.set_gate(Some(BTreeSet::new()));
        router.set_readiness(Readiness::Serving);
        until("patience ends", || places() == ["eth0"]).await;
    });
}

#[test]
fn another_host_that_answers_for_the_address_is_named() {
    on("duplicate", |scratch, peer| async move {
        let router = master(&scratch, &config("")).await;
        // as a check would
        std::net::UdpSocket::bind("0.0.0.0:0").unwrap().send_to(b"hello", "10.0.0.2:9").unwrap();
        until("it is a neighbour", || output("neigh show 10.0.0.2").contains("lladdr")).await;
        peer.ip(&format!("address add {VIP}/32 dev eth0"));
        until("it is named", || !router.status().routers[0].duplicates.is_empty()).await;
        let duplicate = || router.status().routers[0].duplicates.first().cloned().unwrap();
        assert_eq!((duplicate().address.as_str(), duplicate().mac), (VIP, peer.mac()));
        until("it has a name", || duplicate().ips == ["10.0.0.2"]).await;
    });
}

#[test]
fn a_held_address_is_guarded_too() {
    on("held-duplicate", |scratch, peer| async move {
        let text = format!("[[address]]\naddress = \"{VIP}/32\"\ninterface = \"eth0\"\n");
        let held = config::director::parse(&text).unwrap().0.addresses;
        peer.ip(&format!("address add {VIP}/32 dev eth0"));
        let none = VrrpConfig::default();
        let router = Router::start(&scratch.dir(), Clock::start(), &none, &held, &Notices::new()).unwrap();
        until("it is there", || places() == ["eth0"]).await;
        let duplicates = || router.status().addresses.first().map(|address| address.duplicates.clone());
        until("it is named", || duplicates().is_some_and(|duplicates| !duplicates.is_empty())).await;
        assert_eq!(duplicates().unwrap()[0].mac, peer.mac());
    });
}

#[test]
fn a_backup_names_who_answers_beside_the_master() {
    on("backup-duplicate", |scratch, peer| async move {
        // the peer is the master; a third host on the same wire has another hardware address
        peer.ip("link add leak link eth0 type macvlan mode bridge");
        peer.answers_only_on_the_interface();
        peer.ip(&format!("address add {VIP}/32 dev leak"));
        let router = start(&scratch, &config(""));
        let master = || router.status().routers[0].master.clone().map(|master| master.address);
        until("it hears the master", || {
            peer.says(200);
            master().as_deref() == Some("10.0.0.2")
        })
        .await;
        let told = async |wanted: usize| {
            until(&format!("{wanted} are named"), || {
                peer.says(200);
                router.status().routers[0].duplicates.len() == wanted
            })
            .await;
        };
        // the master answers for its address, which is its right
        peer.ip(&format!("address add {VIP}/32 dev eth0"));
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            peer.says(200);
            peer.announces();
            sleep(Duration::from_millis(50)).await;
        }
        told(0).await;
        peer.ip("link set leak up");
        told(1).await;
        let duplicate = router.status().routers[0].duplicates[0].clone();
        assert_eq!((duplicate.address.as_str(), duplicate.mac), (VIP, peer.mac_of("leak")));
        assert_eq!(state(&router), Some(State::Backup));
    });
}

#[test]
fn a_reload_moves_what_changed_and_nothing_else() {
    on("reload", |scratch, peer| async move {
        let router = master(&scratch, &config("")).await;
        router.set(&config("excluded_addresses = [\"10.0.0.101\"]\n"), &[]);
        let has = |address: &str| !output(&format!("-o address show to {address}")).is_empty();
        until("the new address is there", || has("10.0.0.101")).await;
        assert_eq!((state(&router), places()), (Some(State::Master), vec!["eth0".to_owned()]));
        router.set(&config("excluded_addresses = [\"10.0.0.102\"]\n"), &[]);
        until("one for the other", || has("10.0.0.102") && !has("10.0.0.101")).await;
        assert_eq!(router.status().routers[0].became_master, 1);
        router.set(&VrrpConfig::default(), &[]);
        peer.hears(0).await;
        until("all are gone", || places().is_empty() && !has("10.0.0.102")).await;
        until("it is forgotten", || router.status().routers.is_empty()).await;
    });
}

#[test]
fn commands_leave_the_addresses_of_routers_until_they_clean_up() {
    on("oneshot", |scratch, _peer| async move {
        drop(master(&scratch, &config("")).await);
        let dir = scratch.dir();
        assert_eq!(lvs_router::plan(Some(&dir), &[]).await.unwrap(), [""; 0]);
        assert_eq!(lvs_router::apply(&dir, &[]).await.unwrap(), [""; 0]);
        assert_eq!(places(), ["eth0"]);
        assert_eq!(lvs_router::cleanup(&dir).await.unwrap(), [""; 0]);
        assert_eq!(places(), [""; 0]);
    });
}

#[test]
fn a_route_is_there_while_its_router_is_master() {
    on("route", |scratch, peer| async move {
        let routes = || output("route show proto 112");
        let route = "routes = [{ to = \"192.0.2.0/24\", via = \"10.0.0.2\" }]\n";
        let router = master(&scratch, &config(route)).await;
        until("the route is there", || routes().contains("192.0.2.0/24 via 10.0.0.2")).await;
        peer.says(200);
        becomes(&router, State::Backup).await;
        until("the route is gone", || routes().is_empty()).await;
    });
}

#[test]
fn an_interface_with_another_name_keeps_no_address_of_ours() {
    on("renamed", |scratch, _peer| async move {
        let router = master(&scratch, &config("")).await;
        let renamed = std::process::Command::new("ip").args(["link", "set", "eth0", "name", "wan0"]).status();
        if !renamed.unwrap().success() {
            return eprintln!("renamed: skipped, this kernel does not rename an interface that is up");
        }
        becomes(&router, State::Fault).await;
        until("the VIP is gone", || places().is_empty()).await;
        ip("link set wan0 name eth0");
        becomes(&router, State::Master).await;
        until("the VIP is there", || places() == ["eth0"]).await;
    });
}

#[test]
fn addresses_of_a_router_with_another_name_are_kept_by_the_next_run() {
    on("renames", |scratch, _peer| async move {
        let router = master(&scratch, &config("")).await;
        let mut other = config("");
        other.routers[0].name = "VI_9".into();
        router.set(&other, &[]);
        let is_master = || router.roles().get("VI_9") == Some(&State::Master);
        until("the other is master alone", || is_master() && router.roles().len() == 1).await;
        assert_eq!(places(), ["eth0"]);
        drop(router);
        sleep(Duration::from_millis(400)).await;
        let router = start(&scratch, &other);
        until("it listens", || router.roles().get("VI_9") == Some(&State::Backup)).await;
        sleep(Duration::from_millis(100)).await;
        assert_eq!((router.roles().get("VI_9"), places()), (Some(&State::Backup), vec!["eth0".to_owned()]));
    });
}

#[test]
fn an_ipv6_address_is_there_whatever_its_prefix() {
    on("prefix", |scratch, _peer| async move {
        ip("address add 2001:db8::100/64 dev eth0 nodad");
        let config = |prefix: &str| config(&format!("excluded_addresses = [\"2001:db8::{prefix}\"]\n"));
        let router = master(&scratch, &config("100")).await;
        until("it is held", || router.status().routers[0].addresses.iter().all(|vip| vip.held)).await;
        assert!(output("-6 -o address show dev eth0").contains("2001:db8::100/64"), "it stays as it was");
        router.set(&config("101"), &[]);
        let has = |address: &str| output("-6 -o address show dev eth0").contains(address);
        until("one of ours", || has("2001:db8::101/128")).await;
        assert!(has("2001:db8::100/64"), "it was there before us");
        router.set(&config("101/64"), &[]);
        until("another prefix", || has("2001:db8::101/64") && !has("2001:db8::101/128")).await;
    });
}

#[test]
fn the_group_is_joined_again_after_the_kernel_forgot_it() {
    on("mtu", |scratch, _peer| async move {
        let mut config = config("");
        config.routers[0].addresses[0].address = hosts::address("fe80::100");
        config.routers[0].addresses[0].prefix = 128;
        let router = start(&scratch, &config);
        let has_joined = || output("maddress show dev eth0").contains("ff02::12");
        until("it joins the group", has_joined).await;
        becomes(&router, State::Master).await;
        ip("link set eth0 mtu 1000");
        becomes(&router, State::Fault).await;
        assert!(!has_joined());
        ip("link set eth0 mtu 1500");
        becomes(&router, State::Master).await;
        until("it joins the group again", has_joined).await;
    });
}
