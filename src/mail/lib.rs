//! Changes told by mail: merged, queued, never waited for.
//!
//! ```text
//! tell -> [queue] -- after `merge` --> one letter --> [deliver] -> the mail server
//!            ^                                            |
//!            +----- what came meanwhile, and what failed --+
//! ```

mod deliver;
mod letter;
mod queue;
mod starttls;
mod tls;
mod wire;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use config::director::MailConfig;
use tokio::task::JoinHandle;

pub use letter::{AddressError, check_address};
use queue::Queue;
pub use tls::{TrustError, check_trust};

/// Of what a change is: the most important are named first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// a virtual router or a sync group
    Router,
    /// a service's quorum
    Service,
    /// a real server
    Server,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailEvent {
    /// when it happened
    pub at: SystemTime,
    /// of what it is
    pub about: About,
    /// in a few words: `web: 192.168.100.8:80 down`
    pub subject: String,
    /// what else is known; may be empty, and have several lines
    pub text: String,
}

/// How it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailStatus {
    /// changes that wait
    pub waiting: usize,
    /// mails that the server took
    pub sent: u64,
    /// changes of which nobody was told, because the server did not take the mail or too many waited
    pub lost: u64,
    /// why the last attempt failed; none after a good one
    pub error: Option<String>,
}

/// Takes changes and tells of them by mail; never waits. When it is dropped, what waits is lost.
#[derive(Debug)]
pub struct Mail {
    queue: Arc<Queue>,
    worker: JoinHandle<()>,
}

impl Mail {
    /// Tells nobody yet. Call it inside tokio.
    pub fn new() -> Self {
        let queue = Arc::new(Queue::default());
        Self { worker: tokio::spawn(queue::work(Arc::clone(&queue))), queue }
    }

    /// Tells as `config` says from here on, what waits included; none: nobody, and nothing waits. `router_id` begins each
    /// subject.
    pub fn set(&self, config: Option<MailConfig>, router_id: &str) {
        self.queue.set(config, router_id);
    }

    /// Takes a change. Without a configuration it is dropped.
    pub fn tell(&self, event: MailEvent) {
        self.queue.push(event);
    }

    /// How it goes.
    pub fn status(&self) -> MailStatus {
        self.queue.status()
    }

    /// The end: sends at once what waits, trying once, within `limit`. Answers whether nothing was left to tell.
    pub async fn finish(&self, limit: Duration) -> bool {
        self.queue.end();
        tokio::time::timeout(limit, self.queue.told()).await.unwrap_or(false)
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
