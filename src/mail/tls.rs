//! TLS to the mail server.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use health::Verify;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Largest file of authorities: a system's are a quarter of that.
const MOST: u64 = 1 << 20;

/// Nobody who could vouch for a mail server.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// no file, or not for us
    #[error("cannot read the certificate authorities in {0}")]
    Unreadable(String, #[source] io::Error),
    /// nothing of use in it
    #[error("there is no certificate (PEM) in {0}")]
    Empty(String),
    /// a part of it is no certificate
    #[error("{0} is no list of certificates (PEM)")]
    Malformed(String),
    /// no authorities on this machine
    #[error(
        "this machine has no certificate authorities: install ca-certificates, or write `verify = \"/path/ca.pem\"`"
    )]
    NoSystem,
    /// the library refuses
    #[error("cannot prepare TLS")]
    Library(#[from] rustls::Error),
}

/// Whether there is somebody to vouch for a mail server.
pub fn check_trust(verify: &Verify) -> Result<(), TrustError> {
    client(verify).map(drop)
}

/// Encrypts a connection to `server`, whose name or address the certificate must have.
pub(crate) async fn encrypt(
    tcp: TcpStream,
    server: &str,
    verify: &Verify,
) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(server.to_owned()).map_err(io::Error::other)?;
    let verify = verify.clone();
    // files are read
    let prepared = spawn_blocking(move || client(&verify)).await.map_err(io::Error::other)?;
    let config = prepared.map_err(|error| io::Error::other(daemon::errors::one_line(&error)))?;
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await
}

fn client(verify: &Verify) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let config = match verify {
        Verify::Off => config.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider))),
        Verify::System => config.with_root_certificates(of_system()?),
        Verify::Ca(path) => config.with_root_certificates(of_file(path)?),
    };
    Ok(config.with_no_client_auth())
}

fn of_system() -> Result<RootCertStore, TrustError> {
    let mut store = RootCertStore::empty();
    // those that cannot be read do not make the others worthless
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() { Err(TrustError::NoSystem) } else { Ok(store) }
}

fn of_file(path: &str) -> Result<RootCertStore, TrustError> {
    let text = read(Path::new(path)).map_err(|error| TrustError::Unreadable(path.to_owned(), error))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let added = certificate.is_ok_and(|certificate| store.add(certificate).is_ok());
        if !added {
            return Err(TrustError::Malformed(path.to_owned()));
        }
    }
    if store.is_empty() { Err(TrustError::Empty(path.to_owned())) } else { Ok(store) }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = Vec::new();
    file.take(MOST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

/// `verify = false`: whoever answers is taken for the mail server.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
