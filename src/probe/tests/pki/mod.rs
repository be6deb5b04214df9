//! Certificates made for one test, and servers that show them.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::{fs, thread};

use health::Verify;
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A file that goes with the test.
pub(crate) struct Temporary {
    pub(crate) path: String,
}

impl Temporary {
    pub(crate) fn write(&self, text: &str) {
        fs::write(&self.path, text).unwrap();
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

pub(crate) fn file(text: &str) -> Temporary {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("probe-{}-{}.pem", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path: PathBuf = std::env::temp_dir().join(name);
    let file = Temporary { path: path.to_str().unwrap().to_owned() };
    file.write(text);
    file
}

pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: Temporary,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::called("an authority")
    }

    /// Each has a key of its own.
    pub(crate) fn called(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = file(&issuer.pem());
        Self { issuer, file }
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub(crate) fn verify(&self) -> Verify {
        Verify::Ca(self.file.path.clone())
    }

    pub(crate) fn certify(&self, names: &[&str], edit: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = params(names);
        edit(&mut params);
        let key = KeyPair::generate().unwrap();
        Identity { certificate: params.signed_by(&key, &self.issuer).unwrap(), key }
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).unwrap()
}

pub(crate) fn self_signed(name: &str, is_ca: bool) -> Identity {
    let mut params = params(&[name]);
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    Identity { certificate: params.self_signed(&key).unwrap(), key }
}

/// A certificate and its key.
pub(crate) struct Identity {
    certificate: Certificate,
    key: KeyPair,
}

impl Identity {
    pub(crate) fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
}

/// What a server saw of one client.
pub(crate) struct Seen {
    pub(crate) name: Option<String>,
    pub(crate) head: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: mpsc::Receiver<Seen>,
}

const ANSWER: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nhello\n";

pub(crate) fn secure(identity: Identity) -> Server {
    run(config(None, identity), |stream| {
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}

pub(crate) fn secure_and_abrupt(identity: Identity) -> Server {
    run(config(None, identity), |_| ())
}

pub(crate) fn secure_for_clients_of(authority: &Authority, identity: Identity) -> Server {
    run(config(Some(authority), identity), |stream| {
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}

fn config(clients_of: Option<&Authority>, identity: Identity) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = match clients_of {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.issuer.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
    builder.with_single_cert(vec![identity.certificate.der().clone()], key).unwrap()
}

type Stream = StreamOwned<ServerConnection, TcpStream>;

fn run(config: ServerConfig, end: fn(&mut Stream)) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (send, seen) = mpsc::channel();
    let config = Arc::new(config);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let head = read_head(&mut stream);
            // a client that has heard enough may be gone, and so may the test
            let _ = stream.write_all(ANSWER);
            end(&mut stream);
            let _ = send.send(Seen { name: stream.conn.server_name().map(str::to_owned), head });
        }
    });
    Server { address, seen }
}

fn read_head(stream: &mut Stream) -> Vec<String> {
    let lines = std::io::BufRead::lines(std::io::BufReader::new(stream));
    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect()
}
