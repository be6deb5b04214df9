//! What the service manager is about to do with a unit: `systemctl stop` and `systemctl restart` look the same from within.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// For the whole of the question.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Between two looks whether the answer is complete.
const AGAIN: Duration = Duration::from_millis(10);

/// Longest answer that is read: one job is a line, and a shutdown has one for each unit.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Where distributions have it. Not by `PATH`, which whoever runs this may have set.
const PLACES: [&str; 4] = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// The job of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// it stops and stays so until somebody starts it
    Stop,
    /// it is restarted, or nothing is to be done with it
    Other,
}

/// The service manager was not asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobsError {
    #[error("cannot run {}", .0.display())]
    Run(PathBuf, #[source] io::Error),
    #[error("{} did not answer within {} s", .0.display(), TIMEOUT.as_secs())]
    Timeout(PathBuf),
    #[error("{} ended with {status}", systemctl.display())]
    Failed { systemctl: PathBuf, status: ExitStatus },
}

/// Of a unit by its whole name; where systemd does not run there are no jobs (`sd_booted(3)`).
pub(super) fn job_of(unit: &str) -> Result<Job, JobsError> {
    let booted = Path::new("/run/systemd/system").is_dir();
    let mut places = PLACES.iter().map(|place| Path::new(place).join("systemctl"));
    match places.find(|path| booted && path.is_file()) {
        Some(systemctl) => asked_of(&systemctl, unit),
        None => Ok(Job::Other),
    }
}

fn asked_of(systemctl: &Path, unit: &str) -> Result<Job, JobsError> {
    let failed = |source| JobsError::Run(systemctl.to_owned(), source);
    let mut child = Command::new(systemctl)
        .args(["list-jobs", "--no-legend", "--no-pager", "--full"])
        .env("SYSTEMD_COLORS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let answer = answer(&mut child);
    let ended = wait(&mut child).map_err(failed)?;
    match ended {
        None => Err(JobsError::Timeout(systemctl.to_owned())),
        Some(status) if !status.success() => {
            Err(JobsError::Failed { systemctl: systemctl.to_owned(), status })
        }
        Some(_) => match answer.recv_timeout(TIMEOUT) {
            Ok(answer) => Ok(job_in(&answer.map_err(failed)?, unit)),
            Err(_) => Err(JobsError::Timeout(systemctl.to_owned())),
        },
    }
}

/// None: it took too long, and is ended.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let until = Instant::now() + TIMEOUT;
    while Instant::now() < until {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        sleep(AGAIN);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Read while it is written: a pipe holds 64 KiB, and whoever has more to say waits with it.
fn answer(child: &mut Child) -> Receiver<io::Result<String>> {
    let (tell, told) = channel();
    let output = child.stdout.take();
    spawn(move || {
        let mut bytes = Vec::new();
        let read = output.map_or(Ok(0), |output| output.take(LIMIT).read_to_end(&mut bytes));
        // whoever asked may have given up
        let _ = tell.send(read.map(|_| String::from_utf8_lossy(&bytes).into_owned()));
    });
    told
}

/// Lines of number, unit, type and state (`list_jobs_print` of systemctl); a unit has one job at a time.
fn job_in(answer: &str, unit: &str) -> Job {
    let stops = |line: &str| {
        let mut words = line.split_whitespace().skip_while(|word| *word != unit);
        words.nth(1) == Some("stop")
    };
    if answer.lines().any(stops) { Job::Stop } else { Job::Other }
}

#[cfg(test)]
mod tests;
