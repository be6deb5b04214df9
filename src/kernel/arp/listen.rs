//! Who says that it has an address.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::libc::ETH_P_ARP;
use nix::sys::socket::{MsgFlags, bind, recv};
use socket2::{Domain, Protocol, SockFilter, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::frame::{NEIGHBOUR_ADVERTISEMENT, TARGET_LINK_LAYER};
use super::{SocketError, filter};
use crate::raw;

/// Enough for what is looked at: an ARP packet has 28 bytes, a neighbour advertisement with its options rarely more than 32.
const PACKET_BYTES: usize = 256;
/// Packets that are read in one go: in a loop of cables what this host says comes back as fast as it can be read.
const MOST_AT_ONCE: usize = 64;

/// Hears claims to addresses on one interface. Nothing else wakes it: the kernel's filter drops the rest.
#[derive(Debug)]
pub struct Listener {
    arp: UdpSocket,
    /// none where the kernel has no IPv6
    advertisements: Option<UdpSocket>,
    mac: [u8; 6],
    addresses: Option<BTreeSet<IpAddr>>,
}

/// Someone says "I have that address": the sender of an ARP packet that is no probe, or the target of a neighbour
/// advertisement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// the address
    pub address: IpAddr,
    /// who has it
    pub mac: [u8; 6],
}

impl Listener {
    /// Listens on `interface`, at first for every address. Must be called inside a tokio runtime. To be opened again where
    /// the interface becomes another one.
    ///
    /// # Errors
    /// Not permitted (`CAP_NET_RAW`), no such interface, or not Ethernet.
    pub fn open(interface: &str) -> Result<Self, SocketError> {
        let (arp, mac) = listen_to_arp(interface)?;
        let advertisements = match listen_to_advertisements(interface) {
            Err(SocketError::Unsupported { .. }) => None,
            opened => Some(opened?),
        };
        Ok(Self { arp, advertisements, mac, addresses: None })
    }

    /// Listens only for claims to these. Claims to others that came before are not given out, either.
    ///
    /// # Errors
    /// The kernel refused the filter; then it listens for these all the same, and is woken more often.
    pub fn set_addresses(&mut self, addresses: &[IpAddr]) -> io::Result<()> {
        let addresses = self.addresses.insert(addresses.iter().copied().collect());
        SockRef::from(&self.arp).attach_filter(&filter::arp(Some(addresses)))?;
        if let Some(advertisements) = &self.advertisements {
            SockRef::from(advertisements).attach_filter(&filter::advertisement(Some(addresses)))?;
        }
        Ok(())
    }

    /// A claim that waits; none where none waits. What this interface's own hardware address claims is left out, so an echo is
    /// no claim.
    ///
    /// # Errors
    /// A socket is broken. That the interface is down is no error.
    pub fn receive(&self) -> io::Result<Option<Claim>> {
        self.take(|socket, buffer| Ok(recv(socket.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)?))
    }

