//! What an agent's word comes to.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod common;

use std::time::Duration;

use common::{OLD, agent, draining, lacking, ms, ready, status, vip};
use lvs_watch::{Agents, DrainPhase, Draining, Hearing, News, Status, Turned, Word};

const HTTP: Option<(bool, u16)> = Some((false, 80));
const DNS: Option<(bool, u16)> = Some((true, 53));

fn one() -> Agents {
    let mut agents = Agents::new();
    agents.set([agent(8)].into_iter(), Duration::ZERO);
    agents
}

fn told(status: Status) -> Agents {
    let mut agents = one();
    agents.handle(agent(8), News::State(Box::new(status)), ms(1));
    agents
}

fn word(agents: &Agents) -> Word {
    agents.word(agent(8), Some(vip(240)), HTTP)
}

fn not_ready(words: &str) -> Word {
    Word::NotReady(words.to_owned())
}

fn unverified(words: &str) -> Word {
    Word::Unverified(words.to_owned())
}

fn lost(words: &str) -> News {
    News::Lost(words.to_owned())
}

fn state(vip: lvs_watch::VipStatus) -> News {
    News::State(Box::new(status(vec![vip])))
}

#[test]
fn ready_as_far_as_the_service_goes() {
    let agents = told(status(vec![ready(240), lacking(241, "tcp/443", "nothing listens")]));
    let word = |nth, listener| agents.word(agent(8), Some(vip(nth)), listener);
    assert_eq!(word(240, HTTP), Word::Ready);
    assert_eq!(word(240, None), Word::Ready);
    assert_eq!(word(241, HTTP), Word::Ready, "the listeners of others do not count");
    assert_eq!(word(241, DNS), Word::Ready, "an agent that does not watch this port");
    assert_eq!(word(241, Some((true, 443))), Word::Ready);
    assert_eq!(word(241, Some((false, 443))), not_ready("tcp/443: nothing listens"));
    assert_eq!(word(241, None), not_ready("tcp/443: nothing listens"));
    assert_eq!(word(242, HTTP), not_ready("the agent has no VIP 192.168.100.242"));
    assert_eq!(agents.word(agent(8), None, HTTP), Word::Ready);
    assert_eq!(agents.word(agent(8), None, None), not_ready("tcp/443: nothing listens"));
}

#[test]
fn steps_that_all_services_share() {
    let mut barred = ready(240);
    (barred.ready, barred.barred) = (false, Some("not looked at yet".to_owned()));
    let mut unexplained = ready(240);
    unexplained.ready = false;
    let mut silent_step = ready(240);
    silent_step.steps[0].ok = false;
    for (vip, wanted) in [
        (lacking(240, "address", "missing on lo"), "address: missing on lo"),
        (lacking(240, "process /usr/sbin/nginx", "ended"), "process /usr/sbin/nginx: ended"),
        (lacking(240, "unit a/80", "failed"), "unit a/80: failed"),
        (lacking(240, "sysctls", "a\u{1b}[2J\nb"), "sysctls: a [2J b"),
        (barred, "not looked at yet"),
        (unexplained, "the agent gives no reason"),
        (silent_step, "sysctls: missing"),
    ] {
        for listener in [HTTP, DNS, None] {
            let agents = told(status(vec![vip.clone()]));
            assert_eq!(agents.word(agent(8), Some(common::vip(240)), listener), not_ready(wanted));
        }
    }
    assert_eq!(told(status(vec![])).word(agent(8), None, None), not_ready("the agent has no VIP"));
}

#[test]
fn an_address_that_is_there_twice_is_not_ready() {
    let agents = told(status(vec![ready(240), ready(241), ready(240)]));
    assert_eq!(word(&agents), not_ready("the agent tells of it twice"));
    assert_eq!(agents.word(agent(8), Some(vip(241)), HTTP), Word::Ready);
}

#[test]
fn drains_by_their_phases() {
    for (phase, wanted) in [
        (DrainPhase::Quiescing, Word::Draining),
        (DrainPhase::Draining, Word::Draining),
        (DrainPhase::Leaving, Word::Leaving),
        (DrainPhase::Left, Word::Leaving),
    ] {
        let mut agents = one();
        let mut vip = draining(240, phase);
        vip.steps[1].ok = false;
        let turned = agents.handle(agent(8), News::State(Box::new(status(vec![vip, ready(241)]))), ms(1));
        assert!(turned.drains && turned.changed);
        assert_eq!(word(&agents), wanted, "{phase:?}: a drain goes before what is missing");
        assert_eq!(agents.word(agent(8), Some(common::vip(241)), HTTP), Word::Ready);
        assert_eq!(agents.word(agent(8), None, HTTP), wanted, "of all VIPs the worst");
        let confirm = Draining { seq: 1, vips: vec![common::vip(240)] };
        assert_eq!(agents.draining(agent(8)), Some(confirm));
        assert_eq!(agents.drain(agent(8), common::vip(240)).unwrap().connections, Some(12));
        agents.handle(agent(8), News::Silent, ms(2));
        assert_eq!(agents.draining(agent(8)), None, "there is nobody to hear it");
    }
}

