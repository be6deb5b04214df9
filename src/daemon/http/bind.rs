//! Listening sockets.

use std::fs::{self, Permissions};
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::{TcpListener, TcpSocket, UnixListener};

use super::limit;

/// Connections that the kernel takes while the daemon does something else.
const BACKLOG: u32 = 1024;

/// A listening socket could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// on the network
    #[error("listen on {address}")]
    Tcp {
        /// what was asked for
        address: SocketAddr,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
    /// the control socket
    #[error("listen on {}", path.display())]
    Control {
        /// the socket
        path: PathBuf,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
}

impl BindError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        let (Self::Tcp { source, .. } | Self::Control { source, .. }) = self;
        HINTS.into_iter().find(|(kind, _)| *kind == source.kind()).map(|(_, hint)| hint)
    }
}

const HINTS: [(io::ErrorKind, &str); 3] = [
    (io::ErrorKind::AddrInUse, "another process listens there; `ss -ltnp` shows which"),
    (io::ErrorKind::AddrNotAvailable, "no interface of this machine has this address"),
    (io::ErrorKind::PermissionDenied, "ports below 1024 need CAP_NET_BIND_SERVICE, the socket its directory"),
];

/// Listens on one address; `beside_v4` keeps `[::]` from taking IPv4, which has an address of its own with this port.
/// Must be called within a tokio runtime.
pub fn bind_tcp(address: SocketAddr, beside_v4: bool) -> Result<TcpListener, BindError> {
    listen(address, beside_v4).map_err(|source| BindError::Tcp { address, source })
}

/// Listens on the control socket, mode 0600. One that is there is replaced: whoever made it no longer holds the
/// run directory's lock, which the caller does. Must be called within a tokio runtime.
pub fn bind_control(path: impl AsRef<Path>) -> Result<UnixListener, BindError> {
    let path = path.as_ref();
    replace(path).map_err(|source| BindError::Control { path: path.to_owned(), source })
}

fn listen(address: SocketAddr, beside_v4: bool) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if address.is_ipv6() {
        let only = beside_v4 || address.ip() != IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        setsockopt(&socket, sockopt::Ipv6V6Only, &only)?;
    }
    // the previous process' connections in TIME_WAIT must not keep a restarted daemon from its port
    socket.set_reuseaddr(true)?;
    // connections inherit both: small events leave at once, and a peer that vanished is given up in time
    socket.set_nodelay(true)?;
    let stall_ms = u32::try_from(limit::STALL.as_millis()).unwrap_or(u32::MAX);
    setsockopt(&socket, sockopt::TcpUserTimeout, &stall_ms)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Made beside its place and moved there, so that nobody meets it with the wrong mode.
fn replace(path: &Path) -> io::Result<UnixListener> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => (),
    }
    let listener = UnixListener::bind(&unfinished)?;
    fs::set_permissions(&unfinished, Permissions::from_mode(0o600))?;
    fs::rename(&unfinished, path)?;
    Ok(listener)
}
