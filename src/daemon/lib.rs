//! What both daemons need around their cores: the configuration file and its diagnostics, logging, signals,
//! the service manager, the run directory with its lock, and HTTP for people, machines and the own commands.
//!
//! This room never decides anything about VIPs, services or servers.

pub mod capabilities;
pub mod clock;
pub mod config_file;
pub mod control;
pub mod diagnostic;
pub mod errors;
pub mod exit;
pub mod http;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod notify;
pub mod run_dir;
pub mod signals;
pub mod state_file;
