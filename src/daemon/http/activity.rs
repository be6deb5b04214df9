//! What a connection is doing and until when it may.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::limit;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// the rest of a request's head, or its beginning on a new connection
    Head,
    /// the rest of a request's body
    Body,
    /// the handler
    Busy,
    /// the next request
    Idle,
    /// changes
    Watch,
}

/// Shared by a connection's socket, its requests and the table of connections.
#[derive(Debug)]
pub(super) struct Activity {
    phase: Cell<Phase>,
    since: Cell<Instant>,
    /// since when the peer has not taken what waits for it
    stalled: Cell<Option<Instant>>,
}

impl Activity {
    pub(super) fn new() -> Rc<Self> {
        let (phase, since) = (Cell::new(Phase::Head), Cell::new(Instant::now()));
        Rc::new(Self { phase, since, stalled: Cell::new(None) })
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        self.since.set(Instant::now());
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(super) fn since(&self) -> Instant {
        self.since.get()
    }

    /// When the connection has waited long enough.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let phase = match self.phase.get() {
            Phase::Head | Phase::Body => Some(self.since.get() + limit::READ),
            Phase::Idle => Some(self.since.get() + limit::IDLE),
            Phase::Busy | Phase::Watch => None,
        };
        let stall = self.stalled.get().map(|since| since + limit::STALL);
        phase.into_iter().chain(stall).min()
    }

    fn took_bytes(&self) {
        if self.phase.get() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    fn tried_to_send(&self, result: &Poll<io::Result<usize>>) {
        match result {
            Poll::Pending if self.stalled.get().is_none() => self.stalled.set(Some(Instant::now())),
            Poll::Pending => (),
            Poll::Ready(_) => {
                self.stalled.set(None);
                // the rest of a reply goes out while the connection counts as idle
                if self.phase.get() == Phase::Idle {
                    self.since.set(Instant::now());
                }
            }
        }
    }
}

/// A socket that notes what passes through it.
#[derive(Debug)]
pub(super) struct Noted<S> {
    socket: S,
    activity: Rc<Activity>,
}

impl<S> Noted<S> {
    pub(super) const fn new(socket: S, activity: Rc<Activity>) -> Self {
        Self { socket, activity }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Noted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.socket).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.activity.took_bytes();
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write(cx, buf);
        self.activity.tried_to_send(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.activity.tried_to_send(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
