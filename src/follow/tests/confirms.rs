//! What is said back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "a test")]

mod common;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use common::{Ear, Line, Played, run, wanted};
use lvs_follow::{Limits, Wanted};
use tokio::net::TcpStream;
use watch::{Confirm, Held};

fn confirm(seq: u64) -> Confirm {
    let vips = BTreeMap::from([("192.168.100.240".parse().unwrap(), Held::Quiesced)]);
    Confirm { director: "LVS01".to_owned(), seq, vips }
}

async fn followed(agent: &Played, watch: &str) -> (Ear, Line<TcpStream>) {
    let mut ear = Ear::on(&[agent.address]);
    let line = stream(agent, &mut ear, watch).await;
    (ear, line)
}

/// The next stream, until its state has been told.
async fn stream(agent: &Played, ear: &mut Ear, watch: &str) -> Line<TcpStream> {
    let mut line = agent.watched().await;
    line.hello(watch).await;
    line.state(1).await;
    line.beat(1000).await;
    ear.state().await;
    line
}

#[test]
fn a_confirmation_is_posted_for_the_stream() {
    run(async {
        let agent = Played::new().await;
        let (ear, _line) = followed(&agent, "0123456789abcdef").await;
        ear.follower.confirm(agent.address, confirm(7));
        let (mut post, path, body) = agent.posted().await;
        assert_eq!(path, "/v1/watch/0123456789abcdef");
        let vips = serde_json::json!({ "192.168.100.240": "quiesced" });
        assert_eq!(body, serde_json::json!({ "director": "LVS01", "seq": 7, "vips": vips }));
        post.send("HTTP/1.0 204 No Content\r\n\r\n").await;
        post.closed().await;
        assert!(!agent.is_called().await);
        // and the next one
        ear.follower.confirm(agent.address, confirm(8));
        assert_eq!(agent.posted().await.2["seq"], 8);
    });
}

#[test]
fn it_is_sent_again_until_it_is_taken() {
    run(async {
        let agent = Played::new().await;
        let (ear, _line) = followed(&agent, "a").await;
        ear.follower.confirm(agent.address, confirm(1));
        for answer in ["", "HTTP/1.0 500 Internal Server Error\r\n\r\n", "garbage\r\n\r\n"] {
            let (mut post, _, body) = agent.posted().await;
            assert_eq!(body["seq"], 1);
            post.send(answer).await;
        }
        let (mut post, ..) = agent.posted().await;
        post.send("HTTP/1.0 204 No Content\r\n\r\n").await;
        post.closed().await;
        assert!(!agent.is_called().await);
    });
}

#[test]
fn no_answer_is_no_taking() {
    run(async {
        let agent = Played::new().await;
        let limits = Limits { confirm: Duration::from_millis(50), ..Limits::default() };
        let mut ear = Ear::new(limits);
        ear.follower.set(wanted(&[agent.address]));
        let _line = stream(&agent, &mut ear, "a").await;
        ear.follower.confirm(agent.address, confirm(1));
        let (mut post, ..) = agent.posted().await;
        post.closed().await;
        assert_eq!(agent.posted().await.2["seq"], 1);
    });
}

#[test]
fn one_is_on_its_way_and_the_latest_follows_it() {
    run(async {
        let agent = Played::new().await;
        let (ear, _line) = followed(&agent, "a").await;
        ear.follower.confirm(agent.address, confirm(1));
        let (mut post, ..) = agent.posted().await;
        for seq in 2..6 {
            ear.follower.confirm(agent.address, confirm(seq));
        }
        tokio::task::yield_now().await;
        assert!(!agent.is_called().await);
        post.send("HTTP/1.0 204 No Content\r\n\r\n").await;
        let (mut post, _, body) = agent.posted().await;
        assert_eq!(body["seq"], 5);
        post.send("HTTP/1.0 204 No Content\r\n\r\n").await;
        post.closed().await;
        assert!(!agent.is_called().await);
    });
}

#[test]
fn what_the_agent_does_not_take_is_not_sent_again() {
    for answer in ["HTTP/1.0 404 Not Found\r\n\r\n", "HTTP/1.0 400 Bad Request\r\n\r\n"] {
        run(async {
            let agent = Played::new().await;
            let (ear, _line) = followed(&agent, "a").await;
            ear.follower.confirm(agent.address, confirm(1));
            let (mut post, ..) = agent.posted().await;
            post.send(answer).await;
            post.closed().await;
            // the first retry of what is sent again comes within 150 ms
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(!agent.is_called().await);
        });
    }
}

#[test]
fn it_goes_down_with_the_stream() {
    run(async {
        let agent = Played::new().await;
        let (mut ear, line) = followed(&agent, "a").await;
        ear.follower.confirm(agent.address, confirm(1));
        let (mut post, ..) = agent.posted().await;
        drop(line);
        ear.lost().await;
        post.closed().await;
        // nor is anything kept that is said while there is no stream
        ear.follower.confirm(agent.address, confirm(2));
        let _line = stream(&agent, &mut ear, "b").await;
        ear.follower.confirm(agent.address, confirm(3));
        let (_, path, body) = agent.posted().await;
        assert_eq!((path.as_str(), &body["seq"]), ("/v1/watch/b", &serde_json::json!(3)));
    });
}

/// Of a stream that was made anew after `answer` to the first confirmation.
async fn renewed(agent: &Played, answer: &str, instance: &str) -> (Ear, Line<TcpStream>) {
    let (mut ear, line) = followed(agent, "a").await;
    ear.follower.confirm(agent.address, confirm(1));
    let (mut post, ..) = agent.posted().await;
    post.send(answer).await;
    if !answer.is_empty() {
        post.closed().await;
    }
    ear.follower.set(Wanted { director: "LVS02".to_owned(), ..wanted(&[agent.address]) });
    let (mut next, _) = agent.asked().await;
    drop((line, post));
    next.send(common::HEAD).await;
    next.hello("b").await;
    next.send(&common::state_of(instance, 1)).await;
    next.beat(1000).await;
    ear.state().await;
    (ear, next)
}

#[test]
fn it_is_said_again_to_a_stream_made_anew() {
    for answer in ["", "HTTP/1.0 204 No Content\r\n\r\n"] {
        run(async {
            let agent = Played::new().await;
            let (_ear, _line) = renewed(&agent, answer, "1").await;
            let (_, path, body) = agent.posted().await;
            assert_eq!((path.as_str(), &body["seq"]), ("/v1/watch/b", &serde_json::json!(1)));
        });
    }
}

#[test]
fn it_is_void_for_an_agent_that_was_started_anew() {
    run(async {
        let agent = Played::new().await;
        let (ear, _line) = renewed(&agent, "", "2").await;
        ear.follower.confirm(agent.address, confirm(3));
        let (_, path, body) = agent.posted().await;
        assert_eq!((path.as_str(), &body["seq"]), ("/v1/watch/b", &serde_json::json!(3)));
    });
}

#[test]
fn an_agent_without_a_hello_is_told_nothing() {
    run(async {
        let agent = Played::new().await;
        let mut ear = Ear::on(&[agent.address]);
        let mut line = agent.watched().await;
        line.state(1).await;
        ear.state().await;
        ear.follower.confirm(agent.address, confirm(1));
        let nobody: SocketAddr = "192.0.2.1:9781".parse().unwrap();
        ear.follower.confirm(nobody, confirm(1));
        line.state(2).await;
        ear.state().await;
        assert!(!agent.is_called().await);
    });
}
