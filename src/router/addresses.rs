//! The thread of the addresses: the one writer of VIPs, `[[address]]` and virtual routes. It hears from the advert thread
//! what each router wants, and tells it what interfaces there are.

mod alarm;
mod announce;
mod duplicates;
mod guarded;
mod hands;
mod links;
mod oneshot;
mod report;
mod routes;
mod silence;
mod sources;
mod wanted;

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use daemon::clock::Clock;
use daemon::run_dir::RunDir;
use kernel::address::{AddressError, Events};
use tokio::sync::Notify;

use crate::exchange::{Gate, Links, Orders, ToAddresses, ToAdverts, lock};
use crate::held::Held;
use crate::notes::Notes;
use crate::state::Diary;

use announce::Voices;
use duplicates::Watch;
use guarded::guarded;
use hands::{Hands, Look, Outcome};
pub(crate) use report::Told;
use routes::Routes;
use silence::Silence;
use sources::Sources;
pub(crate) use wanted::vips;
use wanted::{Members, Place};

pub use oneshot::{apply, cleanup, owned, plan};

/// What could not be done is tried again this often; an event of the kernel comes first.
const RETRY: Duration = Duration::from_secs(1);
/// A look that failed because everything was changing is repeated this soon: a takeover may wait for it.
const SOON: Duration = Duration::from_millis(20);
/// Changes of routes come with no event: they are looked at this often.
const ROUTES: Duration = Duration::from_secs(5);
/// Duplicates are asked for and told of this often.
const ASK: Duration = Duration::from_secs(1);

