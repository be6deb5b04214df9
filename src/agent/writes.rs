//! Sysctls that were written, told by the kernel at once. Until one is put right, this host may answer ARP for its VIPs.

use std::path::Path;

use daemon::errors::one_line;
use kernel::written::{Written, WrittenError};

/// The interfaces whose own values the agent keeps good.
const DIRECTORIES: [&str; 2] = ["net/ipv4/conf/all", "net/ipv4/conf/lo"];

/// Without it a write is found by the next look.
pub(crate) struct Writes(Option<Written>);

impl Writes {
    /// Of the sysctls that every IPv4 VIP relies on. Must be called inside tokio.
    pub(crate) fn open() -> Self {
        Self(Written::open(Path::new("/proc/sys"), &DIRECTORIES).map_err(|error| say(&error)).ok())
    }

    /// Ends when one may have been written. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) {
        let Some(written) = &mut self.0 else { return std::future::pending().await };
        if let Err(error) = written.next().await {
            say(&error);
            self.0 = None;
        }
    }
}

fn say(error: &WrittenError) {
    tracing::warn!(error = one_line(error), "a sysctl that others write is found a watch interval later");
}
