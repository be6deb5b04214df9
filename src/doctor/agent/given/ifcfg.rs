//! initscripts' and NetworkManager's `ifcfg-*`: `IPADDR`, `IPADDR2`, `IPV6ADDR`, `IPV6ADDR_SECONDARIES`.

use alloc::vec;
use alloc::vec::Vec;

use super::{Given, IsVip, by_hand};
use crate::shared::{addresses, comment_out, said};
use crate::{Facts, File};

/// What editors and packages leave behind is not read (`/etc/init.d/network`).
const LEFT: [&str; 6] = ["~", ".bak", ".orig", ".rpmnew", ".rpmorig", ".rpmsave"];

/// A line with one address can go; of those with several only a part.
pub(super) fn given<'a>(_: &'a Facts, file: &'a File, is_vip: IsVip<'_>) -> Vec<Given<'a>> {
    if LEFT.iter().any(|end| file.path.ends_with(end)) {
        return Vec::new();
    }
    let held = said(file).filter(|line| {
        let (key, value) = line.text.split_once('=').unwrap_or_default();
        ["IPADDR", "IPV6ADDR"].iter().any(|name| key.starts_with(name)) && addresses(value).any(is_vip)
    });
    held.map(|line| {
        let is_alone = addresses(line.text.split_once('=').unwrap_or_default().1).all(is_vip);
        let cure = if is_alone {
            vec![comment_out(&file.path, [line.number].into_iter())]
        } else {
            by_hand(file, line.number, line.text)
        };
        Given { line: line.number, text: line.text, cure }
    })
    .collect()
}