#[test]
fn connections_that_end_are_no_other_word() {
    let mut agents = told(status(vec![draining(240, DrainPhase::Draining)]));
    let mut fewer = draining(240, DrainPhase::Draining);
    fewer.drain.as_mut().unwrap().connections = Some(3);
    let turned = agents.handle(agent(8), state(fewer), ms(2));
    assert_eq!(turned, Turned { drains: true, ..Turned::default() });
    assert_eq!(agents.drain(agent(8), vip(240)).unwrap().connections, Some(3));
}

#[test]
fn agents_from_before_phases_and_numbers() {
    let mut old: Status = serde_json::from_str(OLD).unwrap();
    assert_eq!(word(&told(old.clone())), Word::Draining);
    (old.draining_since, old.vips[0].draining_since) = (None, None);
    (old.vips[0].ready, old.vips[0].reason) = (true, None);
    assert_eq!(word(&told(old.clone())), Word::Ready);
    old.draining_since = Some(u64::MAX);
    assert_eq!(word(&told(old)), Word::Draining, "the host drains, and so do its VIPs");
}

#[test]
fn awaited_for_two_seconds() {
    let mut agents = one();
    assert_eq!(word(&agents), Word::Awaited);
    assert_eq!(agents.poll_timeout(), Some(ms(2000)));
    assert_eq!(agents.handle_timeout(ms(1999)), []);
    assert_eq!(agents.handle_timeout(ms(2000)), [agent(8)]);
    assert_eq!(word(&agents), unverified("not heard yet"));
    assert_eq!(agents.poll_timeout(), None);

    let mut agents = one();
    let turned = agents.handle(agent(8), lost("connection refused"), ms(3));
    assert_eq!(turned, Turned { changed: true, suspect: true, ..Turned::default() });
    assert_eq!(word(&agents), unverified("connection refused"), "it is known earlier");
    assert_eq!(agents.poll_timeout(), None);
}

#[test]
fn silent_and_heard_again() {
    let mut agents = told(status(vec![ready(240)]));
    let turned = agents.handle(agent(8), News::Silent, ms(300));
    assert_eq!(turned, Turned { changed: true, suspect: true, ..Turned::default() });
    assert_eq!(word(&agents), unverified("no heartbeat"));
    let turned = agents.handle(agent(8), News::Heard, ms(400));
    assert_eq!(turned, Turned { changed: true, came_ready: true, ..Turned::default() });
    assert_eq!(word(&agents), Word::Ready);
}

#[test]
fn what_an_ended_stream_said_is_no_word_of_the_next() {
    let mut agents = told(status(vec![ready(240)]));
    agents.handle(agent(8), lost("closed"), ms(300));
    assert_eq!(agents.handle(agent(8), News::Heard, ms(400)), Turned::default());
    assert_eq!(word(&agents), unverified("closed"));
    let mut agents = one();
    agents.handle(agent(8), News::Silent, ms(300));
    assert_eq!(agents.handle(agent(8), News::Heard, ms(400)), Turned::default());
    assert_eq!(word(&agents), unverified("no heartbeat"), "it said nothing that could be heard again");
}

#[test]
fn suspected_once_for_each_thing_that_happens() {
    let mut agents = told(status(vec![ready(240)]));
    let mut suspect = |news, at| agents.handle(agent(8), news, ms(at)).suspect;
    assert!(suspect(News::Silent, 100));
    assert!(!suspect(News::Silent, 200));
    assert!(suspect(lost("connection refused"), 300));
    assert!(!suspect(lost("connection refused"), 400));
    assert!(suspect(lost("no answer within 1 s"), 500), "refused before, so the host was there");
}

#[test]
fn dead_until_anything_is_heard() {
    for ends in 0..4 {
        let mut agents = told(status(vec![ready(240)]));
        agents.handle(agent(8), News::Silent, ms(300));
        let turned = agents.handle(agent(8), News::Knocked { host_is_dead: true }, ms(450));
        assert_eq!(turned, Turned { changed: true, ..Turned::default() });
        assert_eq!(word(&agents), Word::Dead);
        assert!(agents.view(agent(8)).unwrap().dead);
        if ends % 2 == 0 {
            let turned = agents.handle(agent(8), lost("silent for 10 s"), ms(500));
            let again = Turned { suspect: true, ..Turned::default() };
            assert_eq!(turned, again, "nothing to judge, but what differs may be an answer");
            assert_eq!(word(&agents), Word::Dead);
        }
        let wanted = match ends {
            0 => {
                assert!(agents.handle(agent(8), state(ready(240)), ms(600)).came_ready);
                Word::Ready
            }
            1 => {
                assert!(agents.handle(agent(8), News::Heard, ms(600)).came_ready);
                Word::Ready
            }
            2 => {
                assert!(agents.revive(agent(8)) && !agents.revive(agent(8)));
                unverified("silent for 10 s")
            }
            _ => {
                assert!(agents.handle(agent(8), News::Knocked { host_is_dead: false }, ms(600)).changed);
                unverified("no heartbeat")
            }
        };
        assert_eq!(word(&agents), wanted);
    }
}

