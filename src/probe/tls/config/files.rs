//! Certificates and keys in PEM files.

use std::fs::{File, metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::words;

/// Largest file that is read; all public authorities together take a quarter of a megabyte.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Which versions of some files these are.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Stamp(Vec<Option<[i64; 5]>>);

impl Stamp {
    pub(super) fn of<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        Self(paths.map(version).collect())
    }
}

/// None: there is no file.
fn version(path: &str) -> Option<[i64; 5]> {
    let meta = metadata(path).ok()?;
    let number = i64::from_ne_bytes(meta.ino().to_ne_bytes());
    let length = i64::from_ne_bytes(meta.len().to_ne_bytes());
    Some([number, length, meta.mtime(), meta.mtime_nsec(), meta.ctime_nsec()])
}

/// All certificates of a file, at least one; `what` says what they are for.
pub(super) fn certificates(what: &str, path: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(path).map_err(|reason| format!("{what} {path}: {reason}"))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(format!("{what} {path}: holds no certificate in PEM form")),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("{what} {path}: {error}")),
    }
}

/// The first private key of a file.
pub(super) fn key(path: &str) -> Result<PrivateKeyDer<'static>, String> {
    let text = read(path).map_err(|reason| format!("key {path}: {reason}"))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        if is_encrypted(&text) {
            format!("key {path}: is encrypted; a check cannot ask for its password")
        } else if matches!(error, pem::Error::NoItemsFound) {
            format!("key {path}: holds no private key in PEM form")
        } else {
            format!("key {path}: {error}")
        }
    })
}

fn is_encrypted(text: &[u8]) -> bool {
    const MARK: &[u8] = b"ENCRYPTED PRIVATE KEY";
    text.windows(MARK.len()).any(|window| window == MARK)
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    // before it is opened, which may last for ever for a pipe
    let meta = metadata(path).map_err(|error| words::io_error(&error))?;
    if !meta.is_file() {
        return Err("is no file".to_owned());
    }
    if meta.len() > LIMIT {
        return Err("larger than 4 MiB".to_owned());
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(|error| words::io_error(&error))?;
    file.take(LIMIT).read_to_end(&mut text).map_err(|error| words::io_error(&error))?;
    Ok(text)
}
