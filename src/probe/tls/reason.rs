//! TLS errors in plain words.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use crate::words;

/// As [`super::trust`] hands it through rustls.
pub(super) const SELF_SIGNED: &str = "certificate is self-signed";
const TOO_OLD: &str = "the server speaks neither TLS 1.2 nor TLS 1.3";
/// Names of a certificate that a reason shows.
const NAMES: usize = 4;

/// Why a handshake failed.
pub(super) fn of_handshake(error: &io::Error) -> String {
    match words_of(error) {
        Some(words) => words,
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "connection closed in the handshake".to_owned()
        }
        None => words::io_error(error),
    }
}

/// What TLS has against the other side; none: the error is not one of TLS.
pub(crate) fn words_of(error: &io::Error) -> Option<String> {
    error.get_ref()?.downcast_ref().map(words)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls words the rest, and may add to it")]
fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::General(text) if text == SELF_SIGNED => text.clone(),
        Error::AlertReceived(alert) => refused(*alert),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => TOO_OLD.to_owned(),
        Error::InvalidMessage(_) => "the server does not speak TLS".to_owned(),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            format!("not as TLS is spoken ({error})")
        }
        _ => error.to_string(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is rare, and rustls may add to it")]
fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "certificate is not valid yet".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "certificate is not from an authority that is trusted here".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            format!("certificate is for {}, not for {}", names(presented), expected.to_str())
        }
        CertificateError::NotValidForName => "certificate is for another name".to_owned(),
        CertificateError::BadEncoding => "certificate cannot be read".to_owned(),
        CertificateError::BadSignature => {
            "certificate is not signed with the key of the authority that it names".to_owned()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "certificate is not for servers (extended key usage)".to_owned()
        }
        // webpki's own word, which rustls passes on as it is
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            "certificate is an authority's (CA:TRUE), not a server's".to_owned()
        }
        other => format!("certificate is refused ({other})"),
    }
}

/// `a.example.org, b.example.org and 3 more`
fn names(presented: &[String]) -> String {
    let shown: Vec<&str> = presented.iter().take(NAMES).map(|name| bare(name)).collect();
    match presented.len() {
        0 => "no name".to_owned(),
        count if count > NAMES => format!("{} and {} more", shown.join(", "), count - NAMES),
        _ => shown.join(", "),
    }
}

/// `DnsName("a.example.org")` to `a.example.org`.
fn bare(name: &str) -> &str {
    let within = name.split_once('(').map_or(name, |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    within.trim_matches('"')
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest speaks for itself")]
fn refused(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::ProtocolVersion => format!("{TOO_OLD} (alert ProtocolVersion)"),
        AlertDescription::HandshakeFailure => {
            "the server accepts nothing of TLS 1.2 and 1.3 as spoken here, or wants a client certificate (alert HandshakeFailure)".to_owned()
        }
        AlertDescription::UnrecognisedName => {
            "the server does not know the name (alert UnrecognizedName)".to_owned()
        }
        AlertDescription::CertificateRequired => {
            "the server wants a client certificate (alert CertificateRequired)".to_owned()
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => {
            format!("the server refuses the client certificate, or that there is none (alert {alert:?})")
        }
        _ => format!("the server sent the alert {alert:?}"),
    }
}
