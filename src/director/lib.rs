//! lvs-director: keeps the IPVS table of a load balancer as configured and healthy.
//!
//! `core`, `desired`, `roles`, `readiness` and `plan` decide and touch nothing; `shell` is the loop that performs, `lead` its part
//! for the virtual routers, `turns` and `notices` for what others are told; `worker` is the one writer of the table, `settings` of what belongs to the table as a whole.

mod agents;
mod catch_up;
mod cli;
mod core;
mod desired;
mod doctor;
mod drain;
mod flags;
mod genhash;
mod http;
mod inbox;
mod lead;
mod load;
mod metrics;
mod news;
mod notices;
mod oneshot;
mod owned;
mod path;
mod plan;
mod pulse;
mod readiness;
mod reload;
mod roles;
mod run;
mod scripts;
mod settings;
mod shell;
mod status;
mod status_text;
mod turns;
mod vrrp_text;
mod worker;

use std::process::ExitCode;

use clap::Parser;
use daemon::run_dir::RunDir;

use cli::{Cli, Command};
use load::Source;

/// What `lvs-director` does, from its command line to its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runs = matches!(cli.command, Command::Run(_));
    let _logging = match daemon::log::begin(&cli.log_level, runs) {
        Ok(logging) => logging,
        Err(exit) => return exit.into(),
    };
    let run_dir = cli.run_dir.clone().unwrap_or_else(|| RunDir::default_path("lvs-director"));
    let source = Source { path: cli.config.clone(), lenient: cli.lenient, config_id: cli.config_id.clone() };
    let ended = match &cli.command {
        Command::Run(args) if args.check_only => oneshot::check_to_run(&source, &run_dir),
        Command::Run(_) => return run::run(&source, &run_dir).into(),
        Command::Check { effective } => oneshot::check(&source, *effective),
        Command::Import(args) => oneshot::import(source, args),
        Command::Plan(args) => oneshot::plan(&source, &run_dir, args),
        Command::Apply => oneshot::apply(&source, &run_dir),
        Command::Status { json } => oneshot::show_status(&run_dir, *json),
        Command::Drain(args) => drain::drain(&run_dir, args),
        Command::Undrain { server } => drain::undrain(&run_dir, *server),
        Command::Vrrp(args) => {
            return oneshot::show_vrrp(&run_dir, args).unwrap_or_else(|failure| failure.report().into());
        }
        Command::Reload => oneshot::reload(&run_dir),
        Command::Doctor(args) => return doctor::doctor(&source, &run_dir, args),
        Command::Cleanup => oneshot::cleanup(&run_dir),
        Command::Genhash(args) => genhash::genhash(args),
    };
    ended.unwrap_or_else(oneshot::Failure::report).into()
}

/// The command line as data, for man pages and completions.
pub fn command_line() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
