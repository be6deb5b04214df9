//! `drain` and `stop`: asked of the running agent, which does it, and watched.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use daemon::control::ControlError;
use daemon::exit::Exit;
use daemon::http::Method;
use serde::{Deserialize, Serialize};
use watch::{Drain, DrainPhase, Status, VipStatus};

use super::ask::{ask, asked, good, parse};
use super::jobs::{self, Job};
use super::{Ended, complain, failed, failed_because, say};
use crate::cli::{Cli, DrainArgs, StopArgs};
use crate::control::json;
use crate::core::NO_DIRECTOR;
use crate::status_text::{Marks, phase, text};

/// Between two looks at how it goes on.
const AGAIN: Duration = Duration::from_millis(100);

/// After the deadline directors still delete their entries.
const AFTER: Duration = Duration::from_secs(10);

/// The body of `POST /v1/drain`.
#[derive(Serialize)]
struct Order {
    vip: Option<IpAddr>,
    deadline_ms: Option<u64>,
    stops: bool,
}

/// What `POST /v1/drain` answers beside the status.
#[derive(Deserialize)]
struct Ordered {
    deadline_ms: u64,
    directors: usize,
}

pub(super) fn drain(cli: &Cli, args: &DrainArgs) -> Ended {
    let deadline_ms = args.deadline.map(|deadline| u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX));
    let body = json(&Order { vip: args.vip, deadline_ms, stops: false });
    let answer = ask(cli, Method::POST, "/v1/drain", body.as_bytes())?;
    if !args.wait {
        say(&text(&parse::<Status>(&answer)?, Marks::of_locale()));
        return Ok(Exit::Done);
    }
    let mut watcher = Watcher::new(args.vip, &answer)?;
    watcher.wait(cli)
}

/// Ends well whenever the unit may stop without a drain.
pub(super) fn stop(cli: &Cli, args: &StopArgs) -> Ended {
    match jobs::job_of(&args.unit) {
        Ok(Job::Stop) => {}
        Ok(Job::Other) => {
            say(&format!("systemd is not stopping {}: nothing is drained", args.unit));
            return Ok(Exit::Done);
        }
        Err(error) => return Err(failed(&error, Some("VIPs and sysctls stay as they are"))),
    }
    let body = json(&Order { vip: None, deadline_ms: None, stops: true });
    let answer = match asked(cli, Method::POST, "/v1/drain", body.as_bytes()) {
        // it has ended by itself
        Err(ControlError::NotRunning(_)) => return Ok(Exit::Done),
        answer => good(answer)?,
    };
    if parse::<Ordered>(&answer)?.directors == 0 {
        say("no director follows this agent: VIPs and sysctls stay as they are");
        return Ok(Exit::Done);
    }
    Watcher::new(None, &answer)?.wait(cli)
}

/// Follows a drain, and says each phase.
struct Watcher {
    vip: Option<IpAddr>,
    until: Instant,
    said: BTreeMap<IpAddr, DrainPhase>,
}

impl Watcher {
    fn new(vip: Option<IpAddr>, answer: &[u8]) -> Result<Self, Exit> {
        let ordered: Ordered = parse(answer)?;
        let deadline = Duration::from_millis(ordered.deadline_ms);
        let until = Instant::now().checked_add(deadline.saturating_add(AFTER));
        let until = until.ok_or_else(|| failed_because("that deadline is too far away"))?;
        Ok(Self { vip, until, said: BTreeMap::new() })
    }

    fn wait(&mut self, cli: &Cli) -> Ended {
        loop {
            let status: Status = parse(&ask(cli, Method::GET, "/v1/status", b"")?)?;
            if let Some(ended) = self.take(&status) {
                return ended;
            }
            sleep(AGAIN);
        }
    }

    fn take(&mut self, status: &Status) -> Option<Ended> {
        let vip = self.vip;
        let meant = || status.vips.iter().filter(move |one| vip.is_none_or(|vip| vip == one.address));
        for one in meant() {
            self.tell(one);
        }
        if let Some(one) = meant().find(|one| one.drain.is_none()) {
            let reason = format!("{} does not drain any more: somebody undrained it", one.address);
            return Some(Err(failed_because(&reason)));
        }
        let left = |one: &&VipStatus| one.drain.as_ref().is_some_and(|drain| drain.phase == DrainPhase::Left);
        let Some(last) = meant().find(|one| !left(one)) else { return Some(Ok(done(status))) };
        // nothing more happens until a director comes
        let alone = meant().filter(|one| !left(one)).all(lacks_directors);
        (alone || Instant::now() >= self.until).then(|| Err(unfinished(last)))
    }

    fn tell(&mut self, vip: &VipStatus) {
        let Some(drain) = &vip.drain else { return };
        if self.said.insert(vip.address, drain.phase) != Some(drain.phase) {
            say(&format!("{}  {}", vip.address, line(drain)));
        }
    }
}

fn line(drain: &Drain) -> String {
    let waits = drain.waits_for.as_ref().map(|what| format!(": waits for {what}"));
    format!("{}{}", phase(drain.phase), waits.unwrap_or_default())
}

fn lacks_directors(vip: &VipStatus) -> bool {
    vip.drain.as_ref().is_some_and(|drain| drain.waits_for.as_deref() == Some(NO_DIRECTOR))
}

fn done(status: &Status) -> Exit {
    for problem in &status.problems {
        complain(&format!("warning: {problem}"));
    }
    Exit::Done
}

fn unfinished(vip: &VipStatus) -> Exit {
    let how = vip.drain.as_ref().map(line).unwrap_or_default();
    let exit = failed_because(&format!("{} has not left: {how}", vip.address));
    complain("hint: the drain goes on by itself; `lvs-rs-agent undrain` ends it");
    exit
}

#[cfg(test)]
mod tests;
