//! NetworkManager's connections: `address1=ADDRESS/PREFIX,GATEWAY` of [ipv4] and [ipv6], and the older `addresses=` with several.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Given, IsVip, by_hand};
use crate::agent::ini::{Entry, entries};
use crate::shared::{addresses, quoted};
use crate::{Facts, File};

/// NetworkManager takes one address off by its own command, whatever stands beside it.
pub(super) fn given<'a>(host: &'a Facts, file: &'a File, is_vip: IsVip<'_>) -> Vec<Given<'a>> {
    let runs = host.processes_named("NetworkManager").next().is_some();
    let connection = entries(file).find(|entry| entry.section == "connection" && entry.key == "uuid");
    let connection = connection.map(|entry| entry.value).filter(|_| runs);
    let held = entries(file).filter_map(|entry| {
        let taken: Vec<&str> = values(&entry).filter(|value| addresses(value).any(is_vip)).collect();
        if taken.is_empty() {
            return None;
        }
        let cure = match connection {
            Some(connection) => command(connection, &entry, &taken),
            None => by_hand(file, entry.line.number, entry.line.text),
        };
        Some(Given { line: entry.line.number, text: entry.line.text, cure })
    });
    held.collect()
}

/// Each address, with its prefix and without its gateway.
fn values<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let is_one = matches!(entry.section, "ipv4" | "ipv6") && entry.key.starts_with("address");
    let values = is_one.then_some(entry.value).into_iter().flat_map(|value| value.split(';'));
    values.filter_map(|value| value.split(',').next())
}

fn command(connection: &str, entry: &Entry<'_>, taken: &[&str]) -> Vec<String> {
    let remove = |value: &&str| {
        let (connection, value) = (quoted(connection), quoted(value.trim()));
        format!("nmcli connection modify uuid {connection} -{}.addresses {value}", entry.section)
    };
    taken.iter().map(remove).collect()
}
