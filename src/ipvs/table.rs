//! The table of one network namespace.

use alloc::collections::BTreeMap;

use crate::{Destination, DestinationKey, ServiceKey, ServiceSettings};

/// Services by key. Ordered, so that plans and prints are the same each time.
pub type Table = BTreeMap<ServiceKey, Service>;

/// One virtual service with its destinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// how it schedules
    pub settings: ServiceSettings,
    /// its real servers
    pub destinations: BTreeMap<DestinationKey, Destination>,
}
