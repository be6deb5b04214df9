//! One open stream: bytes become events, silence is noticed.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use daemon::clock::Clock;
use daemon::errors::one_line;
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::time::Sleep;
use watch::{Event, Session, Status};

use crate::socket::Socket;
use crate::words;

/// Bytes that are read at once: a TLS record, and more than most states have.
const READ: usize = 16 << 10;
/// Until the runtime has heard of bytes that are there.
const SOON: Duration = Duration::from_millis(10);
/// Parts of a wait that an alarm is rounded to.
const GRIDS: u64 = 32;

thread_local! {
    /// What is needed only while one stream is read, and so shared by all of the thread: thousands of them stay small.
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch { bytes: vec![0; READ], events: Vec::new() });
}

struct Scratch {
    bytes: Vec<u8>,
    events: Vec<Event>,
}

/// What a stream does next.
pub(crate) enum Turn {
    /// its name, for what is said back
    Hello(String),
    /// the newest of those that came together
    State(Box<Status>),
    /// after a silence, without anything new
    Heard,
    Silent,
    /// why it is over
    End(String),
}

pub(crate) struct Stream<'a> {
    socket: Socket,
    session: Session,
    clock: Clock,
    silence: Duration,
    alarm: Pin<&'a mut Sleep>,
    /// the deadline that the alarm is for
    armed_for: Duration,
    silent_since: Option<Duration>,
    /// came with a hello
    state: Option<Box<Status>>,
    /// came after what is told first
    end: Option<String>,
}

impl<'a> Stream<'a> {
    /// `silence` is how long a silent stream is kept, `alarm` any timer.
    pub(crate) fn new(
        socket: Socket,
        session: Session,
        clock: Clock,
        silence: Duration,
        alarm: Pin<&'a mut Sleep>,
    ) -> Self {
        Self {
            socket,
            session,
            clock,
            silence,
            alarm,
            armed_for: Duration::ZERO,
            silent_since: None,
            state: None,
            end: None,
        }
    }

    pub(crate) async fn next(&mut self) -> Turn {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        if let Some(state) = self.state.take() {
            return Poll::Ready(Turn::State(state));
        }
        if let Some(words) = self.end.take() {
            return Poll::Ready(Turn::End(words));
        }
        // reading comes first: whoever was held up here is not to take its own lateness for the agent's
        while let Poll::Ready(turn) = self.poll_read(cx) {
            if let Some(turn) = turn {
                return Poll::Ready(turn);
            }
        }
        self.poll_alarm(cx)
    }

    /// None: what came is worth no word.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Option<Turn>> {
        SCRATCH.with_borrow_mut(|Scratch { bytes, events }| {
            let mut read = ReadBuf::new(bytes);
            let result = match Pin::new(&mut self.socket).poll_read(cx, &mut read) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(result) => result,
            };
            let turn = match result {
                Err(error) => Some(Turn::End(words::io_error(&error))),
                Ok(()) if read.filled().is_empty() => Some(Turn::End("closed by the agent".to_owned())),
                Ok(()) => self.take(read.filled(), events),
            };
            Poll::Ready(turn)
        })
    }

    fn take(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Option<Turn> {
        let received = self.session.receive(bytes, self.clock.now(), events);
        let heard = !events.is_empty();
        let mut hello = None;
        for event in events.drain(..) {
            match event {
                Event::Hello { watch } => hello = Some(watch),
                Event::State(state) => self.state = Some(state),
                Event::Beat => (),
            }
        }
        self.end = received.err().map(|broken| one_line(&broken));
        let spoke_again = heard && self.silent_since.take().is_some();
        if let Some(watch) = hello {
            Some(Turn::Hello(watch))
        } else if let Some(state) = self.state.take() {
            Some(Turn::State(state))
        } else if let Some(words) = self.end.take() {
            Some(Turn::End(words))
        } else {
            spoke_again.then_some(Turn::Heard)
        }
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        let (deadline, now) = (self.deadline(), self.clock.now());
        if self.armed_for != deadline {
            // moved at each beat: as long as it is to later, the runtime only notes that, and looks again when it would have gone off
            self.armed_for = deadline;
            self.alarm.as_mut().reset(self.clock.instant(together(deadline, now)));
        }
        if self.alarm.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if !self.socket.has_more() {
            return Poll::Ready(self.too_late(now));
        }
        self.alarm.as_mut().reset(self.clock.instant(now + SOON));
        self.alarm.as_mut().poll(cx).map(|()| self.too_late(now))
    }

    fn deadline(&self) -> Duration {
        match self.silent_since {
            None => self.session.silent_at(),
            Some(since) => since.saturating_add(self.silence),
        }
    }

    fn too_late(&mut self, now: Duration) -> Turn {
        if self.silent_since.is_some() {
            return Turn::End(format!("silent for {:?}", self.silence));
        }
        self.silent_since = Some(now);
        Turn::Silent
    }
}

/// Up to a thirtieth later than `deadline`, at a time that others choose too: thousands of alarms wake the thread some ten times a
/// second instead of once each.
fn together(deadline: Duration, now: Duration) -> Duration {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX >> 1);
    let grid = 1 << (millis(deadline.saturating_sub(now)) / GRIDS).max(1).ilog2();
    let not_earlier = millis(deadline).saturating_add(1);
    Duration::from_millis(not_earlier.checked_next_multiple_of(grid).unwrap_or(not_earlier))
}

#[cfg(test)]
mod tests;
