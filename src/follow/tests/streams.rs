//! What is told of one agent.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "a test")]

mod common;

use std::time::Duration;

use common::{Deaf, Ear, Played, refusing, run, state, wanted};
use lvs_follow::{Limits, Wanted};
use watch::News;

const SOON: Duration = Duration::from_millis(50);

#[test]
fn the_state_comes_at_once_and_each_change_after_it() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let (mut line, request) = agent.asked().await;
        assert!(request.starts_with("GET /v1/watch?heartbeat=100&director=LVS01 HTTP/1.0\r\n"), "{request}");
        line.send(&format!("{}{}", common::HEAD, state(1))).await;
        assert_eq!(ear.state().await, 1);
        line.state(2).await;
        assert_eq!(ear.state().await, 2);
        line.state(3).await;
        assert_eq!(ear.state().await, 3);
    });
}

#[test]
fn of_states_that_come_together_the_last_is_told() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.hello("1").await;
        line.send(&[state(1), state(2), state(3)].concat()).await;
        assert_eq!(ear.state().await, 3);
    });
}

#[test]
fn silence_is_told_and_its_end() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.state(1).await;
        assert_eq!(ear.state().await, 1);
        line.beat(50).await;
        assert_eq!(ear.next().await.1, News::Silent);
        line.beat(1000).await;
        assert_eq!(ear.next().await.1, News::Heard);
        line.beat(50).await;
        assert_eq!(ear.next().await.1, News::Silent);
        // a state is more than that it is heard
        line.state(2).await;
        assert!(matches!(ear.next().await.1, News::State(status) if status.seq == 2));
    });
}

#[test]
fn bytes_that_make_no_event_are_silence_too() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.beat(50).await;
        let drip = async {
            loop {
                line.send("a").await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            () = drip => (),
            news = ear.next() => assert_eq!(news.1, News::Silent),
        }
    });
}

#[test]
fn whoever_stays_silent_is_closed_and_called_again() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::new(Limits { silence: SOON, ..Limits::default() });
        ear.follower.set(wanted(&[agent.address]));
        let mut line = agent.watched().await;
        line.beat(50).await;
        assert_eq!(ear.next().await.1, News::Silent);
        assert_eq!(ear.next().await.1, News::Lost("silent for 50ms".to_owned()));
        line.closed().await;
        agent.watched().await;
    });
}

#[test]
fn an_end_is_told_and_the_agent_called_again() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        for round in 1..4 {
            let mut line = agent.watched().await;
            line.state(round).await;
            assert_eq!(ear.state().await, round);
            drop(line);
            assert_eq!(ear.lost().await, "closed by the agent");
        }
    });
}

#[test]
fn what_came_before_an_end_is_told_before_it() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.send(&format!("{}event: state\ndata: 7\n\n", state(1))).await;
        assert_eq!(ear.state().await, 1);
        assert!(ear.lost().await.starts_with("its state cannot be read: "));
        line.closed().await;
    });
}

#[test]
fn refusal_is_told_once_until_there_is_an_agent() {
    run(async {
        let address = refusing().await;
        let mut ear = Ear::on(&[address]);
        assert_eq!(ear.lost().await, "connection refused");
        // some attempts later
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(ear.waiting(), None);
        let agent = Played::at(address).await;
        agent.watched().await.state(1).await;
        assert_eq!(ear.state().await, 1);
        assert_eq!(ear.lost().await, "closed by the agent");
    });
}

#[test]
fn no_answer_to_the_connection_is_told() {
    run(async {
        let deaf = Deaf::new().await;
        let mut ear = Ear::new(Limits { connect: SOON, ..Limits::default() });
        ear.follower.set(wanted(&[deaf.address]));
        assert_eq!(ear.lost().await, "no connection within 50ms");
    });
}

#[test]
fn what_no_agent_sends_ends_the_stream() {
    let long_line = "a".repeat(1 << 12);
    let many_beats = "event: heartbeat\ndata: 100\n\n".repeat(200);
    for (sent, again, words) in [
        ("\u{16}\u{3}\u{1}garbage\r\n\r\n", "", "the answer is no HTTP"),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", "", "the agent answered 503 Service Unavailable"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n",
            "",
            "the answer is no plain text/event-stream",
        ),
        ("HTTP/1.1 200 OK\r\nx: ", &long_line, "the answer's head is longer than 8 KiB"),
        (&format!("{}data: ", common::HEAD), &long_line, "an event is longer than 1 MiB"),
        (common::HEAD, &many_beats, "it sent more than 200 events each second"),
    ] {
        run(async {
            let agent = Played::new().await;
            let mut ear = Ear::on(&[agent.address]);
            let (mut line, _) = agent.asked().await;
            line.send(sent).await;
            let flood = async {
                loop {
                    if again.is_empty() {
                        std::future::pending::<()>().await;
                    }
                    let sent = tokio::io::AsyncWriteExt::write_all(&mut line.0, again.as_bytes()).await;
                    if sent.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            };
            tokio::select! {
                () = flood => (),
                lost = ear.lost() => assert_eq!(lost, words),
            }
        });
    }
}

