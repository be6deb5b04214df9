//! Whether a host is alive, asked at its ports.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use nix::errno::Errno;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use watch::News;

use crate::Limits;

/// Ports of a host beside its agent's.
const TARGETS: usize = 4;
/// Hosts that are knocked at at once, each with up to ten sockets.
const AT_ONCE: usize = 128;
/// More than a timer is late by while nothing holds this thread up.
const LATE: Duration = Duration::from_millis(20);

/// All hosts that are being knocked at.
pub(crate) struct Knocks {
    news: mpsc::Sender<(SocketAddr, News)>,
    limits: Limits,
    turns: Rc<Semaphore>,
    at: Rc<RefCell<BTreeSet<SocketAddr>>>,
    tasks: JoinSet<()>,
}

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    /// accepted or refused
    Answer,
    /// nothing came from there
    Nothing,
    /// nothing was sent: this machine could not, and its trouble is not the host's
    Untried,
}

impl Knocks {
    pub(crate) fn new(news: mpsc::Sender<(SocketAddr, News)>, limits: Limits) -> Self {
        let turns = Rc::new(Semaphore::new(AT_ONCE));
        Self { news, limits, turns, at: Rc::default(), tasks: JoinSet::new() }
    }

    pub(crate) fn start(&mut self, agent: SocketAddr, mut targets: Vec<SocketAddr>) {
        while self.tasks.try_join_next().is_some() {}
        if !self.at.borrow_mut().insert(agent) {
            return;
        }
        targets.retain(|target| *target != agent);
        targets.truncate(TARGETS);
        let (news, turns, at) = (self.news.clone(), Rc::clone(&self.turns), Rc::clone(&self.at));
        let limits = self.limits;
        self.tasks.spawn_local(async move {
            let _turn = turns.acquire().await;
            let host_is_dead = is_dead(agent, targets, limits).await;
            at.borrow_mut().remove(&agent);
            // nobody may want to hear it any more
            let _ = news.send((agent, News::Knocked { host_is_dead })).await;
        });
    }
}

/// Only where a port beside the agent's was tried, and none answered: an agent alone may be behind a filter of its own.
async fn is_dead(agent: SocketAddr, targets: Vec<SocketAddr>, limits: Limits) -> bool {
    let begun = Instant::now();
    let mut attempts = Attempts::new(agent, targets, limits.knock_again);
    let mut judged = timeout(limits.knock, poll_fn(|cx| attempts.poll(cx))).await;
    if judged.is_err() && begun.elapsed() > limits.knock + LATE {
        // this thread was held up, and may not have been told yet of answers that came in time
        judged = timeout(LATE, poll_fn(|cx| attempts.poll(cx))).await;
    }
    judged.unwrap_or_else(|_| attempts.is_dead())
}

/// Polled in the task that waits for them, so that an answer that came with the end of the time is seen before it.
struct Attempts {
    running: Vec<Attempt>,
    /// one at a port beside the agent's, without an answer
    unanswered: bool,
}

struct Attempt {
    is_agent: bool,
    sound: Pin<Box<dyn Future<Output = Sound>>>,
}

impl Attempts {
    /// Two at each port, because one packet may be lost and the kernel sends the next after a second.
    fn new(agent: SocketAddr, targets: Vec<SocketAddr>, again: Duration) -> Self {
        let mut running = Vec::new();
        for port in [agent].into_iter().chain(targets) {
            for delay in [Duration::ZERO, again] {
                running.push(Attempt { is_agent: port == agent, sound: Box::pin(knock(port, delay)) });
            }
        }
        Self { running, unanswered: false }
    }

    /// Whether the host is dead, when that is known.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let mut answered = false;
        self.running.retain_mut(|attempt| match attempt.sound.as_mut().poll(cx) {
            Poll::Pending => true,
            Poll::Ready(sound) => {
                answered |= sound == Sound::Answer;
                self.unanswered |= sound == Sound::Nothing && !attempt.is_agent;
                false
            }
        });
        match (answered, self.running.is_empty()) {
            (true, _) => Poll::Ready(false),
            (false, true) => Poll::Ready(self.unanswered),
            (false, false) => Poll::Pending,
        }
    }

    /// At the end of the time, when none has answered.
    fn is_dead(&self) -> bool {
        self.unanswered || self.running.iter().any(|attempt| !attempt.is_agent)
    }
}

async fn knock(port: SocketAddr, delay: Duration) -> Sound {
    sleep(delay).await;
    connect(port).await
}

async fn connect(port: SocketAddr) -> Sound {
    match TcpStream::connect(port).await {
        Ok(stream) => {
            // neither side goes through FIN for nothing
            let _ = stream.set_zero_linger();
            Sound::Answer
        }
        Err(error) => sound(&error),
    }
}

fn sound(error: &io::Error) -> Sound {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ECONNREFUSED | Errno::ECONNRESET) => Sound::Answer,
        // also what the kernel says when nobody answers ARP
        Some(Errno::EHOSTUNREACH | Errno::EHOSTDOWN | Errno::ETIMEDOUT) => Sound::Nothing,
        Some(_) | None => Sound::Untried,
    }
}
