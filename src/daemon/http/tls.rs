//! TLS of the listeners, with certificates of those who may ask.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

use config::agent::HealthTls;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config_file::{self, ConfigFileError};

/// What a listener shows and asks for. Files are read when it is made, so a new one is made when they change.
#[derive(Clone)]
pub struct ServerTls(TlsAcceptor);

/// Files could not be used for TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// one cannot be had, or others could have written it
    #[error("read the {what} for TLS")]
    File {
        /// `certificate`, `key`, `clients`: as the configuration calls it
        what: &'static str,
        /// why not
        #[source]
        source: ConfigFileError,
    },
    /// a secret that is none
    #[error("everybody may read the key {} (mode {mode:04o})", path.display())]
    Exposed {
        /// the key
        path: PathBuf,
        /// permission bits
        mode: u32,
    },
    /// a file holds something else
    #[error("{} holds no {what} in PEM form", path.display())]
    Empty {
        /// `certificate`, `private key`
        what: &'static str,
        /// the file
        path: PathBuf,
    },
    /// a file cannot be understood
    #[error("read {} as PEM", path.display())]
    Pem {
        /// the file
        path: PathBuf,
        /// what is wrong with it
        #[source]
        source: pem::Error,
    },
    /// certificate and key are not for each other, or of a kind that is not known
    #[error("use the certificate {certificate} with the key {key}")]
    Pair {
        /// path of the certificate
        certificate: String,
        /// path of the key
        key: String,
        /// what is wrong with them
        #[source]
        source: rustls::Error,
    },
    /// what should vouch for clients cannot
    #[error("use {} to know clients by", path.display())]
    Clients {
        /// the file
        path: PathBuf,
        /// what is wrong with it
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl TlsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File { source, .. } => match source {
                ConfigFileError::Missing(_) => Some("is the path right, and the file there yet?".into()),
                ConfigFileError::NotRegular { .. }
                | ConfigFileError::Empty(_)
                | ConfigFileError::TooLarge(_)
                | ConfigFileError::NotUtf8 { .. } => Some("name a file in PEM form".into()),
                ConfigFileError::Read { .. }
                | ConfigFileError::Owner { .. }
                | ConfigFileError::Writable { .. }
                | ConfigFileError::Directory { .. } => source.hint(),
            },
            Self::Exposed { path, .. } => Some(format!("chmod o-rwx {}", path.display())),
            Self::Empty { what: KEY, .. } => {
                Some("a key with a password cannot be used: nobody is there to type it".into())
            }
            Self::Empty { .. } | Self::Pem { .. } => Some("PEM is the text with -----BEGIN …-----".into()),
            Self::Pair { .. } | Self::Clients { .. } => None,
        }
    }
}

const CERTIFICATE: &str = "certificate";
const KEY: &str = "private key";

impl ServerTls {
    /// Reads the files. Nobody but root and this user may have written any of them, nor everybody read the key.
    pub fn load(files: &HealthTls) -> Result<Self, TlsError> {
        let chain = certificates("certificate", &files.certificate)?;
        let key = key(&files.key)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|source| pair(files, source))?;
        let builder = match &files.clients {
            Some(path) => builder.with_client_cert_verifier(clients(path)?),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|source| pair(files, source))?;
        // Connections last, so nothing is won by resuming, and each client shows its certificate each time.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) async fn accept<S>(&self, socket: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.0.accept(socket).await
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

fn clients(path: &str) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("clients", path)? {
        roots.add(certificate).map_err(|source| unusable(path, source))?;
    }
    let provider = Arc::new(ring::default_provider());
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|source: VerifierBuilderError| unusable(path, source))
}

/// At least one.
fn certificates(what: &'static str, path: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(what, path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let found = found.map_err(|source| TlsError::Pem { path: path.into(), source })?;
    if found.is_empty() {
        return Err(TlsError::Empty { what: CERTIFICATE, path: path.into() });
    }
    Ok(found)
}

fn key(path: &str) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = read("key", path)?;
    let failed =
        |source| TlsError::File { what: "key", source: ConfigFileError::Read { path: path.into(), source } };
    let mode = fs::metadata(path).map_err(failed)?.mode() & 0o7777;
    if mode & 0o007 != 0 {
        return Err(TlsError::Exposed { path: path.into(), mode });
    }
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|source| {
        if matches!(source, pem::Error::NoItemsFound) {
            TlsError::Empty { what: KEY, path: path.into() }
        } else {
            TlsError::Pem { path: path.into(), source }
        }
    })
}

fn read(what: &'static str, path: &str) -> Result<String, TlsError> {
    config_file::read(path).map_err(|source| TlsError::File { what, source })
}

fn pair(files: &HealthTls, source: rustls::Error) -> TlsError {
    TlsError::Pair { certificate: files.certificate.clone(), key: files.key.clone(), source }
}

fn unusable(path: &str, source: impl std::error::Error + Send + Sync + 'static) -> TlsError {
    TlsError::Clients { path: path.into(), source: Box::new(source) }
}
