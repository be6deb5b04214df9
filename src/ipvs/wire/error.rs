//! What can be wrong with a message.

use super::number::{attribute, destination, service};

/// A message that is not what `ip_vs.h` says. `kind` is the attribute's number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// a message shorter than its own header, or longer than what was received
    #[error("a netlink message says it has {length} bytes, {left} were received")]
    MessageLength {
        /// as its header says
        length: usize,
        /// as received
        left: usize,
    },
    /// a message whose fixed part is cut short
    #[error("a netlink message of type {kind} ends in its fixed part")]
    MessageCut {
        /// `nlmsg_type`
        kind: u16,
    },
    /// an attribute shorter than its own header, or longer than what holds it
    #[error("attribute {kind} says it has {length} bytes, {left} are left")]
    AttributeLength {
        /// its type
        kind: u16,
        /// as its header says
        length: usize,
        /// up to the end of what holds it
        left: usize,
    },
    /// an attribute of fixed size with another
    #[error("attribute {kind} has {size} bytes instead of {expected}")]
    AttributeSize {
        /// its type
        kind: u16,
        /// as received
        size: usize,
        /// as `ip_vs.h` has it
        expected: usize,
    },
    /// a text attribute that is not UTF-8
    #[error("attribute {kind} is not text")]
    Text {
        /// its type
        kind: u16,
    },
    /// an attribute without which the message means nothing
    #[error("{0} is missing")]
    Missing(Needed),
    /// neither `AF_INET` nor `AF_INET6`
    #[error("address family {0} is neither AF_INET nor AF_INET6")]
    UnknownFamily(u16),
    /// a protocol that IPVS balances, but this room does not know
    #[error("protocol {0} is none of TCP, UDP, SCTP")]
    UnknownProtocol(u16),
    /// a scheduler's name that [`crate::Scheduler`] cannot hold
    #[error("the scheduler's name is none")]
    SchedulerName,
    /// a weight below 0, which the kernel refuses
    #[error("weight {0} is above 2147483647")]
    Weight(u32),
    /// a daemon that is neither master nor backup
    #[error("sync daemon state {0} is neither master nor backup")]
    DaemonState(u32),
    /// a sync id above 255
    #[error("sync id {0} is above 255")]
    SyncId(u32),
}

impl DecodeError {
    /// Whether the message is sound but about something that has no place in a [`crate::Table`]: another's, to be
    /// passed over.
    pub const fn is_foreign(&self) -> bool {
        matches!(self, Self::UnknownProtocol(_) | Self::SchedulerName)
    }
}

/// Attributes that must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each says what it is")]
pub enum Needed {
    #[error("the service (attribute {})", attribute::SERVICE)]
    Service,
    #[error("the service's family (attribute {})", service::FAMILY)]
    ServiceFamily,
    #[error("the service's protocol (attribute {})", service::PROTOCOL)]
    ServiceProtocol,
    #[error("the service's address (attribute {})", service::ADDRESS)]
    ServiceAddress,
    #[error("the service's port (attribute {})", service::PORT)]
    ServicePort,
    #[error("the service's scheduler (attribute {})", service::SCHEDULER)]
    ServiceScheduler,
    #[error("the service's flags (attribute {})", service::FLAGS)]
    ServiceFlags,
    #[error("the destination (attribute {})", attribute::DESTINATION)]
    Destination,
    #[error("the destination's address (attribute {})", destination::ADDRESS)]
    DestinationAddress,
    #[error("the destination's port (attribute {})", destination::PORT)]
    DestinationPort,
    #[error("the destination's forwarding method (attribute {})", destination::FORWARD)]
    DestinationForward,
    #[error("the destination's weight (attribute {})", destination::WEIGHT)]
    DestinationWeight,
    #[error("the sync daemon (attribute {})", attribute::DAEMON)]
    Daemon,
    #[error("the sync daemon's state")]
    DaemonState,
    #[error("the sync daemon's interface")]
    DaemonInterface,
    #[error("the sync daemon's id")]
    DaemonSyncId,
    #[error("a timeout")]
    Timeout,
    #[error("the version")]
    Version,
    #[error("the size of the connection table")]
    TableSize,
    #[error("the family's id")]
    FamilyId,
}

impl Needed {
    pub(super) fn of<T>(self, value: Option<T>) -> Result<T, DecodeError> {
        value.ok_or(DecodeError::Missing(self))
    }
}
