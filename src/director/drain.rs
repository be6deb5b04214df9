//! `lvs-director drain`: a server out of scheduling, and the end of its connections.

use std::net::IpAddr;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use daemon::exit::Exit;
use daemon::http::Method;
use ipvs::Counters;
use serde::{Deserialize, Serialize};

use crate::cli::DrainArgs;
use crate::core::Core;
use crate::oneshot::{Ended, Failure, ask, counted, failed, print};

/// Where the running director says what is left of a server; its address follows.
pub(crate) const LEFT: &str = "/v1/drain/";

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(400);
/// Looks in a row that must find nothing: the director reads the kernel's counters once in a second, and the first that it
/// shows may be from before.
const QUIET_LOOKS: u32 = 4;

/// What is left of a server that drains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Left {
    /// its entries in the kernel's table
    pub(crate) entries: usize,
    /// the largest weight of them
    pub(crate) weight: u32,
    /// connections of these entries in state ESTABLISHED; none: the kernel could not be read
    pub(crate) active: Option<u64>,
    /// connections to what drains, as the server's own agents count them; none: none is heard that drains and counts
    pub(crate) agent: Option<u64>,
}

impl Left {
    /// As the kernel and the agents tell. `counters`: none: the kernel could not be read.
    pub(crate) fn of(core: &Core, server: IpAddr, counters: Option<&Counters>) -> Self {
        let mut left = Self { active: counters.map(|_| 0), ..Self::default() };
        for (service, _) in core.services() {
            let counters = counters.and_then(|counters| counters.get(&service.key));
            let entries = service.reals.iter().filter(|real| real.key.address == server);
            for entry in entries.filter_map(|real| counters?.destinations.get(&real.key)) {
                left.entries += 1;
                left.weight = left.weight.max(entry.weight.get());
                left.active = left.active.map(|active| active + u64::from(entry.connections.active));
            }
        }
        let agents = core.agents().filter(|agent| agent.ip() == server);
        left.agent = agents.filter_map(|agent| core.agent_connections(agent)).reduce(u64::saturating_add);
        left
    }

    fn is_nothing(&self) -> bool {
        self.weight == 0 && self.active == Some(0) && self.agent.is_none_or(|count| count == 0)
    }

    /// `3 connections in this director's table, 2 as its agent counts`
    fn words(&self) -> String {
        let count = |count: u64| counted(usize::try_from(count).unwrap_or(usize::MAX), "connection");
        let table = match self.active {
            Some(active) => format!("{} in this director's table", count(active)),
            None => "the kernel's table cannot be read".to_owned(),
        };
        let weight = if self.weight > 0 { format!(", weight still {}", self.weight) } else { String::new() };
        let agent = self.agent.map(|agent| format!(", {agent} as its agent counts")).unwrap_or_default();
        format!("{table}{weight}{agent}")
    }
}

/// `drain`
pub(crate) fn drain(run_dir: &Path, args: &DrainArgs) -> Ended {
    let began = Instant::now();
    command(run_dir, args.server, true)?;
    if !args.wait {
        return Ok(Exit::Done);
    }
    let mut patience = Patience::default();
    loop {
        let body = ask(run_dir, Method::GET, &format!("{LEFT}{}", args.server), b"")?;
        let left: Left = serde_json::from_slice(&body).map_err(failed)?;
        match patience.look(&left, began.elapsed(), args.deadline) {
            Next::Done => {
                print(&format!("{} has no connections left\n", args.server));
                return Ok(Exit::Done);
            }
            Next::TooLate => return Err(too_late(args, &left)),
            Next::Wait(news) => {
                if let Some(news) = news {
                    print(&news);
                }
                sleep(PAUSE);
            }
        }
    }
}

/// `undrain`
pub(crate) fn undrain(run_dir: &Path, server: IpAddr) -> Ended {
    command(run_dir, server, false)?;
    Ok(Exit::Done)
}

fn command(run_dir: &Path, server: IpAddr, drain: bool) -> Result<(), Failure> {
    let path = if drain { "/v1/drain" } else { "/v1/undrain" };
    let body = ask(run_dir, Method::POST, path, server.to_string().as_bytes())?;
    print(&String::from_utf8_lossy(&body));
    Ok(())
}

fn too_late(args: &DrainArgs, left: &Left) -> Failure {
    Failure::Failed(format!(
        "error: {} has connections after {} s: {}\nhint: it stays drained, wait again or take them with you\n",
        args.server,
        args.deadline.as_secs(),
        left.words()
    ))
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// with a line for the person who waits, where something is new
    Wait(Option<String>),
    Done,
    TooLate,
}

/// Waits until nothing is left.
#[derive(Debug, Default)]
struct Patience {
    /// looks in a row that found nothing
    quiet: u32,
    told: String,
}

impl Patience {
    fn look(&mut self, left: &Left, waited: Duration, deadline: Duration) -> Next {
        self.quiet = if left.is_nothing() { self.quiet + 1 } else { 0 };
        if self.quiet >= QUIET_LOOKS {
            return Next::Done;
        }
        if waited >= deadline && self.quiet == 0 {
            return Next::TooLate;
        }
        let words = left.words();
        let is_news = self.quiet == 0 && words != self.told;
        Next::Wait(is_news.then(|| {
            self.told.clone_from(&words);
            format!("{words}\n")
        }))
    }
}

#[cfg(test)]
mod tests;
