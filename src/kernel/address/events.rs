//! The kernel's word that interfaces or addresses changed.

use std::io;

use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{AsyncSocket, AsyncSocketExt, SocketAddr, TokioSocket};

/// `RTNLGRP_LINK`, `RTNLGRP_IPV4_IFADDR`, `RTNLGRP_IPV6_IFADDR` (`linux/rtnetlink.h`), 1, 5 and 9, each
/// as the bit one below its number of `nl_groups`.
const GROUPS: u32 = 1 | 1 << 4 | 1 << 8;

/// A subscription. What changed is not told: an event is only a reason to look again.
pub struct Events {
    socket: TokioSocket,
    message: Vec<u8>,
}

/// Subscribes to changes of interfaces and of IPv4 and IPv6 addresses. Must be called inside a tokio runtime.
pub fn events() -> io::Result<Events> {
    let mut socket = TokioSocket::new(NETLINK_ROUTE)?;
    socket.socket_mut().bind(&SocketAddr::new(0, GROUPS))?;
    Ok(Events { socket, message: Vec::with_capacity(4096) })
}

impl Events {
    /// Waits until something changed since the last call; several changes at once count as one. Events lost to a full
    /// buffer (ENOBUFS) are a change, too. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The socket is broken for good.
    pub async fn changed(&mut self) -> io::Result<()> {
        self.receive().await?;
        while self.has_more()? {}
        Ok(())
    }

    async fn receive(&mut self) -> io::Result<()> {
        self.message.clear();
        match self.socket.recv(&mut self.message).await {
            Err(error) if !is_overrun(&error) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Takes one more message if there is one.
    fn has_more(&mut self) -> io::Result<bool> {
        self.message.clear();
        match self.socket.socket_ref().recv(&mut self.message, nix::libc::MSG_DONTWAIT) {
            Ok(_) => Ok(true),
            Err(error) if is_overrun(&error) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn is_overrun(error: &io::Error) -> bool {
    error.raw_os_error() == Some(nix::libc::ENOBUFS)
}
