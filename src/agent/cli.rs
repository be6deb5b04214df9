//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, CommandFactory, Parser, Subcommand};
use daemon::run_dir::RunDir;

/// Where the configuration is unless said.
pub(crate) const USUAL_FILE: &str = "/etc/lvs-rs-agent/agent.toml";

/// Prepares a real server of an LVS direct-routing cluster: VIPs on lo with /32, arp_ignore and arp_announce, and
/// keeps it so. Tells over HTTP whether each VIP is ready.
#[derive(Debug, Parser)]
#[command(name = "lvs-rs-agent", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Configuration file
    #[arg(short, long, global = true, value_name = "FILE", default_value = USUAL_FILE)]
    pub(crate) config: PathBuf,
    /// Directory for the lock, the control socket and what is ours [default: $RUNTIME_DIRECTORY or
    /// /run/lvs-rs-agent]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) run_dir: Option<PathBuf>,
    /// What to log to standard error: error, warn, info, debug, trace or off; `warn,lvs_agent=debug` for one part.
    /// RUST_LOG in the environment stands above it
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info", value_parser = log_level)]
    pub(crate) log_level: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run in the foreground, as systemd does. SIGHUP reloads; SIGTERM stops and leaves VIPs and sysctls as they are
    Run(RunArgs),
    /// Check the configuration file, and that no VIP is an address of another interface of this host; needs no root
    ///
    /// A [weight] program without `user` is looked at as root's: whether the unit's user may run it, `run --check-only` says.
    Check {
        /// Print the effective configuration, every default spelled out
        #[arg(long)]
        effective: bool,
    },
    /// Print what apply, or a start of the agent, would change, as ip and sysctl commands; needs no root
    Plan(PlanArgs),
    /// Prepare the host once and end. Refused while the agent runs
    Apply,
    /// Show each VIP and every step of its preparation; asks the running agent
    Status {
        /// Everything, for machines
        #[arg(long)]
        json: bool,
    },
    /// Leave service without losing a connection: directors set weight 0, connections end, directors delete the entry,
    /// and then the VIP goes. It stays while no director says so. Lasts across restarts of the agent, until undrain
    /// or a reboot
    Drain(DrainArgs),
    /// Put VIPs that have left back, and be ready again
    Undrain(VipArgs),
    /// Have the running agent read its configuration again, and wait until that is in place. A file that is refused is
    /// printed with the reason, and changes nothing
    Reload,
    /// For the unit's ExecStop: a drain of the whole host if the unit is being stopped, nothing if it is restarted.
    /// The next start ends it
    Stop(StopArgs),
    /// Look at this host and say what is known to go wrong, each with the commands that cure it. Changes nothing, needs
    /// neither root nor a running agent, and says what it could not see. Exits with 1 when something is wrong
    Doctor {
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Undo exactly what the agent did: its VIPs, its devices, then the sysctls with the values that were there
    /// before. Refused while the agent runs. Stop traffic first: drain
    Cleanup,
}

/// How to run.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Check all that a start would refuse, as this process may use it, and end
    ///
    /// Ends with 0, or with 78 where the start would. Also beside an agent that runs. To ask as the unit's user:
    /// `runuser -u lvs-rs-agent -- lvs-rs-agent run --check-only`. In the environment, LVS_CHECK_ONLY=true, it turns a copy
    /// of the unit into the question, which packages ask before they restart the agent.
    #[arg(long, env = "LVS_CHECK_ONLY", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub(crate) check_only: bool,
}

/// How to print the plan.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Exit with 3 when there is something to do
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// For machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to drain, and how long.
#[derive(Debug, Args)]
pub(crate) struct DrainArgs {
    /// Only this VIP instead of the whole host
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) vip: Option<IpAddr>,
    /// Tell how it goes on; end when the VIPs have left, with 1 when they have not 10 s after the deadline
    #[arg(long)]
    pub(crate) wait: bool,
    /// How long connections may take to end, 0s to 1d [default: as in the file]
    #[arg(long, value_name = "DURATION", value_parser = deadline)]
    pub(crate) deadline: Option<Duration>,
}

/// Whose stop it is.
#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    /// The unit as systemd calls it
    #[arg(long, value_name = "NAME", default_value = "lvs-rs-agent.service")]
    pub(crate) unit: String,
}

/// Which VIP.
#[derive(Debug, Args)]
pub(crate) struct VipArgs {
    /// Only this VIP instead of the whole host
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) vip: Option<IpAddr>,
}

impl Cli {
    /// `--run-dir`, else the usual place.
    pub(crate) fn run_dir(&self) -> PathBuf {
        self.run_dir.clone().unwrap_or_else(|| RunDir::default_path("lvs-rs-agent"))
    }
}

fn deadline(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(86_400);
    let deadline = config::duration(text)?;
    if deadline <= MOST { Ok(deadline) } else { Err("write 0s to 1d".to_owned()) }
}

fn log_level(text: &str) -> Result<String, String> {
    daemon::log::check(text)
        .map(|()| text.to_owned())
        .map_err(|error| format!("write {}", error.hint().unwrap_or_default()))
}

/// The command line as a value, for man pages and shell completions.
pub fn command_line() -> clap::Command {
    Cli::command()
}
