//! Whether quorum can be reached, and who serves without it.

use alloc::string::String;

use crate::director::VirtualService;
use crate::read::{Report, Table};

/// While quorum is lost it would be quiesced and serve at once.
pub(super) fn refuse_sorry_real(table: Table<'_>, service: &VirtualService, report: &mut Report<'_>) {
    let (Some(entry), Some((sorry, _))) = (table.get("sorry_server"), service.sorry_server) else { return };
    if service.reals.iter().any(|real| real.key == sorry) {
        report
            .error(
                entry.place(),
                format_args!("the sorry server {sorry} is a real server of the same service"),
            )
            .help("name a server that serves only when the others do not");
    }
}

/// A quorum that all servers together do not reach.
pub(super) fn warn_of_quorum(table: Table<'_>, service: &VirtualService, report: &mut Report<'_>) {
    let total: u64 = service.reals.iter().map(|real| u64::from(real.destination.weight.get())).sum();
    let needed = u64::from(service.quorum) + u64::from(service.hysteresis);
    if needed <= total || service.reals.is_empty() {
        return;
    }
    let entry = table.get("hysteresis").or_else(|| table.get("quorum"));
    let place = entry.unwrap_or_else(|| table.entry()).place();
    let what = if service.hysteresis > 0 {
        String::from("`quorum` + `hysteresis`")
    } else {
        String::from("`quorum`")
    };
    report
        .warning(place, format_args!("{what} is {needed}, but the weights of all servers make {total}"))
        .label(if u64::from(service.quorum) > total {
            "never reached"
        } else {
            "never reached again, once lost"
        })
        .help(match total {
            0 => String::from("give a server a `weight` of 1 or more"),
            _ => alloc::format!("write {total} or less, or more `weight`"),
        });
}
