//! The one writer of addresses: what the kernel has is compared with what is wanted, and made so. An address that was
//! there before us is used, but never removed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;

use daemon::run_dir::RunDir;
use daemon::state_file::StateFile;
use kernel::address::{Address, AddressError, Addresses, Link};

use super::HoldError;
use crate::held::{Held, Step, conflict, diff};
use crate::notes::{Notes, hinted};

/// What is ours, in the run directory.
pub(super) const FILE: &str = "addresses.json";

/// One look at the kernel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    pub(crate) links: Vec<Link>,
    pub(crate) addresses: Vec<Address>,
    /// places in `addresses`: thousands are looked up by thousands
    places: BTreeMap<IpAddr, Vec<usize>>,
}

impl Look {
    pub(crate) fn new(links: Vec<Link>, addresses: Vec<Address>) -> Self {
        let mut places: BTreeMap<IpAddr, Vec<usize>> = BTreeMap::new();
        for (place, found) in addresses.iter().enumerate() {
            places.entry(found.address).or_default().push(place);
        }
        Self { links, addresses, places }
    }

    pub(crate) fn has(&self, held: &Held) -> bool {
        self.at(held.address).any(|found| held.is_at(found))
    }

    /// Wherever an address is.
    pub(crate) fn at(&self, address: IpAddr) -> impl Iterator<Item = &Address> {
        let places = self.places.get(&address).into_iter().flatten();
        places.filter_map(|place| self.addresses.get(*place))
    }

    pub(crate) fn link(&self, name: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.name == name)
    }

    /// Interfaces that neither ask nor answer: a VIP there is a real server's.
    pub(crate) fn quiet(&self) -> BTreeSet<String> {
        self.links.iter().filter(|link| !link.speaks_arp()).map(|link| link.name.clone()).collect()
    }
}

/// What became of a comparison.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) look: Look,
    /// what was not there and is
    pub(crate) added: Vec<Held>,
    /// what could not be done, and with which address
    pub(crate) errors: Vec<(Held, String)>,
}

pub(crate) struct Hands {
    addresses: Addresses,
    file: StateFile,
    owned: Vec<Held>,
    /// interfaces at the last look: what is ours stays ours where one gets another name
    names: BTreeMap<u32, String>,
    /// what was there at the last look: what is missing from it later was taken by somebody
    before: Vec<Held>,
    notes: Notes,
}

impl Hands {
    /// Must be called inside tokio.
    pub(crate) fn open(dir: &RunDir, notes: Notes) -> Result<Self, HoldError> {
        let file = StateFile::new(dir, FILE);
        let owned = file.read().map_err(HoldError::State)?.unwrap_or_default();
        Ok(Self {
            addresses: Addresses::open()?,
            file,
            owned,
            names: BTreeMap::new(),
            before: Vec::new(),
            notes,
        })
    }

    /// What was put there by us, in this run or an earlier one.
    pub(crate) fn owned(&self) -> &[Held] {
        &self.owned
    }

    /// For what else is done by the same connection.
    pub(crate) const fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Every interface and address.
    pub(crate) async fn look(&mut self) -> Result<Look, HoldError> {
        let looked = self.addresses.observe().await;
        if matches!(looked, Err(AddressError::Closed)) {
            self.addresses = Addresses::open()?;
        }
        let (links, addresses) = looked?;
        self.follow_names(&links)?;
        Ok(Look::new(links, addresses))
    }

    /// An interface that gets another name keeps its addresses.
    fn follow_names(&mut self, links: &[Link]) -> Result<(), HoldError> {
        let name_now = |index: &u32| links.iter().find(|link| link.index == *index).map(|link| &link.name);
        let renamed: BTreeMap<&String, &String> = (self.names.iter())
            .filter_map(|(index, before)| Some((before, name_now(index)?)))
            .filter(|(before, now)| before != now)
            .collect();
        if !renamed.is_empty() {
            for held in &mut self.owned {
                if let Some(now) = renamed.get(&held.interface) {
                    held.interface.clone_from(now);
                }
            }
            self.write_down()?;
        }
        self.names = links.iter().map(|link| (link.index, link.name.clone())).collect();
        Ok(())
    }

