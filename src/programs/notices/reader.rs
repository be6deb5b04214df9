//! The program that reads a named pipe: as long as the daemon runs.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use config::director::Fifo as FifoConfig;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::warn;

use super::lock;
use crate::fifo::Fifo;
use crate::script::{Run, Script, hand_to};

/// From the end of a reader to its next start; doubled each time.
const PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer. A reader that ran this long did well: the next pause is short again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Reading what is left when the daemon ends.
const GRACE: Duration = Duration::from_secs(1);

/// Started again whenever it ends. Dropped, it is killed.
pub(super) struct Reader {
    task: JoinHandle<()>,
}

impl Reader {
    pub(super) fn start(config: &FifoConfig, user: Option<String>, fifo: &Arc<Mutex<Fifo>>) -> Self {
        let attendant = Attendant {
            path: config.path.clone(),
            script: Script::new(config.reader.clone(), user.clone()),
            user,
            fifo: Arc::clone(fifo),
        };
        Self { task: tokio::spawn(attendant.attend()) }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits until the readers of closed pipes have ended, for a moment, and not beyond the deadline; kills those that have not.
pub(super) async fn end(mut readers: Vec<Reader>, deadline: Instant) {
    let deadline = deadline.min(Instant::now() + GRACE);
    for reader in &mut readers {
        // that it ended is all that matters
        if timeout_at(deadline, &mut reader.task).await.is_err() {
            reader.task.abort();
            let _ = (&mut reader.task).await;
        }
    }
}

struct Attendant {
    path: String,
    script: Script,
    user: Option<String>,
    fifo: Arc<Mutex<Fifo>>,
}

impl Attendant {
    async fn attend(self) {
        let mut pause = PAUSE;
        loop {
            self.make_readable().await;
            let began = Instant::now();
            let run = self.script.serve(std::slice::from_ref(&self.path)).await;
            if lock(&self.fifo).is_closed() {
                return;
            }
            if began.elapsed() >= LONGEST_PAUSE {
                pause = PAUSE;
            }
            self.tell(&run, pause);
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause.saturating_mul(2));
        }
    }

    /// Whoever runs the reader may open the pipe.
    async fn make_readable(&self) {
        let pipe = lock(&self.fifo).prepare();
        let (Some(pipe), Some(user)) = (pipe, self.user.clone()) else { return };
        // a remote user database can be slow
        let handed = spawn_blocking(move || hand_to(&pipe, &user)).await;
        let error = match handed {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(ended) => io::Error::other(ended),
        };
        warn!(path = self.path, user = self.user, %error, "cannot make the named pipe the user's own");
    }

    fn tell(&self, run: &Run, pause: Duration) {
        let (program, path, seconds) = (self.script.program(), &self.path, pause.as_secs());
        warn!(program, path, result = %run.ended, output = run.output, again_in_s = seconds,
            "the reader of the named pipe has ended");
    }
}
