//! The thread that writes the log: only it waits where nobody reads.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::format::Style;
use super::journal::{Post, lost_event};
use super::queue::{Item, Queue};

/// What is still to be written is waited for this long at the end.
const FINISHING: Duration = Duration::from_secs(1);

/// Its stack; it only writes.
const STACK: usize = 128 << 10;

/// Before a terminal or pipe that somebody made non-blocking is tried again.
const RETRY: Duration = Duration::from_millis(10);

/// Logging that has begun. Keep it until the end of the program: with it goes what is not written yet, within a second.
#[derive(Debug)]
#[must_use = "what is not written yet is lost without it"]
pub struct Logging(Arc<Queue>);

impl Drop for Logging {
    fn drop(&mut self) {
        self.0.drain(FINISHING);
        self.0.close();
    }
}

/// Where events go.
pub(super) struct Outlet {
    /// none: they go as lines
    pub(super) post: Option<Post>,
    pub(super) lines: File,
    pub(super) style: Style,
}

/// A thread that writes there what comes into the queue.
pub(super) fn start(queue: Arc<Queue>, mut outlet: Outlet) -> io::Result<Logging> {
    let logging = Logging(Arc::clone(&queue));
    let write = move || {
        while let Some(item) = queue.take() {
            outlet.write(item);
        }
    };
    thread::Builder::new().name("log".to_owned()).stack_size(STACK).spawn(write)?;
    Ok(logging)
}

/// Standard error without the lock that the standard library holds while it writes: who else writes there does not wait with us.
pub(super) fn standard_error() -> io::Result<File> {
    Ok(io::stderr().as_fd().try_clone_to_owned()?.into())
}

impl Outlet {
    fn write(&mut self, item: Item) {
        let event = match item {
            Item::Event(event) => event,
            Item::Lost(lost) => lost_event(lost, self.style, self.post.as_ref()),
        };
        if !self.post.as_ref().is_some_and(|post| post.send(&event.entry)) {
            self.write_line(&event.line);
        }
    }

    /// Nobody is left to tell that it cannot be written.
    fn write_line(&mut self, mut line: &[u8]) {
        while !line.is_empty() {
            match self.lines.write(line) {
                Ok(written) if written > 0 => line = line.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY),
                Ok(_) | Err(_) => return,
            }
        }
    }
}
