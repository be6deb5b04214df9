//! One run of a program.

use std::fmt;
use std::io::{self, PipeReader, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::search::SEARCH;
use super::stuck::Start;
use super::user::Unnamed;
use super::{Prepared, Script, ScriptError, prepare};

/// Kept of what a program prints.
const KEPT: usize = 4 << 10;
/// A program that prints more than this is killed, in bytes: nobody reads it.
const MOST_PRINTED: usize = 16 << 20;
/// Read at once.
const CHUNK: usize = 16 << 10;
/// How long a killed program is waited for. It can take longer where the kernel waits for a file server; it is then
/// reaped whenever it ends.
const BURIAL: Duration = Duration::from_secs(1);
/// A moment further away than the clock can tell.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// How a run ended.
#[derive(Debug)]
pub enum Ended {
    /// by itself, with this status
    Exit(i32),
    /// by a signal
    Signal(i32),
    /// it was killed, with all of its process group, after this time
    TimedOut(Duration),
    /// it was killed, with all of its process group, because it printed more than anybody reads
    Printed,
    /// it is not safe, or could not be run
    NotRun(ScriptError),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(status) => write!(f, "exit status {status}"),
            Self::Signal(signal) => write!(f, "ended by signal {signal}"),
            Self::TimedOut(after) => write!(f, "killed: not done after {} ms", after.as_millis()),
            Self::Printed => write!(f, "killed: printed more than {} MiB", MOST_PRINTED >> 20),
            Self::NotRun(error) => write!(f, "not run: {}", daemon::errors::one_line(error)),
        }
    }
}

/// A run that is over.
#[derive(Debug)]
pub struct Run {
    /// how
    pub ended: Ended,
    /// the first 4 KiB of what it printed on either stream
    pub output: String,
}

impl Script {
    /// Checks the program and runs it with its own arguments and these. It is killed with all of its process group when
    /// it is not done after `limit`, and when the returned future is dropped.
    ///
    /// What it leaves running when it ends by itself is left alone, but nobody reads what that prints.
    pub async fn run(&self, more: &[String], limit: Duration) -> Run {
        self.run_within(more, limit, MOST_PRINTED).await
    }

    /// As [`Self::run`], a program that is to go on: without a limit of time or of what it prints.
    pub(crate) async fn serve(&self, more: &[String]) -> Run {
        self.run_within(more, Duration::MAX, usize::MAX).await
    }

    async fn run_within(&self, more: &[String], limit: Duration, most_printed: usize) -> Run {
        let now = Instant::now();
        let deadline = now.checked_add(limit).unwrap_or(now + LONGEST);
        match self.launch(more, deadline).await {
            Ok(Some(running)) => running.finish(deadline, limit, most_printed).await,
            Ok(None) => Run { ended: Ended::TimedOut(limit), output: String::new() },
            Err(error) => Run { ended: Ended::NotRun(error), output: String::new() },
        }
    }

    /// Looking at files and users, and starting a process, can take long: on a file server, with a remote user database.
    /// None: longer than the deadline.
    async fn launch(&self, more: &[String], deadline: Instant) -> Result<Option<Running>, ScriptError> {
        let Some(start) = Start::of(self.program()) else {
            return Err(
                self.not_launched("starts of it before have not come back: a disk or a user database hangs")
            );
        };
        let (script, more, launched) = (self.clone(), more.to_vec(), start.clone());
        let launching = spawn_blocking(move || {
            let running = prepare(&script.command, script.user.as_deref(), Unnamed::OurUser)
                .and_then(|prepared| launch(&prepared, &more));
            launched.over();
            running
        });
        match timeout_at(deadline, launching).await {
            Ok(Ok(launched)) => launched.map(Some),
            Ok(Err(ended)) => Err(self.not_launched(ended)),
            // whatever is still launched is killed when its result is dropped
            Err(_) => {
                start.give_up(self.program());
                Ok(None)
            }
        }
    }

