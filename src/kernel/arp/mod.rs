//! Where an address is: gratuitous ARP (RFC 5227) and unsolicited neighbour advertisements (RFC 4861) out, what others claim
//! in.

mod filter;
mod frame;
mod listen;
#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::os::fd::AsRawFd;

use nix::sys::socket::{LinkAddr, MsgFlags, sendto};
use socket2::{Domain, Socket, Type};

use crate::raw;
pub use crate::raw::SocketError;
use crate::sysctl::Sysctls;

pub use listen::{Claim, Listener};

/// Tells an interface's neighbours where addresses are, and asks them. It neither needs the address to be there nor looks
/// whether it is, and hears nothing.
#[derive(Debug)]
pub struct Announcer {
    socket: Socket,
    interface: String,
    link: LinkAddr,
    mac: [u8; 6],
    sysctls: Sysctls,
}

impl Announcer {
    /// Opens a socket that sends from `interface`, with the hardware address that it has at this moment: to be opened
    /// again where that changes, or where the interface is another one.
    ///
    /// # Errors
    /// Not permitted (`CAP_NET_RAW`), no such interface, or not Ethernet.
    pub fn open(interface: &str) -> Result<Self, SocketError> {
        let (link, mac) = raw::ethernet(interface)?;
        let doing = format!("open a packet socket on {interface}");
        let error = |error| SocketError::of(&doing, error);
        // protocol 0: nothing comes in
        let socket = Socket::new(Domain::PACKET, Type::RAW, None).map_err(error)?;
        socket.set_nonblocking(true).map_err(error)?;
        Ok(Self { socket, interface: interface.to_owned(), link, mac, sysctls: Sysctls::default() })
    }

    /// Says to all neighbours that `address` is here. IPv4: an ARP announcement as request (RFC 5227 section 3) and as
    /// reply, because some hosts heed only one of them. IPv6: an unsolicited neighbour advertisement with the override
    /// flag (RFC 4861 section 7.2.6), and with the router flag where this interface forwards, as the kernel's own have.
    ///
    /// # Errors
    /// `ENETDOWN`, `ENXIO`, `ENODEV`: the interface is down or gone; `WouldBlock`, `ENOBUFS`: its queue is full.
    pub fn announce(&self, address: IpAddr) -> io::Result<()> {
        match address {
            IpAddr::V4(address) => {
                self.send(&frame::arp_announcement(self.mac, address))?;
                self.send(&frame::arp_announcement_reply(self.mac, address))
            }
            IpAddr::V6(address) => {
                self.send(&frame::neighbour_advertisement(self.mac, address, self.is_router()))
            }
        }
    }

    /// Asks whether another host has `address`, without saying that this one has it: an ARP probe (RFC 5227 section
    /// 2.1.1), or a neighbour solicitation as in duplicate address detection (RFC 4862 section 5.4.2). A
    /// [`Listener`] hears the answer.
    ///
    /// # Errors
    /// As [`Self::announce`].
    pub fn ask(&self, address: IpAddr) -> io::Result<()> {
        match address {
            IpAddr::V4(address) => self.send(&frame::arp_probe(self.mac, address)),
            IpAddr::V6(address) => self.send(&frame::neighbour_solicitation(self.mac, address)),
        }
    }

    /// The hardware address that is announced.
    pub fn mac(&self) -> [u8; 6] {
        self.mac
    }

    fn send(&self, frame: &[u8]) -> io::Result<()> {
        sendto(self.socket.as_raw_fd(), frame, &self.link, MsgFlags::MSG_DONTWAIT)?;
        Ok(())
    }

    /// A neighbour takes a router whose advertisement says otherwise off its list of default routers (RFC 4861 section
    /// 7.2.5), so it is looked at each time.
    fn is_router(&self) -> bool {
        let name = format!("net/ipv6/conf/{}/forwarding", self.interface);
        self.sysctls.read(&name).is_ok_and(|forwarding| forwarding > 0)
    }
}
