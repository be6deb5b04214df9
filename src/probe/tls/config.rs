//! What a handshake is made with. It is made once and kept; files are looked at before each attempt and read again
//! when they have changed.

mod files;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use health::{TlsCheck, Verify};
use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, Error, RootCertStore};
use tokio::task::spawn_blocking;

use self::files::Stamp;
use super::trust::{Authorities, Nobody};
use crate::cache::Cache;
use crate::turns::Turns;

/// Ways of handshaking that are kept; the machine's authorities alone are some hundred kilobytes for each.
const KEPT: usize = 64;
/// The machine's certificate authorities are read again after this time.
const SYSTEM_FRESH: Duration = Duration::from_secs(3600);

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(ring::default_provider()));
static MADE: Cache<Wanted, Made> = Cache::new(KEPT);
/// Of many checks that begin at once and want the same, one reads the files.
static MAKING: Turns<Wanted> = Turns::new();

/// What of a check the handshake depends on; the name is given to each connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    verify: Verify,
    certificate: Option<String>,
    key: Option<String>,
}

#[derive(Clone)]
struct Made {
    config: Arc<ClientConfig>,
    from: Stamp,
    at: Instant,
}

/// What this check's handshakes are made with; the reason when a file is missing or wrong.
pub(super) async fn of(tls: &TlsCheck) -> Result<Arc<ClientConfig>, String> {
    let wanted =
        Wanted { verify: tls.verify.clone(), certificate: tls.certificate.clone(), key: tls.key.clone() };
    if wanted.files().next().is_none()
        && let Some(made) = MADE.get(&wanted).filter(|made| made.is_fresh(&wanted))
    {
        return Ok(made.config);
    }
    let making = MAKING.take(wanted.clone()).await;
    // files may be slow, and everybody waits in this thread
    let work = spawn_blocking(move || {
        let _making = making;
        kept_or_made(wanted)
    });
    work.await.map_err(|_| "cannot read certificates".to_owned())?
}

fn kept_or_made(wanted: Wanted) -> Result<Arc<ClientConfig>, String> {
    let from = Stamp::of(wanted.files());
    if let Some(made) = MADE.get(&wanted)
        && made.from == from
        && made.is_fresh(&wanted)
    {
        return Ok(made.config);
    }
    let config = Arc::new(wanted.make()?);
    MADE.put(wanted, Made { config: Arc::clone(&config), from, at: Instant::now() });
    Ok(config)
}

impl Made {
    /// As far as the machine's authorities go.
    fn is_fresh(&self, wanted: &Wanted) -> bool {
        wanted.verify != Verify::System || self.at.elapsed() < SYSTEM_FRESH
    }
}

impl Wanted {
    fn files(&self) -> impl Iterator<Item = &str> {
        let authorities = match &self.verify {
            Verify::Off | Verify::System => None,
            Verify::Ca(path) => Some(path.as_str()),
        };
        authorities.into_iter().chain(self.certificate.as_deref()).chain(self.key.as_deref())
    }

    fn make(&self) -> Result<ClientConfig, String> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier()?);
        let mut config = match (&self.certificate, &self.key) {
            (Some(certificate), key) => {
                // a file may hold both
                let key = key.as_ref().unwrap_or(certificate);
                let chain = files::certificates("certificate", certificate)?;
                let auth = builder.with_client_auth_cert(chain, files::key(key)?);
                auth.map_err(|error| mismatch(certificate, key, &error))?
            }
            (None, _) => builder.with_no_client_auth(),
        };
        // a resumed session would not show the certificate again
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, String> {
        let roots = match &self.verify {
            Verify::Off => return Ok(Arc::new(Nobody(Arc::clone(&PROVIDER)))),
            Verify::System => system_roots()?,
            Verify::Ca(path) => roots_in(path)?,
        };
        Ok(Arc::new(Authorities::new(roots, &PROVIDER)?))
    }
}

fn mismatch(certificate: &str, key: &str, error: &Error) -> String {
    format!("certificate {certificate} with key {key}: {error}")
}

fn roots_in(path: &str) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in files::certificates("certificate authorities", path)? {
        roots.add(certificate).map_err(|error| format!("certificate authorities {path}: {error}"))?;
    }
    Ok(roots)
}

fn system_roots() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        return Err("this machine has no certificate authorities (package ca-certificates)".to_owned());
    }
    Ok(roots)
}

#[cfg(test)]
mod tests;