#[test]
fn who_is_not_wanted_is_left_and_who_is_new_is_called() {
    run(async {
        let (first, second) = (Played::new().await, Played::new().await);
        let mut ear = Ear::on(&[first.address]);
        let mut line = first.watched().await;
        line.state(1).await;
        assert_eq!(ear.next().await.0, first.address);

        ear.follower.set(wanted(&[second.address]));
        line.closed().await;
        let mut line = second.watched().await;
        line.state(2).await;
        let (from, news) = ear.next().await;
        assert_eq!(from, second.address);
        assert!(matches!(news, News::State(_)), "{news:?}");

        drop(ear);
        line.closed().await;
    });
}

#[test]
fn streams_go_on_where_nothing_else_is_wanted() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.state(1).await;
        assert_eq!(ear.state().await, 1);
        // more agents, and so a longer heartbeat, are no reason either
        let others: Vec<_> = (1..=60).map(|host| format!("127.1.1.{host}:9").parse().unwrap()).collect();
        ear.follower.set(wanted(&[&[agent.address], others.as_slice()].concat()));
        for _ in &others {
            assert_eq!(ear.lost().await, "connection refused");
        }
        ear.follower.set(wanted(&[agent.address]));
        line.state(2).await;
        assert_eq!(ear.state().await, 2);
        assert!(!agent.is_called().await);
    });
}

#[test]
fn many_agents_are_asked_for_a_longer_heartbeat() {
    run(async {
        for (others, heartbeat) in [(99_u8, "?heartbeat=250&"), (0, "?heartbeat=100&")] {
            let agent = Played::new().await;
            let mut ear = Ear::new(Limits::default());
            let others = (1..=others).map(|host| format!("127.1.2.{host}:9").parse().unwrap());
            ear.follower.set(wanted(&others.chain([agent.address]).collect::<Vec<_>>()));
            let (_line, request) = agent.asked().await;
            assert!(request.contains(heartbeat), "{request}");
        }
    });
}

#[test]
fn another_name_or_a_much_shorter_heartbeat_is_asked_for_without_a_word() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::new(Limits::default());
        let second = Some(Duration::from_secs(1));
        ear.follower.set(Wanted { heartbeat: second, ..wanted(&[agent.address]) });
        let (mut line, request) = agent.asked().await;
        assert!(request.contains("?heartbeat=1000&director=LVS01 "), "{request}");
        line.send(&format!("{}{}", common::HEAD, state(1))).await;
        assert_eq!(ear.state().await, 1);

        ear.follower.set(wanted(&[agent.address]));
        line.closed().await;
        let (mut line, request) = agent.asked().await;
        assert!(request.contains("?heartbeat=100&director=LVS01 "), "{request}");
        line.send(&format!("{}{}", common::HEAD, state(2))).await;
        assert_eq!(ear.state().await, 2);

        ear.follower.set(Wanted { director: "LVS 02".to_owned(), ..wanted(&[agent.address]) });
        line.closed().await;
        let (mut line, request) = agent.asked().await;
        assert!(request.contains("?heartbeat=100&director=LVS%2002 "), "{request}");
        line.send(&format!("{}{}", common::HEAD, state(3))).await;
        assert_eq!(ear.state().await, 3);
    });
}

#[test]
fn being_held_up_is_not_the_agents_silence() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.state(1).await;
        assert_eq!(ear.state().await, 1);
        loop {
            line.beat(100).await;
            // the beat is taken, then the next comes in time, but is seen much later than it came
            tokio::time::sleep(Duration::from_millis(20)).await;
            if ear.waiting().is_some() {
                continue;
            }
            line.state(2).await;
            std::thread::sleep(Duration::from_millis(400));
            break;
        }
        assert!(matches!(ear.next().await.1, News::State(status) if status.seq == 2));
    });
}

#[test]
fn a_reader_that_does_not_keep_up_delays_and_loses_nothing() {
    run(async {
        let agents = [Played::new().await, Played::new().await];
        let (send, mut news) = tokio::sync::mpsc::channel(1);
        let mut follower = lvs_follow::Follower::new(send);
        follower.set(wanted(&agents.each_ref().map(|agent| agent.address)));
        let mut lines = Vec::new();
        for agent in &agents {
            let mut line = agent.watched().await;
            line.beat(1000).await;
            line.state(1).await;
            lines.push(line);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut from = std::collections::BTreeSet::new();
        while from.len() < agents.len() {
            let (agent, told) = common::within(news.recv()).await.unwrap();
            assert!(matches!(told, News::State(_)), "{told:?}");
            from.insert(agent);
        }
    });
}
