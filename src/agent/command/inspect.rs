//! `check` and `plan`: they write nothing and need no privilege.

use daemon::exit::Exit;
use daemon::run_dir::RunDir;
use host::{Plan, Vip, partial_steps};
use serde::Serialize;

use super::{Ended, complain, failed_because, limbs, say};
use crate::cli::{Cli, PlanArgs};
use crate::control::json;
use crate::core::{Depth, Drains};
use crate::load::{Loaded, Refused, load, load_to_run};
use crate::look::Needs;
use crate::store::{Store, Stored};

pub(super) async fn check(cli: &Cli, show: bool) -> Ended {
    let loaded = good(load(&cli.config))?;
    good(loaded.tls().map(drop))?;
    good(loaded.programs())?;
    // a host that cannot be looked at refuses nothing
    let (mut looker, _) = limbs()?;
    if let Ok(state) = looker.look(Depth::Everything, &Needs::default()).await {
        good(loaded.fits(&state))?;
    }
    if show {
        say(&loaded.config.to_toml());
    } else {
        say_fine(cli, &loaded);
    }
    Ok(Exit::Done)
}

/// What a start refuses. It goes on without a weight, and with VIPs that this host cannot have.
pub(super) fn check_to_run(cli: &Cli) -> Ended {
    let loaded = good(load_to_run(&cli.config))?;
    good(loaded.tls().map(drop))?;
    if let Some(finding) = loaded.program_to_run() {
        complain(&finding);
    }
    say_fine(cli, &loaded);
    Ok(Exit::Done)
}

fn say_fine(cli: &Cli, loaded: &Loaded) {
    let count = loaded.config.vips.len();
    say(&format!("{}: fine: {count} VIP{}", cli.config.display(), if count == 1 { "" } else { "s" }));
}

pub(super) async fn plan(cli: &Cli, args: &PlanArgs) -> Ended {
    let loaded = good(load(&cli.config))?;
    let (mut looker, _) = limbs()?;
    let vips = &loaded.config.vips;
    let state = looker.look(Depth::Everything, &Needs::of(vips)).await;
    let state = state.map_err(|reason| failed_because(&reason))?;
    good(loaded.fits(&state))?;
    let Stored { owned, drains } = stored(cli);
    let drains = drains.at_start();
    warn_of_drained(vips, &drains);
    let plan = partial_steps(&drains.wanted(vips), vips, &owned, &state);
    say(&if args.json { as_json(&plan) } else { as_text(&plan) });
    Ok(if args.exit_code && !plan.steps.is_empty() { Exit::Changes } else { Exit::Done })
}

/// What is ours and what drains, as far as this user may know.
fn stored(cli: &Cli) -> Stored {
    let Ok(directory) = RunDir::open(cli.run_dir(), false) else { return Stored::default() };
    Store::new(directory).read().unwrap_or_else(|error| {
        let reason = daemon::errors::one_line(&error);
        complain(&format!("warning: {reason}: planned as if nothing were ours"));
        Stored::default()
    })
}

/// VIPs that have left are not put back by hand.
pub(super) fn warn_of_drained(vips: &[Vip], drains: &Drains) {
    for vip in vips.iter().filter(|vip| drains.is_off(vip.address)) {
        let address = vip.address;
        complain(&format!(
            "warning: {address} is drained and stays off; to have it back: start the agent, undrain"
        ));
    }
}

/// Prints why a file is refused, and its warnings if it is not.
pub(super) fn good<T: Warns>(result: Result<T, Refused>) -> Result<T, Exit> {
    match result {
        Ok(good) => {
            if let Some(warnings) = good.warnings() {
                complain(&warnings);
            }
            Ok(good)
        }
        Err(refused) => {
            refused.print();
            Err(Exit::ConfigRefused)
        }
    }
}

/// Something that may be good and still worth a warning.
pub(super) trait Warns {
    fn warnings(&self) -> Option<String>;
}

impl Warns for Loaded {
    fn warnings(&self) -> Option<String> {
        Self::warnings(self)
    }
}

impl Warns for () {
    fn warnings(&self) -> Option<String> {
        None
    }
}

fn as_text(plan: &Plan) -> String {
    let steps = plan.steps.iter().map(ToString::to_string);
    let notes = plan.notes.iter().map(|note| format!("# {note}"));
    let lines: Vec<String> = steps.chain(notes).collect();
    if lines.is_empty() { "nothing to do".to_owned() } else { lines.join("\n") }
}

fn as_json(plan: &Plan) -> String {
    #[derive(Serialize)]
    struct Shown<'a> {
        steps: Vec<String>,
        notes: &'a [String],
    }
    json(&Shown { steps: plan.steps.iter().map(ToString::to_string).collect(), notes: &plan.notes })
}
