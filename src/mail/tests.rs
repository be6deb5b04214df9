use std::time::{Duration, SystemTime};

use crate::testing::{Authority, Behaviour, Server};
use config::director::{MailAbout, MailConfig, MailTls};
use health::{Login, Secret, Verify};

use crate::queue::MOST_WAITING;
use crate::{About, Mail, MailEvent, TrustError, check_trust};

/// Long enough for a loaded machine; what takes so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// So that nothing is sent before the end is asked for.
const LONG: Duration = Duration::from_secs(600);

fn config(server: &Server) -> MailConfig {
    MailConfig {
        to: vec!["noc@example.com".into()],
        from: "LVS <lvs@example.com>".into(),
        server: ("127.0.0.1".into(), server.port),
        helo: Some("lvs01.example.com".into()),
        tls: MailTls::Off,
        verify: Verify::System,
        login: None,
        timeout: PATIENCE,
        merge: LONG,
        about: MailAbout { routers: true, services: true, servers: true },
    }
}

fn event(subject: &str) -> MailEvent {
    MailEvent { at: SystemTime::now(), about: About::Server, subject: subject.into(), text: String::new() }
}

/// One change, told at once; answers whether it was.
async fn tell_one(config: MailConfig) -> (bool, Mail) {
    let mail = Mail::new();
    mail.set(Some(config), "LVS01");
    mail.tell(event("web: 10.0.0.2:80 down"));
    (mail.finish(PATIENCE).await, mail)
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

#[tokio::test]
async fn a_plain_server_gets_the_mail() {
    let server = Server::start(Behaviour::default()).await;
    let mut config = config(&server);
    config.to.push("Night <night@example.com>".into());
    let (told, mail) = tell_one(config).await;
    assert!(told, "{:?}", mail.status());
    let log = server.log();
    let wanted = [
        "EHLO lvs01.example.com",
        "MAIL FROM:<lvs@example.com>",
        "RCPT TO:<noc@example.com>",
        "RCPT TO:<night@example.com>",
        "DATA",
        "QUIT",
    ];
    assert_eq!(log, wanted);
    let mails = server.mails();
    assert!(mails[0].contains("\r\nSubject: [LVS01] web: 10.0.0.2:80 down\r\n"), "{}", mails[0]);
    assert_eq!(mail.status(), crate::MailStatus { sent: 1, ..crate::MailStatus::default() });
}

#[tokio::test]
async fn changes_within_a_time_are_one_mail() {
    let server = Server::start(Behaviour::default()).await;
    let mail = Mail::new();
    mail.tell(event("before there was anybody to tell"));
    mail.set(Some(MailConfig { merge: Duration::from_millis(300), ..config(&server) }), "LVS01");
    for nth in 0..40 {
        mail.tell(event(&format!("web: 10.0.0.{nth}:80 down")));
    }
    until("one mail is there", || server.mails().len() == 1).await;
    mail.tell(event("later"));
    until("another is there", || server.mails().len() == 2).await;
    let mails = server.mails();
    assert!(mails[0].contains("Subject: [LVS01] 40 changes: web: 10.0.0.0:80 down; "), "{}", mails[0]);
    assert!(mails[0].contains("web: 10.0.0.39:80 down") && !mails[0].contains("before"), "{}", mails[0]);
    assert!(mails[1].contains("Subject: [LVS01] later\r\n"), "{}", mails[1]);
    assert!(mail.finish(PATIENCE).await);
}

#[tokio::test]
async fn tls_and_starttls_are_verified_and_log_in_only_when_encrypted() {
    let authority = Authority::new();
    let login = Some(Login { user: "lvs".into(), password: Secret("pass word".into()) });
    for tls in [MailTls::StartTls, MailTls::Tls] {
        let server = Server::start(Behaviour {
            tls: Some((tls, authority.for_name("localhost"))),
            login: Some(("lvs", "pass word")),
            ..Behaviour::default()
        })
        .await;
        let good = MailConfig {
            server: ("localhost".into(), server.port),
            tls,
            verify: Verify::Ca(authority.file()),
            login: login.clone(),
            ..config(&server)
        };
        let (told, mail) = tell_one(good.clone()).await;
        assert!(told, "{tls:?}: {:?}", mail.status());
        let log = server.log();
        assert!(log.contains(&"AUTH PLAIN (encrypted)".to_owned()), "{log:?}");
        let hellos = log.iter().filter(|line| line.starts_with("EHLO")).count();
        assert_eq!(hellos, if tls == MailTls::StartTls { 2 } else { 1 }, "{log:?}");
        // a name that the certificate does not have, an authority that did not sign it
        let other = MailConfig { server: ("127.0.0.1".into(), server.port), ..good.clone() };
        let stranger = Authority::new();
        let strange = MailConfig { verify: Verify::Ca(stranger.file()), ..good.clone() };
        for bad in [other.clone(), strange] {
            let (told, mail) = tell_one(bad).await;
            let error = mail.status().error.unwrap();
            assert!(!told && error.starts_with("tls: ") && error.contains("certificate"), "{error}");
        }
        assert_eq!(server.mails().len(), 1);
        let (told, mail) = tell_one(MailConfig { verify: Verify::Off, ..other }).await;
        assert!(told, "{:?}", mail.status());
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let server = Server::start(Behaviour::default()).await;
    let (told, mail) = tell_one(MailConfig { tls: MailTls::StartTls, ..config(&server) }).await;
    assert!(!told);
    assert_eq!(mail.status().error.unwrap(), "starttls: the server does not offer STARTTLS");
    assert_eq!(server.log(), ["EHLO lvs01.example.com"]);
}

#[tokio::test]
async fn words_before_encryption_do_not_count_after_it() {
    let authority = Authority::new();
    let behaviour = Behaviour {
        tls: Some((MailTls::StartTls, authority.for_name("localhost"))),
        injects: true,
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await;
    let (told, mail) = tell_one(MailConfig {
        server: ("localhost".into(), server.port),
        tls: MailTls::StartTls,
        verify: Verify::Ca(authority.file()),
        ..config(&server)
    })
    .await;
    assert!(!told && mail.status().error.unwrap().starts_with("tls: "));
    assert_eq!(server.mails().len(), 0);
}

#[tokio::test]
async fn a_wrong_password_is_named_and_not_tried_again() {
    let server = Server::start(Behaviour { login: Some(("lvs", "right")), ..Behaviour::default() }).await;
    let login = Some(Login { user: "lvs".into(), password: Secret("wrong".into()) });
    let mail = Mail::new();
    mail.set(Some(MailConfig { login, merge: Duration::ZERO, ..config(&server) }), "LVS01");
    mail.tell(event("web: 10.0.0.2:80 down"));
    until("it is given up", || mail.status().lost == 1).await;
    let status = mail.status();
    assert!(status.error.as_ref().unwrap().starts_with("login: permanent error (535)"), "{status:?}");
    assert!(!format!("{status:?}").contains("wrong"));
    assert_eq!((status.waiting, status.sent), (0, 0));
    // with the right one it is told, and also that something was not
    let login = Some(Login { user: "lvs".into(), password: Secret("right".into()) });
    mail.set(Some(MailConfig { login, merge: Duration::ZERO, ..config(&server) }), "LVS01");
    mail.tell(event("web: 10.0.0.3:80 down"));
    until("it is told", || mail.status().sent == 1).await;
    assert!(server.mails()[0].contains("Before that, 1 change could not be told."));
    assert_eq!(mail.status().error, None);
}

#[tokio::test]
async fn what_a_server_refuses_for_now_is_told_when_it_is_back() {
    let server =
        Server::start(Behaviour { refuses: Some(("DATA", "451 4.3.0 later")), ..Behaviour::default() }).await;
    let mail = Mail::new();
    mail.set(Some(MailConfig { merge: Duration::ZERO, ..config(&server) }), "LVS01");
    mail.tell(event("first"));
    until("it is refused", || mail.status().error.is_some()).await;
    assert_eq!(mail.status().error.unwrap(), "mail: transient error (451): 4.3.0 later");
    mail.tell(event("second"));
    assert_eq!((mail.status().waiting, mail.status().lost), (2, 0));
    server.set(Behaviour::default());
    // another configuration is a reason to try at once
    mail.set(Some(MailConfig { helo: None, merge: Duration::ZERO, ..config(&server) }), "LVS01");
    until("both are told", || mail.status().sent == 1).await;
    assert!(
        server.mails()[0].contains("Subject: [LVS01] 2 changes: first; second\r\n"),
        "{:?}",
        server.mails()
    );
    assert_eq!((mail.status().waiting, mail.status().error), (0, None));
}

#[tokio::test]
async fn one_recipient_that_is_refused_does_not_keep_the_others_from_the_mail() {
    let refuses = Some(("RCPT TO:<gone@example.com>", "550 5.1.1 no such user"));
    let server = Server::start(Behaviour { refuses, ..Behaviour::default() }).await;
    let two = MailConfig { to: vec!["gone@example.com".into(), "noc@example.com".into()], ..config(&server) };
    let (told, mail) = tell_one(two).await;
    assert!(told, "{:?}", mail.status());
    assert_eq!(server.mails().len(), 1);
    let (told, mail) = tell_one(MailConfig { to: vec!["gone@example.com".into()], ..config(&server) }).await;
    assert!(!told);
    let wanted = "recipient gone@example.com: permanent error (550): 5.1.1 no such user";
    assert_eq!(mail.status().error.unwrap(), wanted);
}

#[tokio::test]
async fn a_server_that_is_not_there_says_nothing_or_too_much_is_named() {
    let server = Server::start(Behaviour { silent: true, ..Behaviour::default() }).await;
    let short = MailConfig { timeout: Duration::from_millis(200), ..config(&server) };
    let (told, mail) = tell_one(short.clone()).await;
    assert!(!told);
    assert_eq!(mail.status().error.unwrap(), "greeting: the mail was not taken within 200 ms");
    server.set(Behaviour { floods: true, ..Behaviour::default() });
    let (_, mail) = tell_one(config(&server)).await;
    assert!(mail.status().error.unwrap().ends_with("the server says too much"));
    let port = server.port;
    drop(server);
    let (_, mail) = tell_one(MailConfig { server: ("127.0.0.1".into(), port), ..short.clone() }).await;
    let wanted = format!("connect: 127.0.0.1:{port}: Connection refused (os error 111)");
    assert_eq!(mail.status().error.unwrap(), wanted);
    let (_, mail) = tell_one(MailConfig { server: ("no host".into(), 25), timeout: PATIENCE, ..short }).await;
    assert!(mail.status().error.unwrap().starts_with("connect: "));
}

#[tokio::test]
async fn the_queue_has_a_limit_and_the_oldest_is_lost() {
    let server = Server::start(Behaviour::default()).await;
    let mail = Mail::new();
    mail.set(Some(config(&server)), "LVS01");
    for nth in 0..MOST_WAITING + 3 {
        mail.tell(event(&format!("change {nth}!")));
    }
    assert_eq!((mail.status().waiting, mail.status().lost), (MOST_WAITING, 3));
    assert!(mail.finish(PATIENCE).await, "{:?}", mail.status());
    let mails = server.mails();
    assert!(
        mails[0].contains(&format!("Subject: [LVS01] {MOST_WAITING} changes: change 3!; ")),
        "{:.2000}",
        mails[0]
    );
    assert!(
        mails[0].contains("Before that, 3 changes could not be told.") && !mails[0].contains("change 2!")
    );
    assert!(mails[0].contains(&format!("change {}!", MOST_WAITING + 2)));
}

#[tokio::test]
async fn without_a_configuration_nothing_waits() {
    let server = Server::start(Behaviour::default()).await;
    let mail = Mail::new();
    mail.set(Some(config(&server)), "LVS01");
    mail.tell(event("a"));
    mail.set(None, "LVS01");
    mail.tell(event("b"));
    assert_eq!(mail.status(), crate::MailStatus::default());
    assert!(mail.finish(PATIENCE).await);
    assert_eq!(server.log().len(), 0);
}

#[tokio::test]
async fn a_greeting_of_ours_is_no_command() {
    let server = Server::start(Behaviour::default()).await;
    let (told, _) =
        tell_one(MailConfig { helo: Some("a\r\nMAIL FROM:<x@y>".into()), ..config(&server) }).await;
    assert!(told);
    assert_eq!(server.log()[0], "EHLO aMAILFROM:xy");
}

#[test]
fn who_could_vouch_is_looked_at() {
    let authority = Authority::new();
    assert!(check_trust(&Verify::Ca(authority.file())).is_ok());
    assert!(check_trust(&Verify::Off).is_ok());
    let missing = format!("{}.gone", authority.file());
    assert!(matches!(check_trust(&Verify::Ca(missing)), Err(TrustError::Unreadable(..))));
    assert!(matches!(check_trust(&Verify::Ca("/dev/null".into())), Err(TrustError::Unreadable(..))));
    let beside = |text: &str| {
        let path = format!("{}.bad", authority.file());
        std::fs::write(&path, text).unwrap();
        check_trust(&Verify::Ca(path))
    };
    assert!(matches!(beside("nothing"), Err(TrustError::Empty(_))));
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(beside(broken), Err(TrustError::Malformed(_))));
}
