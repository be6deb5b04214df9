//! The handle of the director's loop on everything about VRRP.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use config::director::{HeldAddress, VrrpConfig};
use daemon::clock::Clock;
use daemon::run_dir::RunDir;
use programs::Notices;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use vrrp::{Readiness, Report, State};

use crate::addresses::{Board, HoldError, Start};
use crate::adverts::Snapshot;
use crate::exchange::{Gate, Moved, ToAddresses, ToAdverts, ToMain, lock};
use crate::held::Held;
use crate::notes::hinted;
use crate::pump::{Finish, Hall, Pump};
use crate::settings::Subject;
use crate::state::Past;
use crate::status::VrrpStatus;

/// Leaving takes this long at most. What a router still holds then is dropped.
const LEAVING: Duration = Duration::from_secs(10);
/// Then its addresses have this long to go: what is left stays beside the successor's. Ten thousand take two seconds.
const DROPPING: Duration = Duration::from_secs(5);
/// A status that the advert thread does not give within this time is the one before.
const ANSWER: Duration = Duration::from_millis(100);

/// VRRP and held addresses, which run in threads of their own until this is dropped.
pub struct Router {
    adverts: Arc<ToAdverts>,
    addresses: Arc<ToAddresses>,
    news: Arc<ToMain>,
    board: Arc<Board>,
    threads: [JoinHandle<()>; 2],
    config: watch::Sender<Arc<VrrpConfig>>,
    hall: Arc<Hall>,
    finish: mpsc::Sender<Finish>,
    last: std::cell::RefCell<Snapshot>,
    clock: Clock,
    notices: Notices,
}

