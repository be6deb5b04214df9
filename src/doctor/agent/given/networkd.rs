//! systemd-networkd's files: `Address=` of [Network] and of [Address].

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Given, IsVip};
use crate::agent::ini::entries;
use crate::shared::{addresses, comment_out, shown};
use crate::{Facts, File};

/// One address stands in a line, and a file can do without it: an [Address] without any is passed over.
pub(super) fn given<'a>(_: &'a Facts, file: &'a File, is_vip: IsVip<'_>) -> Vec<Given<'a>> {
    let held = entries(file).filter(|entry| {
        matches!(entry.section, "Network" | "Address")
            && entry.key == "Address"
            && addresses(entry.value).next().is_some_and(is_vip)
    });
    held.map(|entry| Given {
        line: entry.line.number,
        text: entry.line.text,
        cure: cure(file, entry.line.number, entry.line.text),
    })
    .collect()
}

fn cure(file: &File, line: usize, text: &str) -> Vec<String> {
    match origin(&file.path) {
        None => vec![comment_out(&file.path, [line].into_iter())],
        Some(origin) => vec![format!(
            "# {} is made anew at each boot: edit {origin}, from which it is made: take the VIP off: {}",
            shown(&file.path),
            shown(text)
        )],
    }
}

/// Where a file of `/run` comes from: what is edited there is lost.
fn origin(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("/run/systemd/network/")?;
    Some(if name.contains("netplan") { "the file in /etc/netplan" } else { "the file" })
}
