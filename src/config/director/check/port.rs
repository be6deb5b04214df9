//! The port that a check connects to where it says none.

use health::{CheckKind, HttpCheck};

/// Whether the type has a `port`.
pub(in crate::director) const fn has_port(kind: &CheckKind) -> bool {
    !matches!(kind, CheckKind::Ping | CheckKind::Script(_) | CheckKind::File(_))
}

/// The server's port; where it has none (0) that of the protocol, if there is one.
pub(in crate::director) const fn usual_port(kind: &CheckKind, server: u16) -> Option<u16> {
    let of_protocol = match kind {
        CheckKind::Ping => return Some(0),
        CheckKind::Script(_) | CheckKind::File(_) => return Some(server),
        CheckKind::Tcp(_) | CheckKind::Udp(_) => None,
        CheckKind::Http(HttpCheck { tls: None, .. }) => Some(80),
        CheckKind::Http(HttpCheck { tls: Some(_), .. }) => Some(443),
        CheckKind::Smtp(_) => Some(25),
        CheckKind::Dns(_) => Some(53),
        CheckKind::Mysql(_) => Some(3_306),
        CheckKind::Redis(_) => Some(6_379),
        CheckKind::Memcached => Some(11_211),
        CheckKind::Postgres(_) => Some(5_432),
    };
    if server == 0 { of_protocol } else { Some(server) }
}
