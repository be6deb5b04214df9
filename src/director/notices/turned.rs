//! One line and one program for what turned.

use config::director::{RealServer, VirtualService};

use super::{Said, keys};
use crate::core::{QuorumTurn, ServerTurn, Turn};

/// What is told of a turn; none: it is of what there is not.
pub(super) fn said(services: &[VirtualService], turn: &Turn) -> Option<Said> {
    match turn {
        Turn::Server(ServerTurn { service, real, up, .. }) => {
            let real = services.get(*service)?.reals.get(*real)?;
            Some(server(services, *service, real, *up))
        }
        Turn::Quorum(QuorumTurn { service, quorum, .. }) => quorum_of(services, *service, *quorum),
    }
}

/// `RS [192.0.2.8]:tcp:80 [192.0.2.1]:tcp:80 DOWN`
pub(super) fn server(services: &[VirtualService], index: usize, real: &RealServer, up: bool) -> Said {
    let line = keys::service(services, index).map(|service| {
        let server = keys::server(services, index, real);
        format!("RS {server} {service} {}", word(up))
    });
    let command = if up { &real.notify.up } else { &real.notify.down };
    Said { line: line.unwrap_or_default(), command: command.clone() }
}

/// `VS [192.0.2.1]:tcp:80 DOWN`
pub(super) fn quorum_of(services: &[VirtualService], index: usize, up: bool) -> Option<Said> {
    let notify = &services.get(index)?.notify;
    let line = keys::service(services, index).map(|service| format!("VS {service} {}", word(up)));
    let command = if up { &notify.quorum_up } else { &notify.quorum_down };
    Some(Said { line: line.unwrap_or_default(), command: command.clone() })
}

const fn word(up: bool) -> &'static str {
    if up { "UP" } else { "DOWN" }
}
