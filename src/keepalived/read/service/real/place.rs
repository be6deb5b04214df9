//! Where a server is: its address and port, in the light of its service.

use alloc::format;
use core::net::IpAddr;

use ipvs::{Family, Forward};

use super::{Defaults, SKIPS};
use crate::read::address::{Role, tell_no_host};
use crate::read::service::Given;
use crate::report::Report;
use crate::syntax::{Line, Word};

/// The port in the table: without NAT it is that of the service.
pub(in crate::read::service) const fn table_port(
    forward: Forward,
    written: Option<u16>,
    service: u16,
) -> u16 {
    match (forward, written) {
        (Forward::Nat, Some(written)) => written,
        (Forward::Nat, None)
        | (Forward::Tunnel(_) | Forward::Direct | Forward::Local | Forward::Bypass, _) => service,
    }
}

impl Defaults<'_> {
    /// An address that packets can be sent to.
    pub(in crate::read::service) fn check_address(
        &self,
        word: &Word,
        address: IpAddr,
        forward: Forward,
        given: &Given<'_>,
        report: &mut Report,
    ) -> Option<()> {
        if tell_no_host(word.place, address, Role::Server, report) {
            return None;
        }
        if self.vips.contains(&address) {
            report
                .error(word.place, format!("{address} is the service's own address"))
                .label("packets would come back to the director")
                .help("write the server's own address");
            return None;
        }
        if given.held.contains(&address) {
            report
                .error(word.place, format!("{address} is held by this director itself"))
                .label("packets to it never leave this machine")
                .help("write the server's own address");
            return None;
        }
        self.check_family(word, address, forward, report)
    }

    fn check_family(
        &self,
        word: &Word,
        address: IpAddr,
        forward: Forward,
        report: &mut Report,
    ) -> Option<()> {
        if matches!(forward, Forward::Tunnel(_)) || (Family::of(&address) == self.family && !self.is_mixed) {
            return Some(());
        }
        let (server, service) = match self.family {
            Family::V6 => ("IPv4", "IPv6"),
            Family::V4 => ("IPv6", "IPv4"),
        };
        if self.is_mixed {
            report
                .error(word.place, "a group of both families has servers behind tunnels alone")
                .help("write two groups, one for each family, and a virtual_server for each");
            return None;
        }
        report
            .error(word.place, format!("an {server} server for an {service} service"))
            .label(format!("an {server} address"))
            .help(format!("write the server's {service} address; only `lvs_method TUN` crosses families"))
            .swallowed(SKIPS);
        None
    }

    /// Without NAT a server has the port of its service. Answers the port that counts.
    pub(in crate::read::service) fn check_port(
        &self,
        line: &Line,
        written: Option<u16>,
        forward: Forward,
        report: &mut Report,
    ) -> Option<u16> {
        let (Some(port), Some(word)) = (written, line.value(1)) else { return written };
        let kept = match forward {
            Forward::Nat => return written,
            Forward::Tunnel(_) => "a tunnel",
            Forward::Direct | Forward::Local | Forward::Bypass => "direct routing",
        };
        // of many ports each service has its own, and a mark none: there is no other that could be meant
        let service = self.port.filter(|service| *service != 0)?;
        if port == service {
            return Some(port);
        }
        let position = report.position(self.line.place());
        report
            .error(word.place, format!("{kept} cannot change the port"))
            .label(format!("the service in {position} has port {service}"))
            .help(format!("write {service} and let the server listen on it, or write `lvs_method NAT`"))
            .swallowed(format!("keepalived takes {service}"))
            .mended(format!("taken as {service}; what the server's checks connect to stays {port}"));
        Some(service)
    }
}
