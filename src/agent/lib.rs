//! lvs-rs-agent: prepares a real server for its VIPs, keeps it so, proves it, and tells the directors.
//!
//! `core` decides and does nothing; everything else does and decides nothing.

mod act;
mod cli;
mod command;
mod control;
mod core;
mod deaths;
mod http;
mod load;
mod logging;
mod look;
mod metrics;
mod needs;
mod run;
mod start;
mod status_text;
mod store;
mod time;
mod weight;
mod writes;

use std::process::ExitCode;

use clap::Parser;

pub use cli::command_line;

/// The whole program.
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    command::dispatch(&cli).into()
}
