//! Keys from the words they print as.

use core::net::SocketAddr;
use core::str::FromStr;

use crate::{Family, Protocol, ServiceKey};

/// The text is no service key as [`ServiceKey`] prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a service key such as 'TCP 192.0.2.1:80' or 'FWM 7'")]
pub struct InvalidKey;

impl FromStr for ServiceKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let (kind, rest) = text.split_once(' ').ok_or(InvalidKey)?;
        let protocol = match kind {
            "TCP" => Protocol::Tcp,
            "UDP" => Protocol::Udp,
            "SCTP" => Protocol::Sctp,
            "FWM" => return fwmark(rest),
            _ => return Err(InvalidKey),
        };
        let socket: SocketAddr = rest.parse().map_err(|_| InvalidKey)?;
        Ok(Self::Address { protocol, address: socket.ip(), port: socket.port() })
    }
}

fn fwmark(text: &str) -> Result<ServiceKey, InvalidKey> {
    let (number, family) = match text.strip_suffix(" IPv6") {
        Some(number) => (number, Family::V6),
        None => (text, Family::V4),
    };
    let mark = number.parse().map_err(|_| InvalidKey)?;
    Ok(ServiceKey::Fwmark { family, mark })
}