#[test]
fn a_late_knock_kills_nobody_who_speaks() {
    let mut agents = told(status(vec![ready(240)]));
    assert_eq!(agents.handle(agent(8), News::Knocked { host_is_dead: true }, ms(450)), Turned::default());
    assert_eq!(word(&agents), Word::Ready);
}

#[test]
fn what_came_ready() {
    let mut agents = one();
    let mut handle = |news: News, at| agents.handle(agent(8), news, ms(at));
    let first = handle(state(ready(240)), 1);
    assert_eq!(first, Turned { changed: true, ..Turned::default() }, "its checks begin anyway");
    assert_eq!(handle(state(ready(240)), 2), Turned::default());
    let left = handle(state(lacking(240, "tcp/80", "nothing listens")), 3);
    assert_eq!(left, Turned { changed: true, ..Turned::default() });
    let back = Turned { changed: true, came_ready: true, ..Turned::default() };
    assert_eq!(handle(state(ready(240)), 4), back);
    handle(state(lacking(240, "address", "missing")), 5);
    let other = handle(state(lacking(240, "sysctls", "arp_ignore is 0")), 6);
    assert_eq!(other, Turned { changed: true, ..Turned::default() }, "another reason");
    assert_eq!(handle(state(ready(240)), 7), back);
    assert_eq!(handle(News::State(Box::new(status(vec![ready(240), ready(241)]))), 8), back);
    assert_eq!(handle(state(ready(240)), 9), Turned { changed: true, ..Turned::default() });
}

#[test]
fn weights_change_once_in_a_second() {
    let mut agents = one();
    let weigh = |agents: &mut Agents, weight, at| {
        let mut status = status(vec![ready(240)]);
        status.weight = weight;
        let changed = agents.handle(agent(8), News::State(Box::new(status)), ms(at)).changed;
        (changed, agents.weight(agent(8)))
    };
    assert_eq!(weigh(&mut agents, Some(50), 1), (true, Some(50)));
    assert_eq!(weigh(&mut agents, Some(60), 500), (false, Some(50)));
    assert_eq!(weigh(&mut agents, Some(255), 600), (false, Some(50)));
    assert_eq!(agents.poll_timeout(), Some(ms(1001)));
    assert_eq!(agents.handle_timeout(ms(1001)), [agent(8)]);
    assert_eq!(agents.weight(agent(8)), Some(100));
    agents.handle(agent(8), lost("closed"), ms(1100));
    assert_eq!(agents.weight(agent(8)), Some(100), "it stays while nothing is heard");
    assert_eq!(weigh(&mut agents, None, 3000), (true, None));
}

#[test]
fn who_stays_in_the_file_stays_known() {
    let mut agents = told(status(vec![ready(240)]));
    agents.set([agent(9), agent(8), agent(8)].into_iter(), ms(500));
    assert_eq!(word(&agents), Word::Ready);
    assert_eq!(agents.word(agent(9), Some(vip(240)), HTTP), Word::Awaited);
    assert_eq!(agents.poll_timeout(), Some(ms(2500)));
    agents.set([agent(8)].into_iter(), ms(600));
    assert_eq!(agents.poll_timeout(), None);
    assert_eq!(agents.handle(agent(9), state(ready(240)), ms(700)), Turned::default());
    assert_eq!(agents.view(agent(9)), None);
}

#[test]
fn a_view_of_one_agent() {
    let mut agents = told(status(vec![draining(239, DrainPhase::Left), ready(240)]));
    let view = agents.view(agent(8)).unwrap();
    assert_eq!((view.hearing, view.since, view.dead), (Hearing::Heard, ms(1), false));
    assert_eq!((view.host.as_str(), view.version.as_str()), ("RS01", "0.1.0"));
    assert_eq!((view.vips, view.ready, view.damped, view.weight, view.seq), (2, 1, 0, None, 1));
    assert_eq!(view.reason.as_deref(), Some("192.168.100.239: leaving"));
    agents.handle(agent(8), lost("connection refused"), ms(9));
    let view = agents.view(agent(8)).unwrap();
    assert_eq!((view.hearing, view.since), (Hearing::Lost, ms(9)));
    assert_eq!(view.reason.as_deref(), Some("connection refused"));
    assert_eq!(view.host, "RS01", "what it said last");
    assert_eq!(one().view(agent(8)).unwrap().reason, None);
    assert_eq!(view.hearing.to_string(), "lost");
}