/// Holding addresses could not begin.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// a file of the run directory
    #[error("cannot read or write which addresses are ours")]
    State(#[source] io::Error),
    /// no netlink socket for events
    #[error("cannot listen to address changes")]
    Events(#[source] io::Error),
    /// no thread
    #[error("cannot start the thread of the addresses")]
    Thread(#[source] io::Error),
    /// netlink
    #[error(transparent)]
    Kernel(#[from] AddressError),
}

/// What the thread says of itself.
#[derive(Default)]
pub(crate) struct Board {
    pub(crate) told: Mutex<Told>,
    /// after `told` changed its `is_clean`
    pub(crate) changed: Notify,
}

/// What the thread works with.
pub(crate) struct Start {
    pub(crate) dir: RunDir,
    pub(crate) clock: Clock,
    pub(crate) orders: Arc<ToAddresses>,
    pub(crate) adverts: Arc<ToAdverts>,
    pub(crate) board: Arc<Board>,
    pub(crate) notes: Notes,
}

/// Starts the thread. Returns when it works.
pub(crate) fn spawn(start: Start) -> Result<JoinHandle<()>, HoldError> {
    let (ready_in, ready) = sync_channel(1);
    let run = move || {
        // a takeover waits for it; where that is not permitted, it is as good as any other thread
        let _ = kernel::realtime::prefer();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(start.run(ready_in)),
            Err(error) => drop(ready_in.try_send(Err(HoldError::Thread(error)))),
        }
    };
    let thread = std::thread::Builder::new().name("addresses".into()).spawn(run);
    let thread = thread.map_err(HoldError::Thread)?;
    let ended = || Err(HoldError::Thread(io::Error::other("it has ended")));
    ready.recv().unwrap_or_else(|_| ended())?;
    Ok(thread)
}

impl Start {
    async fn run(self, ready: SyncSender<Result<(), HoldError>>) {
        match self.open() {
            Ok((keeper, events)) => {
                let _ = ready.try_send(Ok(()));
                keeper.run(events).await;
            }
            Err(error) => drop(ready.try_send(Err(error))),
        }
    }

    fn open(self) -> Result<(Keeper, Events), HoldError> {
        let events = kernel::address::events().map_err(HoldError::Events)?;
        let hands = Hands::open(&self.dir, self.notes.clone())?;
        let keeper = Keeper {
            silence: Silence::open(&self.dir, self.notes.clone())?,
            diary: Diary::new(&self.dir, self.notes.clone()),
            voices: Voices::new(self.notes.clone()),
            earlier: hands.owned().to_vec(),
            hands,
            watch: Watch::new(),
            routes: Routes::default(),
            members: Members::default(),
            sources: Sources::default(),
            held: Vec::new(),
            tracked: BTreeSet::new(),
            gate: Gate::default(),
            look: Look::default(),
            links: None,
            complained: Vec::new(),
            strangers: BTreeSet::new(),
            is_deaf: false,
            due: Due::default(),
            start: self,
        };
        Ok((keeper, events))
    }
}

/// When something is to be done without being told.
#[derive(Default)]
struct Due {
    look: Option<Duration>,
    ask: Option<Duration>,
}

struct Keeper {
    start: Start,
    hands: Hands,
    silence: Silence,
    diary: Diary,
    voices: Voices,
    watch: Watch,
    routes: Routes,
    members: Members,
    /// where adverts come from
    sources: Sources,
    /// `[[address]]`
    held: Vec<Held>,
    tracked: BTreeSet<String>,
    gate: Gate,
    /// what an earlier run left, as it was written down
    earlier: Vec<Held>,
    look: Look,
    /// as the advert thread was told
    links: Option<Links>,
    complained: Vec<String>,
    /// addresses of somebody else, as they were told of
    strangers: BTreeSet<String>,
    /// the socket of the events is broken for good: looking each second is what remains
    is_deaf: bool,
    due: Due,
}

/// Why the thread woke up.
enum Woken {
    Told,
    Changed,
    Claim(String, kernel::arp::Claim),
    Time,
}

impl Keeper {
    async fn run(mut self, mut events: Events) {
        let mut woken = Woken::Told;
        loop {
            match woken {
                Woken::Told => {
                    let orders = self.start.orders.take();
                    if orders.end {
                        return;
                    }
                    self.obey(orders);
                    self.write_diary();
                    self.reconcile().await;
                }
                Woken::Changed => self.reconcile().await,
                Woken::Claim(interface, claim) => self.heard(&interface, claim),
                Woken::Time => self.on_time().await,
            }
            woken = self.wait(&mut events).await;
        }
    }

    async fn wait(&mut self, events: &mut Events) -> Woken {
        let due = [self.due.look, self.due.ask, self.diary.due(), self.members.opens_at()];
        let due = due.into_iter().flatten().min().map(|due| self.start.clock.instant(due));
        let time = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.start.orders.told.notified() => Woken::Told,
            changed = events.changed(), if !self.is_deaf => {
                self.is_deaf = changed.is_err();
                Woken::Changed
            }
            () = time => Woken::Time,
            // last: whoever says ever again that it has an address holds up nothing
            (interface, claim) = self.watch.next() => Woken::Claim(interface, claim),
        }
    }

    fn obey(&mut self, orders: Orders) {
        let now = self.start.clock.now();
        self.members.is_over |= orders.drop_all;
        self.members.is_complete |= orders.tracked.is_some();
        self.members.take(orders.slots, now);
        if let Some(held) = orders.held {
            self.held = held;
        }
        if let Some(tracked) = orders.tracked {
            self.tracked = tracked;
        }
        if let Some(gate) = orders.gate {
            self.gate = gate;
        }
    }

    async fn on_time(&mut self) {
        let now = self.start.clock.now();
        self.diary.touch(now);
        let is_due = |due: Option<Duration>| due.is_some_and(|due| due <= now);
        if is_due(self.due.look) || is_due(self.members.opens_at()) {
            self.reconcile().await;
        }
        if is_due(self.due.ask) {
            self.watch_out(now).await;
        }
    }

    /// Looks, tells the advert thread what it sees, and makes it so.
    async fn reconcile(&mut self) {
        match self.try_reconcile().await {
            Ok(errors) => self.complain(errors),
            Err(HoldError::Kernel(AddressError::Interrupted(_))) => {
                self.due.look = Some(self.start.clock.now() + SOON);
            }
            Err(error) => {
                self.due.look = Some(self.start.clock.now() + RETRY);
                self.complain(vec![(None, daemon::errors::one_line(&error))]);
            }
        }
        self.report();
    }

    async fn try_reconcile(&mut self) -> Result<Vec<(Option<Held>, String)>, HoldError> {
        let look = self.hands.look().await?;
        self.tell(&look);
        let now = self.start.clock.now();
        self.members.open(&self.gate, now);
        let wanted = self.members.wanted(&self.held, self.hands.owned(), &look);
        let silent = self.members.silent_interfaces(&wanted);
        self.silence.begin(&silent);
        let Outcome { look, added, errors } = self.hands.reconcile(&wanted, look).await?;
        self.look = look;
        self.tell_strangers();
        let due = self.members.announcements(&added, &self.look);
        self.voices.announce(&self.look, &due).await;
        self.silence.end(&silent);
        self.listen();
        let routes = self.members.routes();
        let route_errors = self.routes.reconcile(self.hands.addresses(), &routes, &self.start.notes).await;
        let is_missing = self.is_deaf || wanted.iter().any(|held| !self.look.has(held)) || !errors.is_empty();
        self.due.look = match (is_missing || !route_errors.is_empty(), self.routes.is_idle(&routes)) {
            (true, _) => Some(now + RETRY),
            (false, false) => Some(now + ROUTES),
            (false, true) => None,
        };
        self.due.look = [self.due.look, self.sources.due()].into_iter().flatten().min();
        lock(&self.start.board.told).route_errors = route_errors;
        Ok(errors.into_iter().map(|(held, error)| (Some(held), error)).collect())
    }

    fn tell(&mut self, look: &Look) {
        let (now, owned) = (self.start.clock.now(), self.hands.owned());
        let links =
            links::links(&self.members, &self.tracked, owned, &self.earlier, look, &mut self.sources, now);
        self.sources.news().into_iter().for_each(|one| self.start.notes.warn(one));
        self.members.stand(&links.stands, &self.sources);
        if self.links.as_ref() != Some(&links) {
            self.start.adverts.put(|inbox| inbox.links = Some(links.clone()));
            self.links = Some(links);
        }
    }

    /// Listens for others where an address is here, or a master's.
    fn listen(&mut self) {
        let now = self.start.clock.now();
        let guarded = guarded(&self.members, &self.held, &self.look, now);
        for (interface, address) in self.watch.set(guarded, &self.look) {
            self.voices.ask(&self.look, &interface, address);
        }
        let settles = self.members.values().any(|member| member.place() == Place::Here);
        if self.watch.is_idle() && !settles {
            self.due.ask = None;
        } else if self.due.ask.is_none() {
            self.due.ask = Some(now + ASK);
        }
    }

    /// Asks for some, and tells of those that were heard.
    async fn watch_out(&mut self, now: Duration) {
        self.watch.forget(now);
        self.due.ask = Some(now + ASK);
        self.listen();
        for (interface, address) in self.watch.turn() {
            self.voices.ask(&self.look, &interface, address);
        }
        if self.watch.wants_names()
            // a hardware address says enough where the table cannot be read
            && let Ok(neighbours) = self.hands.addresses().neighbours().await
        {
            self.watch.name(&neighbours);
        }
        alarm::tell(&self.watch.news(), &self.start.notes);
        self.report();
    }

    fn heard(&mut self, interface: &str, claim: kernel::arp::Claim) {
        if self.watch.heard(interface, claim, &self.look, self.start.clock.now()) {
            self.report();
        }
    }

    fn tell_strangers(&mut self) {
        let strangers = self.members.strangers(self.hands.owned(), &self.look);
        for stranger in strangers.difference(&self.strangers) {
            self.start.notes.warn(stranger.clone());
        }
        self.strangers = strangers;
    }

    fn complain(&mut self, errors: Vec<(Option<Held>, String)>) {
        let texts: Vec<String> = errors.iter().map(|(_, error)| error.clone()).collect();
        for error in texts.iter().filter(|error| !self.complained.contains(error)) {
            self.start.notes.warn(format!("cannot hold an address, trying again each second: {error}"));
        }
        self.complained = texts;
        lock(&self.start.board.told).errors = errors;
    }

    fn write_diary(&mut self) {
        let routers = self.members.values().map(|member| (&*member.slot.config, member.slot.state));
        self.diary.write(routers, self.start.clock.now());
    }

    /// For the status, and for who waits for the end.
    fn report(&mut self) {
        let mut told = lock(&self.start.board.told);
        told.look(&self.held, &self.look, &self.members, &self.watch);
        told.is_clean = !self.hands.owned().iter().any(|held| held.router.is_some());
        drop(told);
        self.start.board.changed.notify_one();
    }
}
