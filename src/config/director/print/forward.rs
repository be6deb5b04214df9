//! Forwarding methods and tunnels.

use alloc::format;
use alloc::string::String;

use ipvs::{Checksum, DestinationKey, Forward, Tunnel, TunnelKind};

use crate::print::{Lines, inline};

/// The word, and the table of a tunnel. `Local` and `Bypass` are the kernel's own: no file has them.
pub(super) const fn word(forward: Forward) -> &'static str {
    match forward {
        Forward::Direct | Forward::Local | Forward::Bypass => "dr",
        Forward::Nat => "nat",
        Forward::Tunnel(_) => "tun",
    }
}

/// `forward` and `tunnel`, where nothing but `usual` would be read.
pub(super) fn pairs(forward: Forward, usual: Forward, short: bool) -> (Option<&'static str>, Option<String>) {
    let method = Some(word(forward)).filter(|method| !short || *method != word(usual));
    let inherited = match usual {
        Forward::Tunnel(tunnel) => tunnel,
        Forward::Direct | Forward::Local | Forward::Bypass | Forward::Nat => Tunnel::default(),
    };
    let tunnel = match forward {
        Forward::Tunnel(tunnel) if !short || tunnel != inherited => Some(print_tunnel(tunnel, short)),
        Forward::Tunnel(_) | Forward::Direct | Forward::Local | Forward::Bypass | Forward::Nat => None,
    };
    (method, tunnel)
}

/// The two keys.
pub(super) fn print(forward: Forward, usual: Forward, lines: &mut Lines) {
    let (method, tunnel) = pairs(forward, usual, lines.is_short());
    if let Some(method) = method {
        lines.string("forward", method);
    }
    if let Some(tunnel) = tunnel {
        lines.key("tunnel", tunnel);
    }
}

fn print_tunnel(tunnel: Tunnel, short: bool) -> String {
    let kind = match tunnel.kind {
        TunnelKind::Ipip => "ipip",
        TunnelKind::Gue => "gue",
        TunnelKind::Gre => "gre",
    };
    let checksum = match tunnel.checksum {
        Checksum::None => "none",
        Checksum::Full => "full",
        Checksum::Remote => "remote",
    };
    inline([
        Some(format!("type = \"{kind}\"")),
        (tunnel.port != 0).then(|| format!("port = {}", tunnel.port)),
        (!short || tunnel.checksum != Checksum::None).then(|| format!("checksum = \"{checksum}\"")),
    ])
}

/// `ip:port`, or the address alone where every port is meant.
pub(super) fn address_port(key: &DestinationKey) -> String {
    if key.port == 0 { format!("{}", key.address) } else { format!("{key}") }
}
