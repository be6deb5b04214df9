//! A blocking generic-netlink socket: one request, or a batch of them, and its answers.
//!
//! Netlink works inside `send`: when it returns, every message has been carried out and its answers wait, so
//! nothing here waits for long.

use std::array;
use std::io::{self, IoSliceMut};
use std::ops::ControlFlow;
use std::os::fd::AsRawFd;

use ::ipvs::wire::{DecodeError, Message, Messages};
use netlink_sys::protocols::NETLINK_GENERIC;
use netlink_sys::{Socket, SocketAddr};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, NetlinkAddr, recvmmsg, setsockopt, sockopt};
use nix::sys::time::TimeVal;

/// Datagrams taken with one system call: a dump of one service's destinations is two.
const SLOTS: usize = 8;
/// The longest the kernel makes (`netlink_recvmsg`, `max_recvmsg_len`).
const SLOT_BYTES: usize = 32 * 1024;
/// Answers wait when `send` returns: what takes longer does not come, as after a request that ended in `EINTR`
/// (`netlink_rcv_skb` answers nothing then).
const ANSWER_TIMEOUT_S: i64 = 2;

/// Why an exchange came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GenlError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("answers were lost")]
    Overrun,
    #[error(transparent)]
    Message(#[from] DecodeError),
}

/// A socket to the kernel's generic netlink.
pub(crate) struct Genl {
    socket: Socket,
    headers: MultiHeaders<NetlinkAddr>,
    slots: [Box<[u8]>; SLOTS],
    sequence: u32,
    /// an exchange was left before its end: what still comes belongs to nobody
    stale: bool,
}

impl Genl {
    pub(crate) fn open() -> io::Result<Self> {
        Ok(Self {
            socket: connect()?,
            headers: MultiHeaders::preallocate(SLOTS, None),
            slots: array::from_fn(|_| vec![0; SLOT_BYTES].into_boxed_slice()),
            sequence: 0,
            stale: false,
        })
    }

    /// The first of `count` sequence numbers that nobody had lately.
    pub(crate) fn reserve(&mut self, count: u32) -> u32 {
        let first = self.sequence.wrapping_add(1);
        self.sequence = self.sequence.wrapping_add(count);
        first
    }

    /// Sends `requests`, whose sequence numbers begin with `first`, and hands each answer over with the number of
    /// its request, from 0, until `on_answer` breaks.
    pub(crate) fn exchange(
        &mut self,
        requests: &[u8],
        first: u32,
        mut on_answer: impl FnMut(u32, Message<'_>) -> ControlFlow<()>,
    ) -> Result<(), GenlError> {
        if self.stale {
            self.socket = connect()?;
        }
        self.stale = true;
        self.socket.send(requests, 0)?;
        let count = self.sequence.wrapping_sub(first).wrapping_add(1);
        while self.receive(first, count, &mut on_answer)?.is_continue() {}
        self.stale = false;
        Ok(())
    }

    fn receive(
        &mut self,
        first: u32,
        count: u32,
        on_answer: &mut impl FnMut(u32, Message<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, GenlError> {
        let lengths = self.fill_slots()?;
        for (slot, length) in self.slots.iter().zip(lengths) {
            for message in Messages::new(slot.get(..length).unwrap_or_default()) {
                let message = message?;
                let number = message.sequence.wrapping_sub(first);
                if number < count && on_answer(number, message).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Waits for one datagram and takes what else is there; the length of each slot's.
    fn fill_slots(&mut self) -> Result<[usize; SLOTS], GenlError> {
        let mut slices = self.slots.each_mut().map(|slot| [IoSliceMut::new(slot)]);
        let (fd, flags) = (self.socket.as_raw_fd(), MsgFlags::MSG_WAITFORONE);
        let received = match recvmmsg(fd, &mut self.headers, &mut slices, flags, None) {
            Ok(received) => received,
            Err(Errno::EINTR) => return Ok([0; SLOTS]),
            Err(Errno::ENOBUFS | Errno::EAGAIN) => return Err(GenlError::Overrun),
            Err(errno) => return Err(io::Error::from(errno).into()),
        };
        let mut lengths = [0; SLOTS];
        for (length, datagram) in lengths.iter_mut().zip(received) {
            if datagram.flags.contains(MsgFlags::MSG_TRUNC) {
                return Err(GenlError::Overrun);
            }
            // another process may write to our port; the kernel's is 0
            if datagram.address.is_some_and(|sender| sender.pid() == 0) {
                *length = datagram.bytes;
            }
        }
        Ok(lengths)
    }
}

fn connect() -> io::Result<Socket> {
    let mut socket = Socket::new(NETLINK_GENERIC)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    // errors come without a copy of their request, so that many fit into the receive buffer
    socket.set_cap_ack(true)?;
    setsockopt(&socket, sockopt::ReceiveTimeout, &TimeVal::new(ANSWER_TIMEOUT_S, 0))?;
    Ok(socket)
}