    /// Makes it so. The look of the outcome is one from afterwards.
    pub(crate) async fn reconcile(&mut self, wanted: &[Held], look: Look) -> Result<Outcome, HoldError> {
        self.prune(wanted, &look)?;
        self.pass_on(wanted)?;
        let quiet = look.quiet();
        let missing = wanted.iter().filter(|held| !look.has(held));
        let in_the_way = |held: &Held| conflict(held, &self.owned, &look.addresses, &quiet);
        let errors = missing.filter_map(|held| Some((held.clone(), in_the_way(held)?))).collect();
        let steps = diff(wanted, &self.owned, &look.addresses, &quiet);
        let mut outcome = Outcome { look, added: Vec::new(), errors };
        if !steps.is_empty() {
            self.own(&steps)?;
            for step in steps {
                self.perform(step, &mut outcome).await;
            }
            self.write_down()?;
            outcome.look = self.look().await?;
        }
        self.before = wanted.iter().filter(|held| outcome.look.has(held)).cloned().collect();
        Ok(outcome)
    }

    /// What was ours but is gone and not wanted any more is nobody's: whoever makes it anew owns it.
    fn prune(&mut self, wanted: &[Held], look: &Look) -> Result<(), HoldError> {
        let before = self.owned.len();
        let places: BTreeSet<_> = wanted.iter().map(Held::place).collect();
        self.owned.retain(|held| look.has(held) || places.contains(&held.place()));
        if self.owned.len() == before { Ok(()) } else { self.write_down() }
    }

    /// What is ours goes from one router to another, or to an `[[address]]`, with the configuration.
    fn pass_on(&mut self, wanted: &[Held]) -> Result<(), HoldError> {
        let routers: BTreeMap<_, _> = wanted.iter().map(|one| (one.place(), &one.router)).collect();
        let mut is_passed_on = false;
        for held in &mut self.owned {
            if let Some(router) = routers.get(&held.place())
                && **router != held.router
            {
                held.router.clone_from(router);
                is_passed_on = true;
            }
        }
        if is_passed_on { self.write_down() } else { Ok(()) }
    }

    /// Writes down what will be ours, before the kernel is told.
    fn own(&mut self, steps: &[Step]) -> Result<(), HoldError> {
        let ours: BTreeSet<_> = self.owned.iter().map(Held::place).collect();
        let is_new = |held: &&Held| !ours.contains(&held.place());
        let added =
            steps.iter().filter_map(|step| if let Step::Add(held) = step { Some(held) } else { None });
        let new: Vec<Held> = added.filter(is_new).cloned().collect();
        let before = self.owned.len();
        self.owned.extend(new);
        if self.owned.len() == before { Ok(()) } else { self.write_down() }
    }

    async fn perform(&mut self, step: Step, outcome: &mut Outcome) {
        let text = step.to_string();
        let done = self.try_perform(&step).await;
        if done.is_ok() {
            self.note(&step, &text);
        }
        match (step, done) {
            (Step::Add(held), Ok(())) => outcome.added.push(held),
            (Step::Relabel(_), Ok(())) => {}
            (Step::Remove(held), Ok(())) => self.disown(&held),
            (Step::Remove(held), Err(error)) if error.is_gone() => self.disown(&held),
            // somebody else was faster: it is there, and theirs
            (Step::Add(held), Err(error)) if error.is_already_there() => self.disown(&held),
            (Step::Add(held), Err(error)) => {
                outcome.errors.push((held.clone(), hinted(&error, error.hint())));
                self.disown(&held);
            }
            (Step::Relabel(held) | Step::Remove(held), Err(error)) => {
                outcome.errors.push((held, format!("{text}: {}", hinted(&error, error.hint()))));
            }
        }
    }

    fn note(&self, step: &Step, text: &str) {
        if matches!(step, Step::Add(held) if self.before.iter().any(|before| before.is_same_place(held))) {
            self.notes.warn(format!("an address was taken off by someone else, and put back: {text}"));
        } else {
            self.notes.info(format!("address: {text}"));
        }
    }

    async fn try_perform(&self, step: &Step) -> Result<(), AddressError> {
        let Held { address, prefix, interface, label, scope, .. } = step.held();
        let (label, is_deprecated) = (label.as_deref(), step.held().is_deprecated());
        match step {
            Step::Add(_) => {
                self.addresses.add(interface, *address, *prefix, label, *scope, is_deprecated).await
            }
            Step::Relabel(_) => {
                self.addresses.replace(interface, *address, *prefix, label, *scope, is_deprecated).await
            }
            Step::Remove(_) => self.addresses.remove(interface, *address, *prefix).await,
        }
    }

    fn disown(&mut self, held: &Held) {
        self.owned.retain(|owned| !owned.is_same_place(held));
    }

    fn write_down(&self) -> Result<(), HoldError> {
        self.file.write(&self.owned).map_err(HoldError::State)
    }
}

/// What an earlier run wrote down.
pub(super) fn owned(dir: &RunDir) -> io::Result<Vec<Held>> {
    Ok(StateFile::new(dir, FILE).read()?.unwrap_or_default())
}
