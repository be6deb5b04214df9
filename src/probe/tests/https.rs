//! HTTPS checks against servers whose certificates are made here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;
mod pki;

use common::{S, http, passes, read_head, reason, refusing, server, short};
use health::{CheckKind, CheckSpec, TlsCheck, Verify};
use pki::{Authority, Server, secure};
use rcgen::date_time_ymd;

fn https(server: &Server, edit: impl FnOnce(&mut health::HttpCheck, &mut TlsCheck)) -> CheckSpec {
    with_tls(http(server.address), edit)
}

fn with_tls(mut spec: CheckSpec, edit: impl FnOnce(&mut health::HttpCheck, &mut TlsCheck)) -> CheckSpec {
    if let CheckKind::Http(http) = &mut spec.kind {
        let mut tls = TlsCheck { sni: None, verify: Verify::Off, certificate: None, key: None };
        http.host = Some("www.example.org".to_owned());
        edit(http, &mut tls);
        http.tls = Some(tls);
    }
    spec
}

fn trusting(server: &Server, authority: &Authority) -> CheckSpec {
    https(server, |_, tls| tls.verify = authority.verify())
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_passes() {
    let authority = Authority::new();
    let server = secure(authority.certify(&["www.example.org"], |_| ()));
    passes(&trusting(&server, &authority)).await;
    let seen = server.seen.recv_timeout(S).unwrap();
    assert_eq!(seen.name.as_deref(), Some("www.example.org"));
    assert!(seen.head.contains(&"host: www.example.org".to_owned()));
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_without_verification_not() {
    let server = secure(Authority::new().certify(&["www.example.org"], |_| ()));
    let unknown = reason(&trusting(&server, &Authority::called("another"))).await;
    assert_eq!(unknown, "tls: certificate is not from an authority that is trusted here");
    let of_that_name = reason(&trusting(&server, &Authority::new())).await;
    assert_eq!(of_that_name, "tls: certificate is not signed with the key of the authority that it names");
    passes(&https(&server, |_, _| ())).await;
}

#[tokio::test]
async fn dates_count() {
    let authority = Authority::new();
    let expired =
        secure(authority.certify(&["www.example.org"], |p| p.not_after = date_time_ymd(2020, 1, 1)));
    assert_eq!(reason(&trusting(&expired, &authority)).await, "tls: certificate has expired");
    let early = secure(authority.certify(&["www.example.org"], |p| p.not_before = date_time_ymd(4000, 1, 1)));
    assert_eq!(reason(&trusting(&early, &authority)).await, "tls: certificate is not valid yet");
    passes(&https(&expired, |_, _| ())).await;
}

#[tokio::test]
async fn the_name_counts() {
    let authority = Authority::new();
    let server = secure(authority.certify(&["other.example.org", "b.example.org"], |_| ()));
    let wrong = reason(&trusting(&server, &authority)).await;
    assert_eq!(wrong, "tls: certificate is for other.example.org, b.example.org, not for www.example.org");
    let sni = https(&server, |_, tls| {
        tls.verify = authority.verify();
        tls.sni = Some("other.example.org".to_owned());
    });
    passes(&sni).await;
    let many: Vec<String> = (0..9).map(|nth| format!("n{nth}.example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let wrong = reason(&trusting(&secure(authority.certify(&many, |_| ())), &authority)).await;
    assert!(wrong.contains("n3.example.org and 5 more, not for www"), "{wrong}");
}

#[tokio::test]
async fn the_name_in_the_handshake_may_differ_from_the_host() {
    let server = secure(Authority::new().certify(&["x"], |_| ()));
    passes(&https(&server, |_, tls| tls.sni = Some("sni.example.org".to_owned()))).await;
    let seen = server.seen.recv_timeout(S).unwrap();
    assert_eq!(seen.name.as_deref(), Some("sni.example.org"));
    assert!(seen.head.contains(&"host: www.example.org".to_owned()));
}

#[tokio::test]
async fn a_port_in_the_host_is_no_part_of_the_name() {
    let server = secure(Authority::new().certify(&["x"], |_| ()));
    passes(&https(&server, |http, _| http.host = Some("www.example.org:8443".to_owned()))).await;
    assert_eq!(server.seen.recv_timeout(S).unwrap().name.as_deref(), Some("www.example.org"));
}

#[tokio::test]
async fn an_address_is_no_name_but_may_be_certified() {
    let authority = Authority::new();
    let server = secure(authority.certify(&["127.0.0.1"], |_| ()));
    let spec = https(&server, |http, tls| {
        http.host = None;
        tls.verify = authority.verify();
    });
    passes(&spec).await;
    let seen = server.seen.recv_timeout(S).unwrap();
    assert_eq!(seen.name, None);
    assert!(seen.head.contains(&format!("host: {}", server.address)));
}

#[tokio::test]
async fn self_signed_is_said() {
    let server = secure(pki::self_signed("www.example.org", false));
    let reason_ = reason(&trusting(&server, &Authority::new())).await;
    assert_eq!(reason_, "tls: certificate is self-signed");
    let authoritys = secure(pki::self_signed("www.example.org", true));
    let reason_ = reason(&trusting(&authoritys, &Authority::new())).await;
    assert_eq!(reason_, "tls: certificate is an authority's (CA:TRUE), not a server's");
}

/// One without `CA:TRUE` may stand in the file itself.
#[tokio::test]
async fn a_self_signed_certificate_can_be_trusted() {
    let identity = pki::self_signed("www.example.org", false);
    let file = pki::file(&identity.certificate_pem());
    let server = secure(identity);
    passes(&https(&server, |_, tls| tls.verify = Verify::Ca(file.path.clone()))).await;
}

#[tokio::test]
async fn a_changed_file_of_authorities_is_read_again() {
    let (old, new) = (Authority::called("old"), Authority::called("new"));
    let server = secure(new.certify(&["www.example.org"], |_| ()));
    let file = pki::file(&old.pem());
    let spec = https(&server, |_, tls| tls.verify = Verify::Ca(file.path.clone()));
    assert!(reason(&spec).await.starts_with("tls: certificate is not from"));
    file.write(&new.pem());
    passes(&spec).await;
    file.write("nothing of use");
    let no_use = format!("tls: certificate authorities {}: holds no certificate in PEM form", file.path);
    assert_eq!(reason(&spec).await, no_use);
}

#[tokio::test]
async fn files_that_are_not_there_are_named() {
    let spec = |edit: fn(&mut TlsCheck)| with_tls(http(refusing()), |_, tls| edit(tls));
    let missing = reason(&spec(|tls| tls.verify = Verify::Ca("/nowhere/ca.pem".to_owned()))).await;
    assert_eq!(missing, "tls: certificate authorities /nowhere/ca.pem: no such file or directory");
    let device = reason(&spec(|tls| tls.verify = Verify::Ca("/dev/zero".to_owned()))).await;
    assert_eq!(device, "tls: certificate authorities /dev/zero: is no file");
    let certificate = reason(&spec(|tls| tls.certificate = Some("/nowhere/c.pem".to_owned()))).await;
    assert_eq!(certificate, "tls: certificate /nowhere/c.pem: no such file or directory");
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_wanted() {
    let authority = Authority::new();
    let server = pki::secure_for_clients_of(&authority, authority.certify(&["www.example.org"], |_| ()));
    let client = authority.certify(&["client"], |_| ());
    let (certificate, key) = (pki::file(&client.certificate_pem()), pki::file(&client.key_pem()));
    let spec = https(&server, |_, tls| {
        tls.certificate = Some(certificate.path.clone());
        tls.key = Some(key.path.clone());
    });
    passes(&spec).await;

    let without = reason(&https(&server, |_, _| ())).await;
    let wanted = "tls: the server wants a client certificate (alert CertificateRequired)";
    assert!(without.ends_with(wanted), "{without}");

    let other = pki::file(&authority.certify(&["other"], |_| ()).key_pem());
    let mixed = https(&server, |_, tls| {
        tls.certificate = Some(certificate.path.clone());
        tls.key = Some(other.path.clone());
    });
    let mixed = reason(&mixed).await;
    let begin = format!("tls: certificate {} with key {}: ", certificate.path, other.path);
    assert!(mixed.starts_with(&begin), "{mixed}");
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_from_who_is_silent() {
    let eager = server(|mut stream| {
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = read_head(&stream);
    });
    let closing = server(|stream| {
        let _ = std::io::Read::read(&mut &stream, &mut [0; 4096]);
    });
    let mute = server(|stream| {
        std::thread::sleep(S * 30);
        drop(stream);
    });
    let none = |address| with_tls(short(http(address)), |_, _| ());
    assert_eq!(reason(&none(eager)).await, "tls: the server does not speak TLS");
    assert_eq!(reason(&none(mute)).await, "tls: timed out after 200ms in the handshake");
    assert_eq!(reason(&none(refusing())).await, "connect: connection refused");
    let closed = reason(&with_tls(http(closing), |_, _| ())).await;
    let ways = ["tls: connection closed in the handshake", "tls: connection reset by peer"];
    assert!(ways.contains(&closed.as_str()), "{closed}");
}

#[tokio::test]
async fn an_old_server_is_told_as_old() {
    // record of an alert, fatal (2), protocol_version (70), as an OpenSSL with TLS 1.1 answers
    let old = server(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
        let _ = std::io::Write::write_all(&mut stream, &[21, 3, 2, 0, 2, 2, 70]);
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
    });
    let reason = reason(&with_tls(http(old), |_, _| ())).await;
    assert_eq!(reason, "tls: the server speaks neither TLS 1.2 nor TLS 1.3 (alert ProtocolVersion)");
}

#[tokio::test]
async fn status_and_digest_count_as_by_http() {
    let server = secure(Authority::new().certify(&["x"], |_| ()));
    let spec = https(&server, |http, _| http.digest = Some([0; 16]));
    let reason_ = reason(&spec).await;
    assert!(reason_.starts_with("GET /health?deep=1: body digest b1946ac9"), "{reason_}");
    let spec = https(&server, |http, _| http.status.retain(|range| range.first == 301));
    assert_eq!(reason(&spec).await, "GET /health?deep=1: status 200, wanted 301");
}

#[tokio::test]
async fn an_end_without_close_notify_ends_the_body() {
    let server = pki::secure_and_abrupt(Authority::new().certify(&["x"], |_| ()));
    let hello = 0xb194_6ac9_2492_d234_7c62_35b4_d261_1184_u128.to_be_bytes();
    passes(&https(&server, |http, _| http.digest = Some(hello))).await;
}
