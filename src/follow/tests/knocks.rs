//! Whether a host is alive.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "a test")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Deaf, Ear, Played, refusing, run};
use lvs_follow::Limits;
use watch::News;

/// As long as a machine may take for what it does on itself.
const PATIENT: Limits = Limits {
    connect: Duration::from_secs(1),
    handshake: Duration::from_secs(3),
    silence: Duration::from_secs(10),
    confirm: Duration::from_secs(3),
    knock_again: Duration::from_millis(60),
    knock: Duration::from_secs(20),
};

async fn is_dead(limits: Limits, agent: SocketAddr, targets: &[SocketAddr]) -> bool {
    let mut ear = Ear::new(limits);
    ear.follower.knock(agent, targets.to_vec());
    let (from, news) = ear.next().await;
    assert_eq!(from, agent);
    match news {
        News::Knocked { host_is_dead } => host_is_dead,
        other => panic!("{other:?}"),
    }
}

#[test]
fn any_answer_is_life() {
    run(async {
        let no_answer = Deaf::new().await;
        let deaf = no_answer.address;
        let open = Played::new().await;
        let refusing = refusing().await;
        for (agent, targets) in [
            (open.address, vec![deaf]),
            (refusing, vec![deaf]),
            (deaf, vec![open.address]),
            (deaf, vec![refusing]),
            (refusing, vec![]),
        ] {
            assert!(!is_dead(PATIENT, agent, &targets).await, "{agent} {targets:?}");
        }
    });
}

#[test]
fn no_answer_at_all_is_death() {
    run(async {
        let (agent, target) = (Deaf::new().await, Deaf::new().await);
        assert!(is_dead(Limits::default(), agent.address, &[target.address]).await);
        assert!(is_dead(Limits::default(), agent.address, &[target.address, agent.address]).await);
    });
}

#[test]
fn an_agent_alone_proves_no_death() {
    run(async {
        let agent = Deaf::new().await;
        assert!(!is_dead(Limits::default(), agent.address, &[]).await);
        assert!(!is_dead(Limits::default(), agent.address, &[agent.address]).await);
    });
}

#[test]
fn what_this_machine_cannot_try_proves_nothing() {
    run(async {
        let agent = Deaf::new().await;
        // nobody connects to a broadcast address
        let untried = "255.255.255.255:80".parse().unwrap();
        assert!(!is_dead(Limits::default(), agent.address, &[untried]).await);
    });
}

#[test]
fn four_ports_are_tried_and_each_host_once_at_a_time() {
    run(async {
        let (deaf, other) = (Deaf::new().await, Deaf::new().await);
        let (agent, targets) = (deaf.address, [other.address; 4]);
        let fifth = Played::new().await;
        let mut ear = Ear::new(Limits::default());
        for _ in 0..3 {
            ear.follower.knock(agent, [targets.as_slice(), &[fifth.address]].concat());
        }
        assert_eq!(ear.next().await.1, News::Knocked { host_is_dead: true });
        assert!(!fifth.is_called().await);
        assert_eq!(ear.waiting(), None);
        ear.follower.knock(agent, vec![fifth.address]);
        assert_eq!(ear.next().await.1, News::Knocked { host_is_dead: false });
    });
}
