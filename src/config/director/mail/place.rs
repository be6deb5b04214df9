//! `server`: a name or an address, and a port.

use alloc::string::String;
use core::net::Ipv6Addr;

use crate::read::{Report, shown};
use crate::rules::is_name_or_address;
use crate::text::Entry;

/// `name`, `name:port`, `ip`, `ip:port` or `[v6]:port`.
pub(super) fn read(entry: Entry<'_>, usual: u16, report: &mut Report<'_>) -> Option<(String, u16)> {
    let text = entry.string("server = \"mail.example.org:25\"", report)?;
    let (host, port) = split(text);
    let port = match port {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse::<u16>().ok().filter(|port| *port != 0)
        }
        Some(_) => None,
        None => Some(usual),
    };
    let (wrong, help) = match (is_name_or_address(host), port) {
        (true, Some(port)) => return Some((String::from(host), port)),
        (true, None) => ("has no valid port", "write a port from 1 to 65535, or none for the usual one"),
        (false, _) => (
            "is no mail server",
            "write a name or an address, and a port where it is not the usual one: \"mail.example.org:25\", \"[2001:db8::25]:25\"",
        ),
    };
    report.error(entry.place(), format_args!("\"{}\" {wrong}", shown(text))).help(help);
    None
}

/// The host without its brackets, and what stands behind it.
fn split(text: &str) -> (&str, Option<&str>) {
    if text.parse::<Ipv6Addr>().is_ok() {
        return (text, None);
    }
    if let Some((v6, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        let port = rest.strip_prefix(':');
        let sound = v6.parse::<Ipv6Addr>().is_ok() && (port.is_some() || rest.is_empty());
        return (if sound { v6 } else { "" }, port);
    }
    text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
}
