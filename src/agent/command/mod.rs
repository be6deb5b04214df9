//! Commands: each ends with an exit status and has printed why.

mod ask;
mod change;
mod doctor;
mod inspect;
mod jobs;
mod leave;
mod traffic;

use std::error::Error;
use std::io::Write;

use daemon::exit::Exit;
use daemon::run_dir::{Lock, RunDir};
use kernel::address::Addresses;
use kernel::sysctl::Sysctls;
use tokio::runtime::{Builder, LocalOptions};

use crate::act::Hands;
use crate::cli::{Cli, Command};
use crate::look::Looker;
use crate::run;
use crate::store::Store;

/// Does what the command line says.
pub(crate) fn dispatch(cli: &Cli) -> Exit {
    let runs = matches!(cli.command, Command::Run(_));
    let _logging = match daemon::log::begin(&cli.log_level, runs) {
        Ok(logging) => logging,
        Err(exit) => return exit,
    };
    let done = match &cli.command {
        Command::Run(args) if args.check_only => inspect::check_to_run(cli),
        Command::Run(_) => daemon(cli),
        Command::Check { effective } => in_runtime(inspect::check(cli, *effective)),
        Command::Plan(args) => in_runtime(inspect::plan(cli, args)),
        Command::Apply => in_runtime(change::apply(cli)),
        Command::Status { json } => ask::status(cli, *json),
        Command::Drain(args) => leave::drain(cli, args),
        Command::Undrain(args) => ask::undrain(cli, args),
        Command::Reload => ask::reload(cli),
        Command::Stop(args) => leave::stop(cli, args),
        Command::Doctor { json } => doctor::doctor(cli, *json),
        Command::Cleanup => in_runtime(change::cleanup(cli)),
    };
    done.unwrap_or_else(|exit| exit)
}

/// The error is the exit status of what was printed already.
type Ended = Result<Exit, Exit>;

fn daemon(cli: &Cli) -> Ended {
    let (store, _lock) = locked(cli, "the agent")?;
    in_runtime(async { Ok(run::run(cli.config.clone(), store).await) })
}

/// One that is local, not a `LocalSet` in another: that one wakes the loop, and itself by an eventfd, for each heartbeat.
fn in_runtime(work: impl Future<Output = Ended>) -> Ended {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    let runtime = runtime.map_err(|error| failed(&error, None))?;
    let ended = runtime.block_on(work);
    // a file server that does not answer the reading of a weight keeps nobody from ending
    runtime.shutdown_background();
    ended
}

/// Makes this process the only writer.
fn locked(cli: &Cli, who: &str) -> Result<(Store, Lock), Exit> {
    let directory = RunDir::open(cli.run_dir(), true).map_err(|error| failed(&error, error.hint()))?;
    let lock = directory.lock().map_err(|error| {
        let hint = match &error {
            daemon::run_dir::LockError::Held { .. } if who != "the agent" => {
                Some("the agent runs and does this itself; to do it by hand: systemctl stop lvs-rs-agent")
            }
            daemon::run_dir::LockError::Held { .. } | daemon::run_dir::LockError::Io { .. } => error.hint(),
        };
        failed(&error, hint)
    })?;
    Ok((Store::new(directory), lock))
}

/// Eyes and hands.
fn limbs() -> Result<(Looker, Hands), Exit> {
    let addresses = Addresses::open().map_err(|error| failed(&error, None))?;
    let sysctls = Sysctls::default();
    Ok((Looker::new(addresses.clone(), sysctls.clone()), Hands { addresses, sysctls }))
}

fn failed(error: &dyn Error, hint: Option<&str>) -> Exit {
    daemon::errors::print_chain(error, hint);
    Exit::Failed
}

fn failed_because(reason: &str) -> Exit {
    complain(&format!("error: {reason}"));
    Exit::Failed
}

/// A line to standard output; whoever closed it does not want to read it.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line.trim_end());
}

/// A line to standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.trim_end());
}

#[cfg(test)]
mod tests;
