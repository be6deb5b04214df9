//! Listeners that are gone, told by the kernel at once.

use std::collections::BTreeSet;

use daemon::errors::one_line;
use host::Vip;
use kernel::sockets::{Destroyed, DestroyedError};

/// Without it a listener's death is found by the next look.
pub(crate) struct Deaths(Option<Destroyed>);

impl Deaths {
    /// Of the sockets that these VIPs need.
    pub(crate) fn of(vips: &[Vip]) -> Self {
        let mut deaths = Self(Destroyed::open().map_err(|error| say(&error)).ok());
        deaths.watch(vips);
        deaths
    }

    /// From here on of the sockets that these VIPs need.
    pub(crate) fn watch(&mut self, vips: &[Vip]) {
        let ports: BTreeSet<u16> =
            vips.iter().flat_map(|vip| vip.services.iter().map(|listener| listener.port)).collect();
        if let Some(destroyed) = &mut self.0 {
            destroyed.set_ports(ports);
        }
    }

    /// Ends when one may be gone. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) {
        let Some(destroyed) = &mut self.0 else { return std::future::pending().await };
        if let Err(error) = destroyed.next().await {
            say(&error);
            self.0 = None;
        }
    }
}

fn say(error: &DestroyedError) {
    tracing::warn!(error = one_line(error), "a listener's death is found a watch interval later");
}