    fn not_launched(&self, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ScriptError {
        let program = self.program().to_owned();
        ScriptError::Run { program, user: String::new(), source: io::Error::other(why) }
    }
}

fn launch(prepared: &Prepared<'_>, more: &[String]) -> Result<Running, ScriptError> {
    let launched = io::pipe().and_then(|(reader, writer)| {
        let mut command = Command::new(prepared.program.as_ref());
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        command.args(prepared.arguments).args(more);
        confine(&mut command, prepared);
        Ok(Running { child: command.spawn()?, reader: Some(reader) })
    });
    launched.map_err(|source| refused(prepared, source))
}

fn refused(prepared: &Prepared<'_>, source: io::Error) -> ScriptError {
    let program = prepared.program.clone().into_owned();
    if source.kind() == io::ErrorKind::NotFound {
        // the program itself was just seen
        return ScriptError::Interpreter { program };
    }
    let user = if prepared.identity.is_switched_to { prepared.identity.name.clone() } else { String::new() };
    ScriptError::Run { program, user, source }
}

/// Nothing of the daemon's environment, groups and terminal. Setting the user as root clears the supplementary groups.
fn confine(command: &mut Command, prepared: &Prepared<'_>) {
    let identity = &prepared.identity;
    command.env_clear();
    command.env("PATH", SEARCH);
    command.env("HOME", &identity.home).env("USER", &identity.name).env("LOGNAME", &identity.name);
    command.env("SHELL", "/bin/sh").env("LANG", "C.UTF-8");
    command.current_dir("/").process_group(0).kill_on_drop(true);
    if identity.is_switched_to {
        command.uid(identity.uid).gid(identity.gid);
    }
}

/// A program under way: never left behind.
struct Running {
    child: Child,
    reader: Option<PipeReader>,
}

impl Running {
    async fn finish(mut self, deadline: Instant, limit: Duration, most_printed: usize) -> Run {
        let mut output = match self.reader.take().map(|reader| Output::new(reader.into(), most_printed)) {
            Some(Ok(output)) => output,
            Some(Err(source)) => return Run { ended: unread(source), output: String::new() },
            None => return Run { ended: unread(io::ErrorKind::NotFound.into()), output: String::new() },
        };
        let ended = tokio::select! {
            biased;
            status = self.child.wait() => status.map_or_else(unread, told),
            () = output.too_much() => Ended::Printed,
            () = sleep_until(deadline) => Ended::TimedOut(limit),
        };
        if matches!(ended, Ended::TimedOut(_) | Ended::Printed) {
            self.kill();
            // the status of a killed program says nothing
            let _ = timeout(BURIAL, self.child.wait()).await;
        }
        Run { ended, output: output.end() }
    }

    /// Kills the process group, as long as its leader is not reaped: until then nobody else can have its number.
    fn kill(&self) {
        let leader = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(leader) = leader.filter(|leader| *leader > 1) {
            // it may have ended just now
            let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn told(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, signal) => Ended::Signal(signal.unwrap_or_default()),
    }
}

fn unread(source: io::Error) -> Ended {
    Ended::NotRun(ScriptError::Run { program: "it to its end".into(), user: String::new(), source })
}

/// What a program prints.
struct Output {
    pipe: Receiver,
    kept: Vec<u8>,
    printed: usize,
    most: usize,
}

impl Output {
    fn new(pipe: OwnedFd, most: usize) -> io::Result<Self> {
        Ok(Self { pipe: Receiver::from_owned_fd(pipe)?, kept: Vec::new(), printed: 0, most })
    }

    /// Reads on, and answers only when it is too much.
    async fn too_much(&mut self) {
        let mut chunk = vec![0; CHUNK];
        while self.pipe.readable().await.is_ok() {
            match self.pipe.try_read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => self.take(chunk.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
            if self.printed > self.most {
                return;
            }
        }
        // nobody prints any more
        std::future::pending::<()>().await;
    }

    fn take(&mut self, bytes: &[u8]) {
        self.printed = self.printed.saturating_add(bytes.len());
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// What is still in the pipe belongs to it; children that the program left behind may keep it open for ever.
    fn end(mut self) -> String {
        let mut rest = Vec::new();
        let room = KEPT.saturating_sub(self.kept.len());
        if room > 0
            && let Ok(pipe) = self.pipe.into_nonblocking_fd()
        {
            // ends at its end, or where the next read would wait
            let _ =
                PipeReader::from(pipe).take(u64::try_from(room).unwrap_or_default()).read_to_end(&mut rest);
        }
        self.kept.append(&mut rest);
        String::from_utf8_lossy(&self.kept).trim_end().to_owned()
    }
}
