//! TLS 1.2 and 1.3 to agents: who vouches for them, and what this director shows.

mod error;
mod reason;

use std::net::IpAddr;
use std::sync::Arc;

use config::director::AgentTls;
use daemon::config_file;
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use error::TlsError;
pub(crate) use reason::words_of;

const CA: &str = "certificate authorities";
const CERTIFICATE: &str = "certificate";
const KEY: &str = "key";

/// What every handshake with an agent is made with. Two of them are equal when they were read from equal texts, so that a reload
/// that changes nothing here breaks no stream.
#[derive(Clone)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
    name: Option<ServerName<'static>>,
    texts: Vec<String>,
}

impl PartialEq for ClientTls {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.texts == other.texts
    }
}

impl Eq for ClientTls {}

impl std::fmt::Debug for ClientTls {
    // the texts hold the key
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientTls").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ClientTls {
    /// Reads the files, which only root and this user may have written; the key must not be everybody's to read. Fails too when
    /// the key is not the certificate's, and when `name` is no name.
    pub fn load(tls: &AgentTls) -> Result<Self, TlsError> {
        let name = tls.name.as_deref().map(name).transpose()?;
        let ca = read(CA, &tls.ca)?;
        let trusted = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Library)?
            .with_root_certificates(authorities(&tls.ca, &ca)?);
        let mut texts = vec![ca];
        let mut config = match &tls.certificate {
            None => trusted.with_no_client_auth(),
            Some((certificate, key)) => {
                let shown = read(CERTIFICATE, certificate)?;
                let secret = read(KEY, key)?;
                error::refuse_open_key(key)?;
                let (chain, secret_key) =
                    (certificates(CERTIFICATE, certificate, &shown)?, private(key, &secret)?);
                texts.extend([shown, secret]);
                trusted.with_client_auth_cert(chain, secret_key).map_err(|source| TlsError::Mismatch {
                    certificate: certificate.clone(),
                    key: key.clone(),
                    source,
                })?
            }
        };
        // a resumed session would not show the certificate again
        config.resumption = Resumption::disabled();
        Ok(Self { config: Arc::new(config), name, texts })
    }

    /// Makes the handshake with the agent at `address`; words when it fails.
    pub(crate) async fn handshake(
        &self,
        address: IpAddr,
        tcp: TcpStream,
    ) -> Result<TlsStream<TcpStream>, String> {
        let name = self.name.clone().unwrap_or_else(|| ServerName::from(address));
        let connected = TlsConnector::from(Arc::clone(&self.config)).connect(name, tcp).await;
        connected.map_err(|error| reason::of_handshake(&error))
    }
}

fn name(text: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(text.to_owned()).map_err(|_| TlsError::Name(text.to_owned()))
}

fn authorities(path: &str, text: &str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(CA, path, text)? {
        roots.add(certificate).map_err(|source| TlsError::Authority { path: path.to_owned(), source })?;
    }
    Ok(roots)
}

/// At least one.
fn certificates(
    what: &'static str,
    path: &str,
    text: &str,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match found {
        Ok(found) if found.is_empty() => {
            Err(TlsError::Nothing { what, path: path.to_owned(), item: "certificate" })
        }
        Ok(found) => Ok(found),
        Err(source) => Err(TlsError::Malformed { what, path: path.to_owned(), source }),
    }
}

fn private(path: &str, text: &str) -> Result<PrivateKeyDer<'static>, TlsError> {
    let path = path.to_owned();
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|source| {
        if text.contains("ENCRYPTED PRIVATE KEY") {
            TlsError::Encrypted(path)
        } else if matches!(source, pem::Error::NoItemsFound) {
            TlsError::Nothing { what: KEY, path, item: "private key" }
        } else {
            TlsError::Malformed { what: KEY, path, source }
        }
    })
}

fn read(what: &'static str, path: &str) -> Result<String, TlsError> {
    config_file::read(path).map_err(|source| TlsError::File { what, source })
}
