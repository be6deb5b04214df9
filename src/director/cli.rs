//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};

use crate::genhash::GenhashArgs;

/// Keeps a load balancer's IPVS table as configured and healthy.
#[derive(Debug, Parser)]
#[command(name = "lvs-director", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Configuration file: a director.toml, or a keepalived.conf as it is
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        default_value = crate::load::DEFAULT
    )]
    pub(crate) config: PathBuf,
    /// Take mistakes in a keepalived.conf as keepalived takes them, and say how
    ///
    /// Without it the file is refused where keepalived would go on without a part of it.
    #[arg(long, global = true)]
    pub(crate) lenient: bool,
    /// What `@ID` lines of a keepalived.conf are compared with [default: the host's short name]
    #[arg(short = 'i', long, global = true, value_name = "ID")]
    pub(crate) config_id: Option<String>,
    /// Directory for the lock, the control socket and what is ours [default: $RUNTIME_DIRECTORY or
    /// /run/lvs-director]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) run_dir: Option<PathBuf>,
    /// What to log: error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the director in the foreground
    ///
    /// SIGHUP reloads the configuration and what it includes, as a difference. SIGTERM stops and leaves the table,
    /// addresses and settings as they are, so that a restart is invisible (`on_stop = "remove"` in [ipvs]: its services
    /// leave the table). Virtual routers hand their addresses over first; a second SIGTERM drops them at once.
    Run(RunArgs),
    /// Check the configuration file; needs no root
    ///
    /// As far as that is the same for whoever runs it: programs for which no user is named are looked at as root's. Whether the
    /// unit's user may read and run what the file names, `run --check-only` says.
    Check {
        /// Print the effective configuration, every default spelled out
        #[arg(long)]
        effective: bool,
    },
    /// Print a keepalived.conf as director.toml
    ///
    /// On standard output, with a comment where something works differently here; what is wrong with the file goes to
    /// standard error. A file with mistakes that keepalived goes on without is refused, unless --fix or --lenient says what
    /// to make of them. Needs no root.
    Import(ImportArgs),
    /// Print what would change, as ipvsadm commands; writes nothing
    ///
    /// What apply would do, or the running director after a reload. Needs no root, but without it thresholds, tunnel
    /// options and scheduler flags cannot be seen.
    Plan(PlanArgs),
    /// Make the IPVS table as configured, once
    ///
    /// Without health checks: every real server enters. Refused while the director runs, which is the only writer then.
    Apply,
    /// Show what ipvsadm -Ln shows, and why
    Status {
        /// Everything, for machines
        #[arg(long)]
        json: bool,
    },
    /// Show the virtual routers, for scripts
    ///
    /// One line each, words separated by one space: NAME STATE PRIORITY ADDRESSES MASTER SINCE REASON. STATE is init,
    /// fault, backup, master or leaving. PRIORITY is as tracking makes it. ADDRESSES are separated by commas, without
    /// prefix lengths. MASTER is the address of the router that is master, `-` if none is known. SINCE is UTC as in RFC
    /// 3339. REASON is the rest of the line. A space in NAME is shown as `_`. Later versions may put words before REASON only.
    Vrrp(VrrpArgs),
    /// Take a real server out of scheduling
    ///
    /// Weight 0 in every service; its connections go on. Lasts over restarts, until undrain or the next boot. Other directors
    /// know nothing of it: `lvs-rs-agent drain` on the server itself tells all of them.
    Drain(DrainArgs),
    /// Put a drained real server back
    ///
    /// Also one that its agent has drained, where that agent is not heard any more.
    Undrain {
        /// The real server's address
        server: IpAddr,
    },
    /// Have the running director read its configuration again, and wait until the table is as that wants
    ///
    /// For the unit's ExecReload. A file that is refused is printed with the reason, as check prints it, and changes nothing.
    Reload,
    /// Look at this host for what is known to go wrong on directors; changes nothing
    ///
    /// One line for each thing that was looked at, what is wrong first, with the commands that cure it. Listens for a while
    /// to the virtual routers' adverts, and asks by ARP who has the VIPs. Exits with 1 when something is wrong. Needs no root,
    /// but sees less without it, and says what.
    Doctor(DoctorArgs),
    /// Remove what the director made
    ///
    /// Its services and addresses go, settings get the values back that they had before. Refused while it runs.
    Cleanup,
    /// Print the MD5 of a page, for `digest` of an HTTP check
    ///
    /// With the options of keepalived's genhash. Asks as the check asks, and reads as much: at most 1 MiB.
    Genhash(GenhashArgs),
}

/// How to run.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Check all that a start would refuse, as this process may use it, and end
    ///
    /// Files, keys, programs and their users, named pipes, and what this process may do at all. Ends with 0, or with 78 where
    /// the start would. Also beside a director that runs. To ask as the unit's user:
    /// `runuser -u lvs-director -- lvs-director run --check-only`. In the environment, LVS_CHECK_ONLY=true, it turns a copy of
    /// the unit into the question, which packages ask before they restart the director.
    #[arg(long, env = "LVS_CHECK_ONLY", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub(crate) check_only: bool,
}

/// What to import, and how.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The keepalived.conf
    pub(crate) file: PathBuf,
    /// Mend mistakes where it is clear what the author meant, and say how
    #[arg(long, conflicts_with = "lenient")]
    pub(crate) fix: bool,
}

/// How to print a plan.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Exit with 3 when there is something to do
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// A JSON list of the lines
    #[arg(long)]
    pub(crate) json: bool,
}

/// How to look at the host.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Everything, for machines
    #[arg(long)]
    pub(crate) json: bool,
    /// How long to listen to adverts and answers, 1s to 5m [default: as long as a backup waits for its master, 10s at most]
    #[arg(long, value_name = "DURATION", value_parser = listen)]
    pub(crate) listen: Option<Duration>,
}

fn listen(text: &str) -> Result<Duration, String> {
    let listen = config::duration(text)?;
    let allowed = Duration::from_secs(1)..=Duration::from_secs(300);
    if allowed.contains(&listen) { Ok(listen) } else { Err("write 1s to 5m".to_owned()) }
}

/// What to drain, and how long to wait.
#[derive(Debug, Args)]
pub(crate) struct DrainArgs {
    /// The real server's address
    pub(crate) server: IpAddr,
    /// End when it has no connections left
    ///
    /// Neither in this director's table, nor, where its agent drains it too, as that counts. 1 when there are some after the
    /// deadline; it stays drained.
    #[arg(long)]
    pub(crate) wait: bool,
    /// How long to wait, 0s to 1d
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = deadline, requires = "wait")]
    pub(crate) deadline: Duration,
}

fn deadline(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(86_400);
    let deadline = config::duration(text)?;
    if deadline <= MOST { Ok(deadline) } else { Err("write 0s to 1d".to_owned()) }
}

/// Which virtual routers to show, and how.
#[derive(Debug, Args)]
pub(crate) struct VrrpArgs {
    /// Only this one
    pub(crate) name: Option<String>,
    /// Everything, as JSON; with NAME its object alone
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 0 when it is master, 3 backup, 4 fault, 5 otherwise; 1 as ever when nobody can tell
    #[arg(long, requires = "name")]
    pub(crate) exit_code: bool,
}
