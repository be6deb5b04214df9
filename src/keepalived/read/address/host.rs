//! Which addresses can be one host's.

use core::net::IpAddr;

use config::rules::{NoHost, Role, why_not};

use crate::report::Report;
use crate::source::Place;

/// Reports an address that no single host can have; answers whether it did.
pub(in crate::read) fn tell_no_host(place: Place, address: IpAddr, role: Role, report: &mut Report) -> bool {
    let Some(NoHost { why, help }) = why_not(address, role) else { return false };
    report.error(place, format_args!("{address} is no host address")).label(why).help(help);
    true
}
