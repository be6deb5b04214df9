//! What can be asked of the kernel, as bytes.

use alloc::vec::Vec;

use super::attribute::Writer;
use super::message::{Head, write};
use super::number::{command, control as ctrl, flag, message};
use super::{control, destination, service};
use crate::{Change, Daemon, DaemonRole, ServiceKey, Timeouts};

/// `IPVS_GENL_VERSION`
const VERSION: u8 = 1;
/// `IPVS_GENL_NAME`
const NAME: &str = "IPVS";

/// A request to the family `IPVS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// `NEW_`, `SET_`, `DEL_SERVICE` and `_DEST`
    Change(&'a Change),
    /// Every service, as a dump.
    Services,
    /// One service, in one message or refused with `ESRCH`.
    Service(&'a ServiceKey),
    /// A service's destinations, as a dump; of a service that is not there, none.
    Destinations(&'a ServiceKey),
    /// The sync daemons, as a dump.
    Daemons,
    /// Starts a sync daemon.
    StartDaemon(&'a Daemon),
    /// Stops the sync daemon of that role.
    StopDaemon(DaemonRole),
    /// The idle times, in one message.
    Timeouts,
    /// Sets those idle times that are not 0.
    SetTimeouts(Timeouts),
    /// The version, in one message.
    Info,
    /// Counters to 0: of one service and its destinations, or of all.
    Zero(Option<&'a ServiceKey>),
    /// Deletes every service.
    Flush,
}

impl Request<'_> {
    /// Appends the request to `out`. `family` comes from [`super::decode_family_id`]; `acknowledge` has the kernel
    /// confirm what it would otherwise carry out silently (it reports errors either way).
    pub fn encode(&self, family: u16, sequence: u32, acknowledge: bool, out: &mut Vec<u8>) {
        let acknowledge = if acknowledge { flag::ACK } else { 0 };
        let flags = if self.is_dump() { flag::DUMP } else { acknowledge };
        let head = Head { family, command: self.command(), version: VERSION, flags, sequence };
        write(out, head, |to| self.write(to));
    }

    /// Whether the answer is any number of messages and then `NLMSG_DONE`.
    const fn is_dump(&self) -> bool {
        matches!(self, Self::Services | Self::Destinations(_) | Self::Daemons)
    }

    const fn command(&self) -> u8 {
        match self {
            Self::Change(Change::AddService { .. }) => command::NEW_SERVICE,
            Self::Change(Change::EditService { .. }) => command::SET_SERVICE,
            Self::Change(Change::DeleteService { .. }) => command::DEL_SERVICE,
            Self::Change(Change::AddDestination { .. }) => command::NEW_DEST,
            Self::Change(Change::EditDestination { .. }) => command::SET_DEST,
            Self::Change(Change::DeleteDestination { .. }) => command::DEL_DEST,
            Self::Services | Self::Service(_) => command::GET_SERVICE,
            Self::Destinations(_) => command::GET_DEST,
            Self::Daemons => command::GET_DAEMON,
            Self::StartDaemon(_) => command::NEW_DAEMON,
            Self::StopDaemon(_) => command::DEL_DAEMON,
            Self::Timeouts => command::GET_CONFIG,
            Self::SetTimeouts(_) => command::SET_CONFIG,
            Self::Info => command::GET_INFO,
            Self::Zero(_) => command::ZERO,
            Self::Flush => command::FLUSH,
        }
    }

    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::Change(change) => write_change(to, change),
            Self::Service(key) | Self::Destinations(key) | Self::Zero(Some(key)) => {
                service::write_key(to, key);
            }
            Self::StartDaemon(daemon) => control::write_daemon(to, daemon),
            Self::StopDaemon(role) => control::write_daemon_role(to, *role),
            Self::SetTimeouts(timeouts) => control::write_timeouts(to, *timeouts),
            Self::Services | Self::Daemons | Self::Timeouts | Self::Info | Self::Zero(None) | Self::Flush => {
            }
        }
    }
}

fn write_change(to: &mut Writer<'_>, change: &Change) {
    match change {
        Change::AddService { key, settings } | Change::EditService { key, settings } => {
            service::write_full(to, key, settings);
        }
        Change::DeleteService { key } => service::write_key(to, key),
        Change::AddDestination { service: of, key, destination: settings }
        | Change::EditDestination { service: of, key, destination: settings } => {
            service::write_key(to, of);
            destination::write_full(to, key, settings);
        }
        Change::DeleteDestination { service: of, key } => {
            service::write_key(to, of);
            destination::write_key(to, key);
        }
    }
}

/// Appends the question for the family's id, which makes the kernel load `ip_vs` where it can.
pub fn encode_family_request(sequence: u32, out: &mut Vec<u8>) {
    let head = Head {
        family: message::CONTROL,
        command: ctrl::GET_FAMILY,
        version: ctrl::VERSION,
        flags: 0,
        sequence,
    };
    write(out, head, |to| control::write_family_name(to, NAME));
}
