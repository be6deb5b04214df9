//! Words about hosts that have addresses which they should not have.

use super::duplicates::{News, mac_text};
use crate::notes::Notes;

/// Hosts told of at once; a host that has ever new hardware addresses must not fill the log.
const MOST: usize = 8;

/// Into the log.
pub(super) fn tell(news: &[News], notes: &Notes) {
    for news in news.iter().take(MOST) {
        notes.warn(words(news));
    }
    if let Some(more) = news.len().checked_sub(MOST).filter(|more| *more > 0) {
        notes.warn(format!(
            "{more} more hosts began or ceased to say that they have addresses of routers: see the status"
        ));
    }
}

fn words(news: &News) -> String {
    match news {
        News::Began { mac, ips, spot: (interface, address), others } => {
            let ips: Vec<String> = ips.iter().map(ToString::to_string).collect();
            let host = if ips.is_empty() { String::new() } else { format!(" ({})", ips.join(", ")) };
            let others = if *others == 0 { String::new() } else { format!(" and {others} more") };
            format!(
                "{}{host} on {interface} says it has {address}{others} too: a real server that answers ARP for it \
                 (lvs-rs-agent there prevents that, or arp_ignore=1 and arp_announce=2), or a router of another \
                 virtual_router_id, version or password",
                mac_text(*mac)
            )
        }
        News::Ended { mac, spot: (interface, address) } => {
            format!("{} on {interface} does not say any more that it has {address}", mac_text(*mac))
        }
    }
}

#[cfg(test)]
mod tests;
