//! One address, several from one to another, or those of a prefix.

use alloc::format;
use alloc::string::String;

use config::rules::{AddressRange, WrongRange};

use crate::read::vrrp::value::shown;
use crate::report::Report;
use crate::syntax::Word;

const DROPS: &str = "keepalived leaves the line away";
const FORM: &str =
    "write `192.0.2.1`, `192.0.2.1-9`, `192.0.2.250-192.0.3.5` or `192.0.2.0/28`, and a port behind a space";

pub(super) fn read(word: &Word, report: &mut Report) -> Option<AddressRange> {
    let text = word.text();
    let (wrong, help) = match AddressRange::parse(text) {
        Ok(range) => return Some(range),
        Err(WrongRange::Backwards) => {
            ("ends before it begins", String::from("write the lower address first"))
        }
        Err(WrongRange::Form) => ("is no address, and no range of them", String::from(FORM)),
        Err(WrongRange::HostBits(network)) => {
            ("has bits below its prefix", format!("write `{network}` for all of it, or a range"))
        }
    };
    report.error(word.place, format_args!("`{}` {wrong}", shown(text))).help(help).swallowed(DROPS);
    None
}