    /// Waits for a claim. Dropping the future loses nothing.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub async fn next(&mut self) -> io::Result<Claim> {
        loop {
            // where claims come without end, whoever waits for them must not be all that happens
            tokio::task::yield_now().await;
            // through tokio, which then knows that nothing is left
            if let Some(claim) = self.take(UdpSocket::try_recv)? {
                return Ok(claim);
            }
            self.readable().await?;
        }
    }

    async fn readable(&self) -> io::Result<()> {
        match &self.advertisements {
            None => self.arp.readable().await,
            Some(advertisements) => tokio::select! {
                ready = self.arp.readable() => ready,
                ready = advertisements.readable() => ready,
            },
        }
    }

    fn take(&self, read: impl Fn(&UdpSocket, &mut [u8]) -> io::Result<usize>) -> io::Result<Option<Claim>> {
        let mut claim = self.take_from(&self.arp, &read, arp_claim)?;
        if let (None, Some(advertisements)) = (claim, &self.advertisements) {
            claim = self.take_from(advertisements, &read, advertisement_claim)?;
        }
        Ok(claim)
    }

    /// Reads until there is a claim or nothing, or many packets were none.
    fn take_from(
        &self,
        socket: &UdpSocket,
        read: impl Fn(&UdpSocket, &mut [u8]) -> io::Result<usize>,
        parse: impl Fn(&[u8]) -> Option<Claim>,
    ) -> io::Result<Option<Claim>> {
        let mut buffer = [0; PACKET_BYTES];
        for _ in 0..MOST_AT_ONCE {
            match read(socket, &mut buffer) {
                Ok(length) => {
                    let claim = buffer.get(..length).and_then(&parse);
                    if let Some(claim) = claim.filter(|claim| self.is_wanted(claim)) {
                        return Ok(Some(claim));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    fn is_wanted(&self, claim: &Claim) -> bool {
        claim.mac != self.mac
            && self.addresses.as_ref().is_none_or(|addresses| addresses.contains(&claim.address))
    }
}

/// Told once, when the interface goes down or away (`packet_notifier`).
fn is_passing(error: &io::Error) -> bool {
    matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::ENETDOWN | Errno::EINTR))
}

fn listen_to_arp(interface: &str) -> Result<(UdpSocket, [u8; 6]), SocketError> {
    let (link, mac) = raw::ethernet(interface)?;
    let open = || {
        // in network byte order (packet(7))
        let protocol = u16::try_from(ETH_P_ARP).unwrap_or_default().to_be();
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(i32::from(protocol))))?;
        // a protocol of 0 in the address leaves the socket's own
        bind(socket.as_raw_fd(), &link)?;
        into_tokio(socket, &filter::arp(None))
    };
    let socket = open().map_err(|error| SocketError::of(&format!("listen to ARP on {interface}"), error))?;
    Ok((socket, mac))
}

/// A raw ICMPv6 socket and not a packet socket: that would see, and filter, every IPv6 packet that this host forwards.
fn listen_to_advertisements(interface: &str) -> Result<UdpSocket, SocketError> {
    let open = || {
        let socket = Socket::new(Domain::IPV6, Type::RAW, Some(Protocol::ICMPV6))?;
        socket.bind_device(Some(interface.as_bytes()))?;
        into_tokio(socket, &filter::advertisement(None))
    };
    let doing = format!("listen to neighbour advertisements on {interface}");
    open().map_err(|error| SocketError::of(&doing, error))
}

/// Tokio's own way for any other socket than its kinds needs `unsafe`; to it this is a file descriptor with `recv`.
fn into_tokio(socket: Socket, filter: &[SockFilter]) -> io::Result<UdpSocket> {
    socket.attach_filter(filter)?;
    socket.set_nonblocking(true)?;
    raw::bound_receive_buffer(&socket)?;
    raw::drain(&socket);
    UdpSocket::from_std(socket.into())
}

/// RFC 826; what the filter has checked is not looked at again.
pub(super) fn arp_claim(packet: &[u8]) -> Option<Claim> {
    let mac = *packet.get(8..)?.first_chunk()?;
    let address: [u8; 4] = *packet.get(14..)?.first_chunk()?;
    let address = Ipv4Addr::from(address);
    (!address.is_unspecified()).then_some(Claim { address: IpAddr::V4(address), mac })
}

/// RFC 4861 section 4.4. One without the target's hardware address names nobody.
pub(super) fn advertisement_claim(message: &[u8]) -> Option<Claim> {
    let [NEIGHBOUR_ADVERTISEMENT, 0, rest @ ..] = message else { return None };
    let target: [u8; 16] = *rest.get(6..)?.first_chunk()?;
    let mac = target_link_layer(rest.get(22..)?)?;
    Some(Claim { address: IpAddr::V6(Ipv6Addr::from(target)), mac })
}

/// Walks the options, each with a length in units of 8 bytes, which is never 0 (RFC 4861 section 4.6).
fn target_link_layer(mut options: &[u8]) -> Option<[u8; 6]> {
    while let [_, units @ 1..=u8::MAX, ..] = options {
        let (option, rest) = options.split_at_checked(usize::from(*units) * 8)?;
        if let Some(mac) = option.strip_prefix(&TARGET_LINK_LAYER) {
            return mac.try_into().ok();
        }
        options = rest;
    }
    None
}
