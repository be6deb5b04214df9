//! What TLS has against an agent, or an agent against this director, in plain words.

use std::io;

use rustls::{AlertDescription, CertificateError, Error};

use crate::words;

/// Names of a certificate that a reason shows.
const NAMES: usize = 4;

/// Why a handshake failed.
pub(super) fn of_handshake(error: &io::Error) -> String {
    match words_of(error) {
        Some(words) => words,
        None if error.kind() == io::ErrorKind::UnexpectedEof => "tls: closed in the handshake".to_owned(),
        None => format!("tls: {}", words::io_error(error)),
    }
}

/// None: the error is not one of TLS.
pub(crate) fn words_of(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref()?;
    Some(format!("tls: {}", words(error)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls words the rest, and may add to it")]
fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(alert) => refused(*alert),
        Error::InvalidMessage(_) => "the agent does not speak TLS".to_owned(),
        _ => error.to_string(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is rare, and rustls may add to it")]
fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the agent's certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the agent's certificate is not valid yet".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "the agent's certificate is not from an authority of `ca`".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            format!("the agent's certificate is for {}, not for {}", names(presented), expected.to_str())
        }
        CertificateError::NotValidForName => "the agent's certificate is for another name".to_owned(),
        // webpki's own word, which rustls passes on as it is
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            "the agent's certificate is an authority's (CA:TRUE), not a server's".to_owned()
        }
        other => format!("the agent's certificate is refused ({other})"),
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
        AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure => {
            format!("the agent wants a client certificate (alert {alert:?})")
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::DecryptError
        | AlertDescription::AccessDenied => {
            format!("the agent refuses this director's certificate (alert {alert:?})")
        }
        _ => format!("the agent sent the alert {alert:?}"),
    }
}
