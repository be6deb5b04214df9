//! While master: every connection is sent to the sync group again and again, in a thread of its own.
//!
//! The kernel's master daemon tells of a connection only when packets of it arrive. A director that was away, and comes
//! back as backup, would know nothing of those that are idle, and lose them when it becomes master.

use std::io::{self, BufRead as _};
use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use config::director::SyncDaemon;
use ipvs::sync::{Connection, DEFAULT_GROUP, DEFAULT_PORT, Routes, messages};
use ipvs::{Table, proc};
use kernel::connections::{self, Sender};
use kernel::ipvs::Ipvs;
use tracing::{debug, warn};

/// Connections in one round; of more, the next round sends the next ones.
const MOST: usize = 100_000;
/// Messages sent at once: they must fit the receiver's buffer, `net.core.rmem_default`.
const BURST: usize = 16;
/// Time between two bursts.
const PAUSE: Duration = Duration::from_millis(10);
/// Reading may use one part in this many of the time.
const SHARE: u32 = 20;
/// The thread recurses nowhere.
const STACK: usize = 256 << 10;
/// The kernel's own daemons send at most this with Ethernet's MTU, and receive at least this, headers included.
const DATAGRAM: u16 = 1500;

/// Where the connections go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    interface: String,
    group: IpAddr,
    port: u16,
    ttl: u8,
    sync_id: u8,
    max_len: u16,
    /// from the beginning of a round to the next one's
    interval: Duration,
}

impl Target {
    /// As this sync daemon would send; none where it is not to.
    pub(crate) fn of(daemon: &SyncDaemon) -> Option<Self> {
        let group = daemon.group.unwrap_or(DEFAULT_GROUP);
        let headers = if group.is_ipv4() { 28 } else { 48 };
        Some(Self {
            interface: daemon.interface.clone(),
            group,
            port: daemon.port.unwrap_or(DEFAULT_PORT),
            ttl: daemon.ttl.unwrap_or(1),
            sync_id: daemon.id,
            max_len: daemon.max_len.unwrap_or(DATAGRAM - headers),
            interval: daemon.catch_up?,
        })
    }
}

/// A handle on the thread, which begins when there is first something to do.
#[derive(Default)]
pub(crate) struct CatchUp {
    order: Arc<Order>,
    runs: bool,
}

impl CatchUp {
    /// From here on, connections go there; none: nowhere. Never waits. The first round comes after one interval: right
    /// after a takeover there is more urgent work, and who was there all the time knows the connections.
    pub(crate) fn set(&mut self, target: Option<Target>) {
        if target.is_some() && !self.runs {
            let order = Arc::clone(&self.order);
            let thread = thread::Builder::new().name("catch-up".into()).stack_size(STACK);
            match thread.spawn(move || Rounds::default().run(&order)) {
                Ok(_) => self.runs = true,
                Err(error) => warn!(%error, "idle connections are not sent to the sync group"),
            }
        }
        self.order.put(|state| state.target = target);
    }
}

impl Drop for CatchUp {
    fn drop(&mut self) {
        self.order.put(|state| state.stop = true);
    }
}

/// What the thread is to do.
#[derive(Default)]
struct Order {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    target: Option<Target>,
    stop: bool,
}

impl Order {
    fn put(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until there is a target. None: the thread ends.
    fn target(&self) -> Option<Target> {
        let is_idle = |state: &mut State| state.target.is_none() && !state.stop;
        let state = self.changed.wait_while(self.lock(), is_idle).unwrap_or_else(PoisonError::into_inner);
        state.target.clone().filter(|_| !state.stop)
    }

    /// Waits as long as the target stays. Answers whether it did.
    fn stays(&self, target: &Target, time: Duration) -> bool {
        let is_same = |state: &mut State| state.target.as_ref() == Some(target) && !state.stop;
        let waited = self.changed.wait_timeout_while(self.lock(), time, is_same);
        waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread keeps from round to round.
#[derive(Default)]
struct Rounds {
    ipvs: Option<Ipvs>,
    /// connections that this round leaves out: the round before has sent them
    skip: usize,
    complained: Option<String>,
}

/// How far a round came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sent {
    messages: usize,
    connections: usize,
    /// spent waiting between bursts
    rested: Duration,
}

impl Rounds {
    fn run(&mut self, order: &Order) {
        while let Some(target) = order.target() {
            let mut wait = target.interval;
            while order.stays(&target, wait) {
                let began = Instant::now();
                let sent = self.round(&target, || order.stays(&target, PAUSE));
                let busy = began.elapsed().saturating_sub(self.tell(sent));
                wait = target.interval.saturating_sub(began.elapsed()).max(busy * SHARE);
            }
        }
    }

    /// Answers how long it rested.
    fn tell(&mut self, sent: Result<Sent, String>) -> Duration {
        match sent {
            Ok(sent) => {
                debug!(connections = sent.connections, messages = sent.messages, "sent to the sync group");
                self.complained = None;
                sent.rested
            }
            Err(error) => {
                if self.complained.as_ref() != Some(&error) {
                    warn!(error, "idle connections are not sent to the sync group, trying again");
                }
                self.complained = Some(error);
                Duration::ZERO
            }
        }
    }

    /// `rest` answers whether to go on.
    fn round(&mut self, target: &Target, rest: impl FnMut() -> bool) -> Result<Sent, String> {
        let table = self.table().inspect_err(|_| self.ipvs = None)?;
        let routes = Routes::of(&table);
        let lines = match connections::read() {
            Ok(file) => file.lines().map_while(Result::ok),
            // `ip_vs` is not loaded
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Sent::default()),
            Err(error) => return Err(format!("cannot read the connections: {error}")),
        };
        let words = |error| daemon::errors::one_line(&error);
        let sender = Sender::open(&target.interface, target.group, target.port, target.ttl).map_err(words)?;
        let mut count = 0;
        let all = sendable(lines, &routes).skip(self.skip).take(MOST).inspect(|_| count += 1);
        let sent = send(all, target, |message| sender.send(message), rest);
        self.skip = if count == MOST { self.skip + MOST } else { 0 };
        let sent = sent
            .map_err(|error| format!("cannot send to {} by {}: {error}", target.group, target.interface))?;
        Ok(Sent { connections: count, ..sent })
    }

    /// As the kernel has it: a destination tells how its connections are forwarded.
    fn table(&mut self) -> Result<Table, String> {
        let words = |error| daemon::errors::one_line(&error);
        let ipvs = match &mut self.ipvs {
            Some(ipvs) => ipvs,
            none => none.insert(Ipvs::open().map_err(words)?),
        };
        ipvs.table_near(&Table::new()).map_err(words)
    }
}

/// The connections in these lines that are worth sending. A line that is not understood is passed over: it is another
/// kernel's.
fn sendable(lines: impl Iterator<Item = String>, routes: &Routes<'_>) -> impl Iterator<Item = Connection> {
    lines.filter_map(|line| routes.connection(&proc::parse_connection(&line).ok()?))
}

/// Sends them in bursts, and stops early where `rest` says so.
fn send(
    connections: impl Iterator<Item = Connection>,
    target: &Target,
    mut send: impl FnMut(&[u8]) -> io::Result<()>,
    mut rest: impl FnMut() -> bool,
) -> io::Result<Sent> {
    let mut sent = Sent::default();
    for message in messages(connections, target.sync_id, target.max_len) {
        send(&message)?;
        sent.messages += 1;
        if sent.messages % BURST == 0 {
            let began = Instant::now();
            let go_on = rest();
            sent.rested += began.elapsed();
            if !go_on {
                break;
            }
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests;
