//! Why what TLS needs could not be read.

use std::fs::metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use daemon::config_file::ConfigFileError;
use rustls::pki_types::pem;

/// `[agents] tls` names what cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// a file is not there, or not to be trusted
    #[error("{what} of [agents] tls")]
    File {
        /// `certificate authorities`, `certificate`, `key`
        what: &'static str,
        /// the file and what is wrong with it
        #[source]
        source: ConfigFileError,
    },
    /// everybody may read the key
    #[error("key {path} may be read by everybody (mode {mode:04o})")]
    OpenKey {
        /// the file
        path: String,
        /// permission bits
        mode: u32,
    },
    /// the file vanished while it was read
    #[error("look at key {path}")]
    Key {
        /// the file
        path: String,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
    /// nothing of use in it
    #[error("{what} {path}: holds no {item} in PEM form")]
    Nothing {
        /// as in [`TlsError::File`]
        what: &'static str,
        /// the file
        path: String,
        /// `certificate`, `private key`
        item: &'static str,
    },
    /// not PEM
    #[error("{what} {path}: cannot be read as PEM")]
    Malformed {
        /// as in [`TlsError::File`]
        what: &'static str,
        /// the file
        path: String,
        /// where it is wrong
        #[source]
        source: pem::Error,
    },
    /// a certificate that cannot vouch for another
    #[error("certificate authorities {path}: one of them cannot be used")]
    Authority {
        /// the file
        path: String,
        /// why
        #[source]
        source: rustls::Error,
    },
    /// a password would be needed
    #[error("key {0}: is encrypted, and nobody is there to type its password")]
    Encrypted(String),
    /// the key is another certificate's, or of a kind that is not known
    #[error("certificate {certificate} with key {key}")]
    Mismatch {
        /// the certificate's file
        certificate: String,
        /// the key's file
        key: String,
        /// why
        #[source]
        source: rustls::Error,
    },
    /// not a name that a certificate can have
    #[error("{0:?} is no name that a certificate can have")]
    Name(String),
    /// the library refuses
    #[error("prepare TLS")]
    Library(#[source] rustls::Error),
}

impl TlsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File { source, .. } => of_file(source),
            Self::OpenKey { path, .. } => Some(format!("chmod o-r {path}")),
            Self::Nothing { item, .. } => Some(format!("name the file with the {item}: -----BEGIN …")),
            Self::Encrypted(path) => Some(format!("openssl pkey -in {path} -out FILE writes it without")),
            Self::Mismatch { .. } => Some("name the key that belongs to the certificate".into()),
            Self::Name(_) => Some(
                "write a DNS name or an address as in the agents' certificates, or leave `name` out".into(),
            ),
            Self::Key { .. } | Self::Malformed { .. } | Self::Authority { .. } | Self::Library(_) => None,
        }
    }
}

fn of_file(error: &ConfigFileError) -> Option<String> {
    match error {
        // the words of these are for the configuration itself
        ConfigFileError::Missing(_) | ConfigFileError::NotRegular { .. } | ConfigFileError::Empty(_) => {
            Some("name a PEM file: tls = { ca = \"/etc/lvs-director/ca.pem\" }".into())
        }
        ConfigFileError::NotUtf8 { .. } => Some("write it in PEM form: openssl x509 -inform der …".into()),
        ConfigFileError::Read { .. }
        | ConfigFileError::Owner { .. }
        | ConfigFileError::Writable { .. }
        | ConfigFileError::Directory { .. }
        | ConfigFileError::TooLarge(_) => error.hint(),
    }
}

/// A key that everybody can read proves nothing.
pub(super) fn refuse_open_key(path: &str) -> Result<(), TlsError> {
    let found = metadata(path).map_err(|source| TlsError::Key { path: path.to_owned(), source })?;
    let mode = found.mode() & 0o7777;
    if mode & 0o004 == 0 { Ok(()) } else { Err(TlsError::OpenKey { path: path.to_owned(), mode }) }
}
