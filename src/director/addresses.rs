//! Addresses the director holds itself, without VRRP: put on their interfaces, kept there, and taken off when the
//! file no longer has them. An address that was there before us is used, but never removed.

use std::cell::RefCell;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use config::director::HeldAddress;
use daemon::run_dir::RunDir;
use kernel::address::{Address, AddressError, Addresses, Scope};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::held::{Held, Step, conflict, diff};
use crate::owned::StateFile;
use crate::status::AddressStatus;

/// A lost address is tried again this often; an event of the kernel comes first.
const RETRY: Duration = Duration::from_secs(1);

/// The addresses held, and a handle on the task that holds them.
pub(crate) struct Holder {
    wanted: watch::Sender<Vec<Held>>,
    status: Rc<RefCell<Vec<AddressStatus>>>,
}

impl Holder {
    /// Takes new wishes.
    pub(crate) fn set(&self, wanted: &[HeldAddress]) {
        let wanted = wanted.iter().map(Held::of).collect();
        self.wanted.send_if_modified(|old| {
            let changed = *old != wanted;
            *old = wanted;
            changed
        });
    }

    /// Each address, and whether it is there.
    pub(crate) fn status(&self) -> Vec<AddressStatus> {
        self.status.borrow().clone()
    }
}

/// Starts to hold addresses.
pub(crate) fn hold(dir: &RunDir, wanted: &[HeldAddress]) -> Result<Holder, HoldError> {
    let hands = Hands::open(dir)?;
    let (sender, receiver) = watch::channel(wanted.iter().map(Held::of).collect());
    let status = Rc::default();
    let events = kernel::address::events().map_err(HoldError::Events)?;
    tokio::task::spawn_local(keep(hands, events, receiver, Rc::clone(&status)));
    Ok(Holder { wanted: sender, status })
}

