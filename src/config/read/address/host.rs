//! Which addresses can be one host's.

use core::net::IpAddr;

use crate::read::Report;
use crate::rules::{NoHost, Role, why_not};
use crate::text::Entry;

/// Passes an address that a single host can have, reports any other.
pub(crate) fn host(entry: Entry<'_>, address: IpAddr, role: Role, report: &mut Report<'_>) -> Option<IpAddr> {
    let Some(NoHost { why, help }) = why_not(address, role) else { return Some(address) };
    report.error(entry.place(), format_args!("{address} is no host address")).label(why).help(help);
    None
}
