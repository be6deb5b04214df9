//! Streams over TLS.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "a test")]

mod common;

use std::net::SocketAddr;
use std::sync::Arc;

use common::pki::{Authority, File, Identity};
use common::{Ear, HEAD, Line, Played, run, state, wanted, within};
use config::director::AgentTls;
use lvs_follow::{ClientTls, Limits, Wanted};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use watch::{Confirm, News};

const HERE: &str = "127.0.0.1";

fn load(tls: &AgentTls) -> Arc<ClientTls> {
    Arc::new(ClientTls::load(tls).unwrap())
}

fn follow(agent: SocketAddr, tls: &AgentTls) -> Ear {
    let mut ear = Ear::new(Limits::default());
    ear.follower.set(Wanted { tls: Some(load(tls)), ..wanted(&[agent]) });
    ear
}

async fn accept(agent: &Played, acceptor: &TlsAcceptor) -> std::io::Result<Line<TlsStream<TcpStream>>> {
    within(acceptor.accept(agent.accept().await)).await.map(Line)
}

/// Refused by whom, and how.
async fn lost(identity: &Identity, clients: Option<&Authority>, tls: &AgentTls) -> String {
    let agent = Played::new().await;
    let acceptor = identity.acceptor(clients);
    let mut ear = follow(agent.address, tls);
    let server = async {
        loop {
            // the connection is kept as long as the other side has not seen what it says
            if let Ok(mut line) = accept(&agent, &acceptor).await {
                line.closed().await;
            }
        }
    };
    tokio::select! {
        () = server => unreachable!(),
        words = ear.lost() => words,
    }
}

#[test]
fn a_stream_and_what_is_said_back_over_tls() {
    run(async {
        let authority = Authority::new("agents");
        let directors = Authority::new("directors");
        let acceptor = authority.certify(&[HERE]).acceptor(Some(&directors));
        let director = directors.certify(&["LVS01"]);
        let agent = Played::new().await;
        let tls = AgentTls { certificate: Some(director.paths()), ..authority.trusted() };
        let mut ear = follow(agent.address, &tls);

        let mut line = accept(&agent, &acceptor).await.unwrap();
        assert!(line.head().await.starts_with("GET /v1/watch?"));
        line.send(HEAD).await;
        line.hello("a").await;
        // more than one record, and more than is read at once
        line.send(&format!(": {}\n{}", "x".repeat(60_000), state(1))).await;
        assert_eq!(ear.state().await, 1);

        let confirm = Confirm { director: "LVS01".to_owned(), seq: 1, vips: [].into() };
        ear.follower.confirm(agent.address, confirm);
        let mut post = accept(&agent, &acceptor).await.unwrap();
        assert!(post.head().await.starts_with("POST /v1/watch/a HTTP/1.0\r\n"));
        post.send("HTTP/1.0 204 No Content\r\n\r\n").await;

        line.state(2).await;
        assert_eq!(ear.state().await, 2);
        // an end without close_notify
        drop(line);
        let words = ear.lost().await;
        assert!(["closed by the agent", "connection reset by peer"].contains(&words.as_str()), "{words}");
    });
}

#[test]
fn the_name_may_be_another_than_the_address() {
    run(async {
        let authority = Authority::new("agents");
        let acceptor = authority.certify(&["rs.example.org"]).acceptor(None);
        let agent = Played::new().await;
        let tls = AgentTls { name: Some("rs.example.org".to_owned()), ..authority.trusted() };
        let mut ear = follow(agent.address, &tls);
        let mut line = accept(&agent, &acceptor).await.unwrap();
        line.head().await;
        line.send(&format!("{HEAD}{}", state(1))).await;
        assert_eq!(ear.state().await, 1);
    });
}

#[test]
fn who_is_not_vouched_for_is_not_heard() {
    run(async {
        let (authority, other) = (Authority::new("agents"), Authority::new("others"));
        let agent = authority.certify(&[HERE]);
        assert_eq!(
            lost(&agent, None, &other.trusted()).await,
            "tls: the agent's certificate is not from an authority of `ca`"
        );
        let named = AgentTls { name: Some("rs.example.org".to_owned()), ..authority.trusted() };
        assert_eq!(
            lost(&agent, None, &named).await,
            "tls: the agent's certificate is for 127.0.0.1, not for rs.example.org"
        );
        let elsewhere = authority.certify(&["127.9.9.9", "rs.example.org"]);
        assert_eq!(
            lost(&elsewhere, None, &authority.trusted()).await,
            "tls: the agent's certificate is for 127.9.9.9, rs.example.org, not for 127.0.0.1"
        );
    });
}

#[test]
fn an_agent_that_wants_a_certificate_says_so() {
    run(async {
        let (authority, directors) = (Authority::new("agents"), Authority::new("directors"));
        let agent = authority.certify(&[HERE]);
        assert_eq!(
            lost(&agent, Some(&directors), &authority.trusted()).await,
            "tls: the agent wants a client certificate (alert CertificateRequired)"
        );
        let stranger = authority.certify(&["LVS01"]);
        let tls = AgentTls { certificate: Some(stranger.paths()), ..authority.trusted() };
        assert_eq!(
            lost(&agent, Some(&directors), &tls).await,
            "tls: the agent refuses this director's certificate (alert UnknownCA)"
        );
    });
}