/// Holding addresses could not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HoldError {
    #[error("cannot read which addresses are ours")]
    State(#[source] io::Error),
    #[error("cannot listen to address changes")]
    Events(#[source] io::Error),
    #[error(transparent)]
    Kernel(#[from] AddressError),
}

async fn keep(
    mut hands: Hands,
    mut events: kernel::address::Events,
    mut wanted: watch::Receiver<Vec<Held>>,
    status: Rc<RefCell<Vec<AddressStatus>>>,
) {
    loop {
        let wishes = wanted.borrow_and_update().clone();
        let states = hands.reconcile(&wishes).await;
        let lost = states.iter().any(|state| !state.held);
        *status.borrow_mut() = states;
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { return },
            event = events.changed() => if event.is_err() { tokio::time::sleep(RETRY).await },
            () = tokio::time::sleep(RETRY), if lost => {}
        }
    }
}

/// What would be done, one line each.
pub(crate) async fn plan(dir: Option<&RunDir>, wanted: &[HeldAddress]) -> Result<Vec<String>, HoldError> {
    let owned = match dir {
        Some(dir) => {
            StateFile::new(dir, "addresses.json").read().map_err(HoldError::State)?.unwrap_or_default()
        }
        None => Vec::new(),
    };
    let (_, observed) = Addresses::open()?.observe().await?;
    let wanted: Vec<Held> = wanted.iter().map(Held::of).collect();
    Ok(diff(&wanted, &owned, &observed).iter().map(ToString::to_string).collect())
}

/// Makes it so, once. The lines say what could not be done.
pub(crate) async fn apply(dir: &RunDir, wanted: &[HeldAddress]) -> Result<Vec<String>, HoldError> {
    let wanted: Vec<Held> = wanted.iter().map(Held::of).collect();
    let mut hands = Hands::open(dir)?;
    let states = hands.reconcile(&wanted).await;
    Ok(states.into_iter().filter_map(|state| state.error).chain(hands.failed_removal).collect())
}

/// The one writer of these addresses.
struct Hands {
    addresses: Addresses,
    file: StateFile,
    owned: Vec<Held>,
    /// what was there at the last look: what is missing from it later was taken by somebody
    before: Vec<Held>,
    failed_removal: Option<String>,
    complained: Vec<String>,
}

impl Hands {
    fn open(dir: &RunDir) -> Result<Self, HoldError> {
        let file = StateFile::new(dir, "addresses.json");
        let owned = file.read().map_err(HoldError::State)?.unwrap_or_default();
        let addresses = Addresses::open()?;
        let (before, failed_removal, complained) = (Vec::new(), None, Vec::new());
        Ok(Self { addresses, file, owned, before, failed_removal, complained })
    }

    async fn reconcile(&mut self, wanted: &[Held]) -> Vec<AddressStatus> {
        let result = self.try_reconcile(wanted).await;
        let (observed, errors) = match result {
            Ok(done) => done,
            Err(error) => (Vec::new(), vec![(None, daemon::errors::one_line(&error))]),
        };
        self.complain(&errors);
        self.before =
            wanted.iter().filter(|held| observed.iter().any(|found| held.is_at(found))).cloned().collect();
        wanted.iter().map(|held| state_of(held, self.before.contains(held), &errors)).collect()
    }

    async fn try_reconcile(
        &mut self,
        wanted: &[Held],
    ) -> Result<(Vec<Address>, Vec<(Option<IpAddr>, String)>), HoldError> {
        let (_, observed) = self.addresses.observe().await?;
        self.prune(wanted, &observed)?;
        let conflicts = wanted.iter().filter(|held| !observed.iter().any(|found| held.is_at(found)));
        let mut errors: Vec<(Option<IpAddr>, String)> = conflicts
            .filter_map(|held| Some((Some(held.address), conflict(held, &self.owned, &observed)?)))
            .collect();
        let steps = diff(wanted, &self.owned, &observed);
        if steps.is_empty() {
            return Ok((observed, errors));
        }
        for step in steps {
            if let Err(error) = self.perform(&step).await {
                errors.push((Some(step.address()), daemon::errors::one_line(&error)));
            }
        }
        let (_, observed) = self.addresses.observe().await?;
        Ok((observed, errors))
    }

    /// What was ours but is gone and not wanted any more is nobody's: whoever makes it anew owns it.
    fn prune(&mut self, wanted: &[Held], observed: &[Address]) -> Result<(), HoldError> {
        let before = self.owned.len();
        self.owned.retain(|held| {
            observed.iter().any(|found| held.is_at(found)) || wanted.iter().any(|one| one.is_same_place(held))
        });
        if self.owned.len() == before { Ok(()) } else { self.write_down() }
    }

    async fn perform(&mut self, step: &Step) -> Result<(), HoldError> {
        match step {
            Step::Add(held) => {
                if self.before.contains(held) {
                    warn!(%step, "an address was taken off by someone else, putting it back");
                } else {
                    info!(%step, "address");
                }
                self.add(held).await
            }
            Step::Relabel(held) => {
                info!(%step, "address");
                let Held { address, prefix, interface, label } = held;
                let label = label.as_deref();
                self.addresses
                    .replace(interface, *address, *prefix, label, Scope::Global, held.is_deprecated())
                    .await?;
                Ok(())
            }
            Step::Remove(held) => {
                info!(%step, "address");
                let removed = self.addresses.remove(&held.interface, held.address, held.prefix).await;
                self.failed_removal = removed.as_ref().err().map(|error| format!("{step}: {error}"));
                removed?;
                self.disown(held)
            }
        }
    }

    /// Written down before the kernel is told, and struck out where somebody else was faster.
    async fn add(&mut self, held: &Held) -> Result<(), HoldError> {
        let is_new = !self.owned.contains(held);
        if is_new {
            self.owned.push(held.clone());
            self.write_down()?;
        }
        let Held { address, prefix, interface, label } = held;
        let label = label.as_deref();
        let added = self
            .addresses
            .add(interface, *address, *prefix, label, Scope::Global, held.is_deprecated())
            .await;
        if added.is_err() && is_new {
            self.disown(held)?;
        }
        match added {
            Err(error) if !error.is_already_there() => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn disown(&mut self, held: &Held) -> Result<(), HoldError> {
        self.owned.retain(|owned| owned != held);
        self.write_down()
    }

    fn write_down(&self) -> Result<(), HoldError> {
        self.file.write(&self.owned).map_err(HoldError::State)
    }

    fn complain(&mut self, errors: &[(Option<IpAddr>, String)]) {
        let errors: Vec<String> = errors.iter().map(|(_, error)| error.clone()).collect();
        if errors != self.complained {
            for error in &errors {
                warn!(%error, "cannot hold an address, trying again each second");
            }
        }
        self.complained = errors;
    }
}

fn state_of(held: &Held, is_held: bool, errors: &[(Option<IpAddr>, String)]) -> AddressStatus {
    let mine =
        |(address, _): &&(Option<IpAddr>, String)| address.is_none_or(|address| address == held.address);
    AddressStatus {
        address: format!("{}/{}", held.address, held.prefix),
        interface: held.interface.clone(),
        held: is_held,
        error: errors.iter().find(mine).map(|(_, error)| error.clone()),
    }
}
