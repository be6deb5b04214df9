//! `apply` and `cleanup`: what the daemon does, once and by hand.

use daemon::exit::Exit;
use host::{HostState, Plan, Step, StepName, Vip, down_steps, left_over, partial_steps, readiness};

use super::inspect::{good, warn_of_drained};
use super::traffic::warn_of_traffic;
use super::{Ended, complain, failed, failed_because, limbs, locked, say};
use crate::act::Hands;
use crate::cli::Cli;
use crate::core::{Depth, Outcome, StepResult, first_stage};
use crate::load::load;
use crate::look::{Looker, Needs};
use crate::store::{Store, Stored};

/// Sysctls, then everything else; one round more would mean that someone else undoes it.
const ROUNDS: usize = 4;

pub(super) async fn apply(cli: &Cli) -> Ended {
    let loaded = good(load(&cli.config))?;
    let (store, _lock) = locked(cli, "apply")?;
    let (looker, hands) = limbs()?;
    let Stored { owned, drains } = store.read_or_set_aside().map_err(|error| failed(&error, None))?;
    let stored = Stored { owned, drains: drains.at_start() };
    warn_of_drained(&loaded.config.vips, &stored.drains);
    let mut hand = ByHand { looker, hands, store, stored, needs: Needs::of(&loaded.config.vips) };
    good(loaded.fits(&hand.look().await?))?;
    hand.up(&loaded.config.vips).await
}

pub(super) async fn cleanup(cli: &Cli) -> Ended {
    let (store, _lock) = locked(cli, "cleanup")?;
    let stored =
        store.read().map_err(|error| failed(&error, Some("what is ours is not known: see `ip address`")))?;
    let (looker, hands) = limbs()?;
    let needs = Needs { sysctls: true, ..Needs::default() };
    let mut hand = ByHand { looker, hands, store, stored, needs };
    hand.down().await
}

struct ByHand {
    looker: Looker,
    hands: Hands,
    store: Store,
    stored: Stored,
    needs: Needs,
}

impl ByHand {
    async fn look(&mut self) -> Result<HostState, Exit> {
        let looked = self.looker.look(Depth::Everything, &self.needs).await;
        looked.map_err(|reason| failed_because(&reason))
    }

    async fn up(&mut self, vips: &[Vip]) -> Ended {
        let wanted = self.stored.drains.wanted(vips);
        let mut changed = false;
        for _ in 0..ROUNDS {
            let state = self.look().await?;
            self.stored.owned.prune(&wanted, &state);
            let plan = partial_steps(&wanted, vips, &self.stored.owned, &state);
            if plan.steps.is_empty() {
                return Ok(self.verdict(&wanted, &plan, &state, changed));
            }
            changed = true;
            if !self.take(first_stage(plan.steps), &state).await? {
                return Err(Exit::Failed);
            }
        }
        Err(failed_because("someone else undoes what apply does"))
    }

    /// Whether the VIPs are prepared; who runs and listens is not apply's business.
    fn verdict(&self, vips: &[Vip], plan: &Plan, state: &HostState, changed: bool) -> Exit {
        warn(&plan.notes);
        let steps = vips.iter().flat_map(|vip| readiness(vip, &self.stored.owned, state));
        let prepared = steps.filter(|step| !matches!(step.name, StepName::Need(_) | StepName::Listener(_)));
        let missing: Vec<String> = prepared.filter_map(|step| step.state.err()).collect();
        for reason in &missing {
            complain(&format!("error: {reason}"));
        }
        if !changed && missing.is_empty() {
            say("nothing to do");
        }
        if missing.is_empty() { Exit::Done } else { Exit::Failed }
    }

    async fn down(&mut self) -> Ended {
        let state = self.look().await?;
        let Plan { steps, notes } = down_steps(&self.stored.owned, &state);
        if steps.is_empty() && notes.is_empty() {
            say("nothing of ours is here");
        }
        warn_of_traffic(&steps, &mut self.looker);
        let taken = self.take(steps, &state).await?;
        warn(&notes);
        if !taken {
            return Err(Exit::Failed);
        }
        self.forget().await?;
        Ok(Exit::Done)
    }

    /// Keeps in mind only what had to be left, for another cleanup.
    async fn forget(&mut self) -> Result<(), Exit> {
        let state = self.look().await?;
        self.stored = Stored { owned: left_over(&self.stored.owned, &state), ..Stored::default() };
        if self.stored.owned.is_empty() {
            return self.store.remove().map_err(|error| failed(&error, None));
        }
        complain("hint: what stays is remembered: cleanup again when nothing relies on it any more");
        self.save()
    }

    /// Writes down, then does; answers whether every step went well.
    async fn take(&mut self, steps: Vec<Step>, state: &HostState) -> Result<bool, Exit> {
        let before = self.stored.owned.clone();
        for step in &steps {
            self.stored.owned.record(step, state);
        }
        self.save()?;
        let mut good = true;
        for StepResult { step, outcome } in self.hands.take(steps).await {
            match outcome {
                Outcome::Done => {
                    self.stored.owned.strike(&step);
                    say(&step.to_string());
                }
                Outcome::SomeoneElse => self.stored.owned.unrecord(&step, &before),
                Outcome::Failed(reason) => {
                    self.stored.owned.unrecord(&step, &before);
                    complain(&format!("error: {step}: {reason}"));
                    good = false;
                }
                Outcome::Skipped => {
                    self.stored.owned.unrecord(&step, &before);
                    complain(&format!("error: {step}: not tried, because of the error above"));
                    good = false;
                }
            }
        }
        self.save()?;
        Ok(good)
    }

    fn save(&mut self) -> Result<(), Exit> {
        let Stored { owned, drains } = &self.stored;
        self.store.write(owned, drains).map_err(|error| failed(&error, None))
    }
}

fn warn(notes: &[String]) {
    for note in notes {
        complain(&format!("warning: {note}"));
    }
}