#[test]
fn an_agent_without_tls_is_not_heard() {
    run(async {
        let agent = Played::new().await;
        let mut ear = follow(agent.address, &Authority::new("agents").trusted());
        let mut line = Line(agent.accept().await);
        line.send("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").await;
        assert_eq!(ear.lost().await, "tls: the agent does not speak TLS");
    });
}

#[test]
fn no_handshake_is_told() {
    run(async {
        let agent = Played::new().await;
        let limits = Limits { handshake: std::time::Duration::from_millis(50), ..Limits::default() };
        let mut ear = Ear::new(limits);
        let tls = Some(load(&Authority::new("agents").trusted()));
        ear.follower.set(Wanted { tls, ..wanted(&[agent.address]) });
        let _mute = agent.accept().await;
        assert_eq!(ear.lost().await, "tls: no handshake within 50ms");
    });
}

#[test]
fn other_files_are_a_reason_to_call_again_and_the_same_are_none() {
    run(async {
        let authority = Authority::new("agents");
        let acceptor = authority.certify(&[HERE]).acceptor(None);
        let agent = Played::new().await;
        let mut ear = follow(agent.address, &authority.trusted());
        let mut line = accept(&agent, &acceptor).await.unwrap();
        line.head().await;
        line.send(&format!("{HEAD}{}", state(1))).await;
        assert_eq!(ear.state().await, 1);

        ear.follower.set(Wanted { tls: Some(load(&authority.trusted())), ..wanted(&[agent.address]) });
        line.state(2).await;
        assert_eq!(ear.state().await, 2);
        assert!(!agent.is_called().await);

        let director = authority.certify(&["LVS01"]);
        let shown = AgentTls { certificate: Some(director.paths()), ..authority.trusted() };
        ear.follower.set(Wanted { tls: Some(load(&shown)), ..wanted(&[agent.address]) });
        let mut line = accept(&agent, &acceptor).await.unwrap();
        line.head().await;
        line.send(&format!("{HEAD}{}", state(3))).await;
        assert!(matches!(ear.next().await.1, News::State(status) if status.seq == 3));
    });
}

#[test]
fn files_that_cannot_be_used_are_refused_with_what_to_do() {
    let authority = Authority::new("agents");
    let (director, other) = (authority.certify(&["LVS01"]), authority.certify(&["LVS02"]));
    let (certificate, key) = director.paths();
    let key_text = std::fs::read_to_string(&key).unwrap();
    let open = File::new(&key_text, 0o644);
    let writable = File::new(&key_text, 0o620);
    let encrypted = File::new(&key_text.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), 0o600);
    let broken = File::new("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", 0o644);
    let no_authority = File::new(&key_text, 0o600);
    let missing = "/nonexistent/lvs-follow.pem";

    let with = |certificate: &str, key: &str| AgentTls {
        certificate: Some((certificate.to_owned(), key.to_owned())),
        ..authority.trusted()
    };
    let trusting = |ca: &str| AgentTls { ca: ca.to_owned(), ..authority.trusted() };
    for (tls, words, hint) in [
        (trusting(missing), "certificate authorities of [agents] tls: /nonexistent/", "name a PEM file"),
        (trusting("/"), "certificate authorities of [agents] tls: / is a directory", "name a PEM file"),
        (trusting(&no_authority.0), "holds no certificate in PEM form", "name the file with the certificate"),
        (trusting(&broken.0), "cannot be read as PEM", ""),
        (with(missing, &key), "certificate of [agents] tls: /nonexistent/", "name a PEM file"),
        (with(&certificate, missing), "key of [agents] tls: /nonexistent/", "name a PEM file"),
        (with(&certificate, &certificate), "may be read by everybody (mode 0644)", "chmod o-r"),
        (with(&certificate, &open.0), "may be read by everybody (mode 0644)", "chmod o-r"),
        (with(&certificate, &writable.0), "may be written by its group (mode 0620)", "chmod go-w"),
        (with(&certificate, &encrypted.0), "is encrypted", "openssl pkey"),
        (with(&certificate, &other.key.0), "keys may not be consistent", "name the key that belongs"),
        (
            AgentTls { name: Some("no name".to_owned()), ..authority.trusted() },
            "\"no name\" is no name that a certificate can have",
            "or leave `name` out",
        ),
    ] {
        let error = ClientTls::load(&tls).unwrap_err();
        let told = daemon::errors::one_line(&error);
        assert!(told.contains(words), "{told}: {words}");
        let advice = error.hint().unwrap_or_default();
        assert!(advice.contains(hint) && advice.is_empty() == hint.is_empty(), "{told}: {advice}");
    }
    assert!(ClientTls::load(&with(&certificate, &key)).is_ok());
}
