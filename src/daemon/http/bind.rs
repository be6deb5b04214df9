//! Listening sockets.

use std::fs::{self, Permissions};
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::{TcpListener, TcpSocket, UnixListener};

use super::limit;

/// Below the number in this file are the ports that take a capability, of IPv6, too (`ip(7)`, kernel 4.11 and later).
const UNPRIVILEGED: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
/// Where nothing else is said.
const USUALLY_UNPRIVILEGED: u16 = 1024;
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
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Tcp { address, source } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some(forbidden(address.port(), source, unprivileged()))
            }
            Self::Control { path, source } if source.kind() == io::ErrorKind::PermissionDenied => {
                let directory = path.parent().unwrap_or(path).display();
                Some(format!("{directory} must belong to whoever runs this"))
            }
            Self::Tcp { source, .. } | Self::Control { source, .. } => {
                let known = HINTS.into_iter().find(|(kind, _)| *kind == source.kind());
                known.map(|(_, hint)| hint.to_owned())
            }
        }
    }
}

const HINTS: [(io::ErrorKind, &str); 2] = [
    (io::ErrorKind::AddrInUse, "another process listens there; `ss -ltnp` shows which"),
    (io::ErrorKind::AddrNotAvailable, "no interface of this machine has this address"),
];

fn unprivileged() -> u16 {
    let text = fs::read_to_string(UNPRIVILEGED).ok();
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(USUALLY_UNPRIVILEGED)
}

/// Without the capability it is `EACCES` (`inet_bind`), and where SELinux forbids the port (`selinux_socket_bind`); where a control
/// group's program does, `EPERM` (`BPF_CGROUP_INET4_BIND`, which is what `SocketBindDeny=` of systemd makes). `start`: the first
/// port that takes no capability.
fn forbidden(port: u16, error: &io::Error, start: u16) -> String {
    let is_filtered = error.raw_os_error() == Some(libc::EPERM);
    let allow = format!("SocketBindAllow=tcp:{port}");
    let capable = "CapabilityBoundingSet=CAP_NET_BIND_SERVICE and AmbientCapabilities=CAP_NET_BIND_SERVICE";
    let privileged = format!(
        "ports below {start} (net.ipv4.ip_unprivileged_port_start) need root or CAP_NET_BIND_SERVICE"
    );
    let (why, lines) = match (is_filtered, port < start) {
        (true, false) => (DENIED, allow),
        (true, true) => (DENIED, format!("{allow}, {capable}")),
        (false, true) => (privileged.as_str(), capable.to_owned()),
        (false, false) => return labelled(port),
    };
    format!("{why}: `systemctl edit {}`, [Service], {lines}; then restart it", program())
}

const DENIED: &str = "the unit's SocketBindDeny= keeps it from this port";

/// Nothing but a security module forbids a port that takes no capability.
fn labelled(port: u16) -> String {
    format!(
        "SELinux keeps it from this port: `ausearch -m AVC -ts recent` shows which domain; a type that this may bind is given to the \
         port by `semanage port -a -t TYPE -p tcp {port}`"
    )
}

/// The unit is called like it.
fn program() -> String {
    let name = std::env::args_os().next().map(PathBuf::from);
    let name = name.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "UNIT".to_owned())
}

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

#[cfg(test)]
mod tests;