/// VRRP could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// no thread, or nothing to wake it by
    #[error("cannot start {0}")]
    Thread(&'static str, #[source] io::Error),
    /// the addresses cannot be looked at
    #[error(transparent)]
    Addresses(#[from] HoldError),
}

impl Router {
    /// Starts both threads. `held` are the `[[address]]` sections, which the same writer holds. Transitions are told
    /// by `notices`, which is set as `vrrp` says. Must be called inside a tokio `LocalSet`, with the run
    /// directory's lock held.
    pub fn start(
        dir: &RunDir,
        clock: Clock,
        vrrp: &VrrpConfig,
        held: &[HeldAddress],
        notices: &Notices,
    ) -> Result<Self, StartError> {
        let config = Arc::new(vrrp.clone());
        notices.set(vrrp);
        let failed = |what| move |error| StartError::Thread(what, error);
        let adverts = Arc::new(ToAdverts::new().map_err(failed("the adverts' wake-up"))?);
        let addresses = Arc::new(ToAddresses::default());
        let news = Arc::new(ToMain::default());
        let (notes_in, notes) = crate::notes::channel();
        let board = Arc::new(Board::default());
        let past = Past::read(dir, &notes_in);
        adverts.put(|inbox| inbox.config = Some(Arc::clone(&config)));
        addresses.put(|orders| orders.held = Some(held.iter().map(Held::of).collect()));
        if config.lock_memory
            && let Err(error) = kernel::realtime::lock_memory()
        {
            notes_in.warn(hinted(&error, error.hint()));
        }
        let writer = crate::addresses::spawn(Start {
            dir: dir.clone(),
            clock,
            orders: Arc::clone(&addresses),
            adverts: Arc::clone(&adverts),
            board: Arc::clone(&board),
            notes: notes_in.clone(),
        })?;
        let speaker = crate::adverts::spawn(
            clock,
            past,
            Arc::clone(&adverts),
            Arc::clone(&addresses),
            Arc::clone(&news),
        )
        .map_err(failed("the advert thread"))?;
        let hall = Arc::new(Hall::default());
        let (config_in, config_out) = watch::channel(config);
        let (finish, finish_out) = mpsc::channel(1);
        Pump::spawn(&news, &adverts, &hall, notes, config_out, finish_out, notices.clone());
        Ok(Self {
            adverts,
            addresses,
            news,
            board,
            threads: [speaker, writer],
            config: config_in,
            hall,
            finish,
            last: std::cell::RefCell::default(),
            clock,
            notices: notices.clone(),
        })
    }

    /// Takes another configuration. Routers that stay keep their state; one that is gone hands over first.
    pub fn set(&self, vrrp: &VrrpConfig, held: &[HeldAddress]) {
        let config = Arc::new(vrrp.clone());
        self.notices.set(vrrp);
        self.addresses.put(|orders| orders.held = Some(held.iter().map(Held::of).collect()));
        self.adverts.put(|inbox| inbox.config = Some(Arc::clone(&config)));
        self.config.send_replace(config);
    }

    /// How far the services behind the addresses are, for every router.
    pub fn set_readiness(&self, readiness: Readiness) {
        self.adverts.put(|inbox| inbox.readiness = Some(readiness));
    }

    /// Every service by its name, and whether it has its quorum: what `track_services` follow.
    pub fn set_services(&self, quorate: &BTreeMap<String, bool>) {
        let report = |up: &bool| if *up { Report::Up } else { Report::Down };
        let reports = quorate.iter().map(|(name, up)| (Subject::Service(name.clone()), report(up)));
        self.adverts.put(|inbox| inbox.reports.extend(reports));
    }

    /// `ipvs_on = "master"`: addresses of a router that became master wait until it is in `open`, because its services
    /// are installed, for a second at most. None: nobody waits.
    pub fn set_gate(&self, open: Option<BTreeSet<String>>) {
        self.addresses.put(|orders| orders.gate = Some(open.map_or(Gate::All, Gate::Only)));
    }

    /// Waits for changes of state, and gives all that are there. Dropping the future loses none.
    pub async fn next(&self) -> Vec<Moved> {
        self.hall.next().await
    }

    /// The state of each router, by its name.
    pub fn roles(&self) -> BTreeMap<String, State> {
        self.news.with(|news| news.roles.clone())
    }

    /// Checks must have a result newer than this time of the clock before readiness can be [`Readiness::Serving`]: the end of
    /// the last interface fault of any router, 0 at the start.
    pub fn freshness_needed(&self) -> Duration {
        self.news.with(|news| news.fresh)
    }

    /// Everything there is to tell. Waits up to 100 ms for the advert thread, which answers at once unless it is dead.
    pub fn status(&self) -> VrrpStatus {
        let (reply, answer) = sync_channel(1);
        self.adverts.put(|inbox| inbox.ask(move |snapshot| drop(reply.try_send(snapshot))));
        if let Ok(snapshot) = answer.recv_timeout(ANSWER) {
            self.last.replace(snapshot);
        }
        let held = lock(&self.board.told).clone();
        let error = self.is_dead().then(|| "a thread of VRRP has ended: restart the director".to_owned());
        VrrpStatus {
            fifo_lines_dropped: self.notices.lines_dropped(),
            error,
            ..self.last.borrow().status(&held, &self.hall.details(), &self.clock)
        }
    }

    /// Every address of this machine, as it was seen last.
    pub fn own_addresses(&self) -> BTreeSet<IpAddr> {
        lock(&self.board.told).own.clone()
    }

    /// Whether a thread has ended: then nothing here works any more.
    pub fn is_dead(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    /// Makes both threads come to their letter boxes.
    pub fn nudge(&self) {
        self.adverts.put(|_| ());
        self.addresses.put(|_| ());
    }

    /// Each thread, and how often it came to its box: one that does not come after a [`Self::nudge`] is stuck.
    pub fn pulse(&self) -> [(&'static str, u64); 2] {
        [("adverts", self.adverts.taken()), ("addresses", self.addresses.taken())]
    }

    /// Hands every router over: says that it stops, goes on forwarding until a successor is heard, and then drops the
    /// addresses. Returns when all that is done and the scripts of these transitions have run, after
    /// some 20 s at the latest.
    /// `[[address]]` stays. Where a thread is dead, everything stays as it is.
    pub async fn hand_over(&self) {
        if self.is_dead() {
            return;
        }
        self.adverts.put(|inbox| inbox.stop = true);
        let left = wait_for(&self.news.changed, || self.news.with(|news| news.stopped));
        let _ = tokio::time::timeout(LEAVING, left).await;
        self.let_go().await;
        let (done_in, done) = oneshot::channel();
        if self.finish.send(done_in).await.is_ok() {
            let _ = done.await;
        }
    }

    /// Drops the addresses of every router at once, whether or not a successor was heard: within five seconds. Where a thread
    /// is dead, everything stays as it is.
    pub async fn let_go(&self) {
        if self.is_dead() {
            return;
        }
        self.addresses.put(|orders| orders.drop_all = true);
        let clean = wait_for(&self.board.changed, || lock(&self.board.told).is_clean);
        let _ = tokio::time::timeout(DROPPING, clean).await;
    }

    /// Whether no router has an address here, those included that were taken out of the configuration and are leaving.
    pub fn is_empty_handed(&self) -> bool {
        lock(&self.board.told).is_clean
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.adverts.put(|inbox| inbox.end = true);
        self.addresses.put(|orders| orders.end = true);
    }
}

async fn wait_for(changed: &Notify, is_so: impl Fn() -> bool) {
    while !is_so() {
        changed.notified().await;
    }
}
