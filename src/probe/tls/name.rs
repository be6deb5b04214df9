//! The name in the handshake (SNI), which is also the one that the certificate must be for.

use std::net::{IpAddr, SocketAddr};

use health::{HttpCheck, TlsCheck};
use rustls::pki_types::ServerName;

/// `sni`, else the check's host, else the target's address; for an address no name is sent (RFC 6066, section 3).
pub(super) fn of(
    target: SocketAddr,
    http: &HttpCheck,
    tls: &TlsCheck,
) -> Result<ServerName<'static>, String> {
    let host = http.host.as_deref().map(without_port);
    let Some(name) = tls.sni.as_deref().or(host) else { return Ok(ServerName::from(target.ip())) };
    ServerName::try_from(name.to_owned())
        .map_err(|_| format!("{name:?} is no name that a handshake can carry"))
}

/// `www.example.org:8443` to `www.example.org`, `[::1]:443` to `::1`.
fn without_port(host: &str) -> &str {
    if host.parse::<IpAddr>().is_ok() {
        return host;
    }
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}
