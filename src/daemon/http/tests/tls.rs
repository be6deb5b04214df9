//! TLS on pipes, and the files it needs.

use std::fs::{self, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use config::agent::HealthTls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::tls::{ServerTls, TlsError};
use super::*;

const NAME: &str = "rs01.example";

/// A directory that goes with the test.
pub(in super::super) struct Files(PathBuf);

impl Files {
    pub(in super::super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lvs-tls-{}-{count}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// What the agent is told, from this authority and for clients of that one.
    pub(in super::super) fn of(&self, own: &Authority, clients: Option<&Authority>) -> HealthTls {
        let (certificate, key) = own.certify();
        HealthTls {
            certificate: self.write("certificate.pem", &certificate, 0o644),
            key: self.write("key.pem", &key, 0o600),
            clients: clients.map(|clients| self.write("clients.pem", &clients.0.pem(), 0o644)),
        }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(in super::super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(in super::super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn certify(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([NAME.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Believes in this authority, and shows a certificate of that one.
    fn client(&self, shows: Option<&Self>) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match shows.map(Self::certify) {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![certificate], key).unwrap()
            }
        };
        TlsConnector::from(Arc::new(config))
    }
}

impl World {
    async fn tls(&self, client: &TlsConnector, room: usize) -> io::Result<TlsStream<DuplexStream>> {
        client.connect(ServerName::try_from(NAME).unwrap(), self.connect(room)).await
    }

    /// What comes to `/healthz`; empty where there is no answer.
    async fn asked(&self, client: &TlsConnector) -> String {
        let Ok(mut socket) = self.tls(client, 4096).await else { return String::new() };
        let _ = socket.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").await;
        let mut answer = String::new();
        let _ = socket.read_to_string(&mut answer).await;
        answer
    }
}

fn is_ok(answer: &str) -> bool {
    answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n")
}

#[tokio::test(start_paused = true)]
async fn requests_are_answered_in_secret() {
    with_server(async |world| {
        let (files, own) = (Files::new(), Authority::new());
        world.door.set_tls(Some(ServerTls::load(&files.of(&own, None)).unwrap()));
        assert!(is_ok(&world.asked(&own.client(None)).await));
        assert_eq!(world.asked(&Authority::new().client(None)).await, "", "whoever does not believe it");

        let mut plain = world.connect(4096);
        plain.write_all(GET).await.unwrap();
        let mut answer = Vec::new();
        plain.read_to_end(&mut answer).await.unwrap();
        assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn clients_must_be_vouched_for_where_that_is_asked() {
    with_server(async |world| {
        let (files, own, clients) = (Files::new(), Authority::new(), Authority::new());
        world.door.set_tls(Some(ServerTls::load(&files.of(&own, Some(&clients))).unwrap()));
        assert!(is_ok(&world.asked(&own.client(Some(&clients))).await));
        assert_eq!(world.asked(&own.client(Some(&own))).await, "", "another authority's");
        assert_eq!(world.asked(&own.client(None)).await, "", "nobody's");
        assert!(is_ok(&world.asked(&own.client(Some(&clients))).await));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn other_files_hold_for_the_next_connection() {
    with_server(async |world| {
        let (files, first, second) = (Files::new(), Authority::new(), Authority::new());
        world.door.set_tls(Some(ServerTls::load(&files.of(&first, None)).unwrap()));
        let mut stays = world.tls(&first.client(None), 4096).await.unwrap();
        world.door.set_tls(Some(ServerTls::load(&files.of(&second, None)).unwrap()));
        assert_eq!(world.asked(&first.client(None)).await, "");
        assert!(is_ok(&world.asked(&second.client(None)).await));
        stays.write_all(GET).await.unwrap();
        assert_eq!(stays.read_u8().await.unwrap(), b'H');
        world.door.set_tls(None);
        let mut plain = world.connect(4096);
        plain.write_all(GET).await.unwrap();
        assert!(read(&mut plain).await.starts_with("HTTP/1.1 200 OK\r\n"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn handshakes_have_their_time() {
    with_server(async |world| {
        let (files, own) = (Files::new(), Authority::new());
        world.door.set_tls(Some(ServerTls::load(&files.of(&own, None)).unwrap()));
        about(closed_after(&mut world.connect(64)).await, limit::READ);

        let mut slow = world.connect(64);
        let begin = Instant::now();
        // a record of handshake that goes on and on
        slow.write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]).await.unwrap();
        while slow.write_all(b"x").await.is_ok() {
            assert!(begin.elapsed() < S * 10);
            sleep(Duration::from_millis(100)).await;
        }
        about(begin.elapsed(), limit::READ + Duration::from_millis(100));

        let mut silent = world.tls(&own.client(None), 4096).await.unwrap();
        let begin = Instant::now();
        let _ = timeout(S * 600, silent.read_to_end(&mut Vec::new())).await.unwrap();
        about(begin.elapsed(), limit::READ);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_takes_nothing_is_given_up_in_secret_too() {
    with_server(async |world| {
        let (files, own) = (Files::new(), Authority::new());
        world.door.set_tls(Some(ServerTls::load(&files.of(&own, None)).unwrap()));
        let mut socket = world.tls(&own.client(None), 4096).await.unwrap();
        socket.write_all(b"GET /follow HTTP/1.0\r\n\r\n").await.unwrap();
        let mut begin = [0; 15];
        socket.read_exact(&mut begin).await.unwrap();
        assert_eq!(&begin, b"HTTP/1.0 200 OK");
        assert_eq!(Rc::strong_count(&world.follows), 3);
        world.states.send_replace(Arc::from("x".repeat(5000)));
        sleep(limit::STALL + S).await;
        assert_eq!(Rc::strong_count(&world.follows), 2);
    })
    .await;
}

fn refused(files: &HealthTls) -> (String, String) {
    let error = ServerTls::load(files).unwrap_err();
    (crate::errors::one_line(&error), error.hint().unwrap_or_default())
}

#[test]
fn a_key_that_others_may_read_or_write_is_refused() {
    let (files, own) = (Files::new(), Authority::new());
    let tls = files.of(&own, None);
    let text = fs::read_to_string(&tls.key).unwrap();
    for (mode, reason, hint) in [
        (0o604, "everybody may read the key", "chmod o-rwx "),
        (0o620, "may be written by its group (mode 0620)", "chmod go-w "),
    ] {
        files.write("key.pem", &text, mode);
        let (error, told) = refused(&tls);
        assert!(error.contains(reason) && told.starts_with(hint), "{error}: {told}");
    }
    files.write("key.pem", &text, 0o640);
    ServerTls::load(&tls).unwrap();
    files.write("certificate.pem", &text, 0o666);
    assert!(refused(&tls).0.starts_with("read the certificate for TLS: "));
}

#[test]
fn files_that_hold_something_else_are_refused() {
    let (files, own) = (Files::new(), Authority::new());
    let tls = files.of(&own, Some(&own));
    let with = |name: &str, text: &str| {
        let path = files.0.join(name);
        let before = fs::read_to_string(&path).unwrap();
        files.write(name, text, 0o600);
        let found = refused(&tls);
        files.write(name, &before, 0o600);
        found
    };
    let (error, hint) =
        with("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assert!(
        error.ends_with("holds no private key in PEM form") && hint.contains("password"),
        "{error}: {hint}"
    );
    let (error, hint) = with("certificate.pem", "hello\n");
    assert!(error.ends_with("holds no certificate in PEM form") && hint.contains("PEM"), "{error}: {hint}");
    let (error, _) = with("clients.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    assert!(error.contains("clients.pem as PEM: "), "{error}");
    let (error, _) = with("clients.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    assert!(error.contains("clients.pem to know clients by: "), "{error}");
    let (error, hint) = with("key.pem", "");
    assert!(error.contains("key.pem is empty") && hint == "name a file in PEM form", "{error}: {hint}");
    let (error, _) = with("key.pem", &own.certify().1);
    assert!(error.starts_with("use the certificate ") && error.contains(" with the key "), "{error}");
    ServerTls::load(&tls).unwrap();
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let (files, own) = (Files::new(), Authority::new());
    let tls =
        HealthTls { key: files.0.join("none.pem").to_str().unwrap().to_owned(), ..files.of(&own, None) };
    let error = ServerTls::load(&tls).unwrap_err();
    assert!(matches!(error, TlsError::File { what: "key", .. }));
    assert!(refused(&tls).0.ends_with("none.pem does not exist"));
}
