//! The tree to typed values: keys are taken out of tables with their type, range and form checked, and every
//! mistake is reported with its place.

mod address;
mod choice;
mod distance;
mod duration;
pub(crate) mod program;
mod report;
mod table;
mod value;

pub(crate) use address::{AddressPort, Prefixed, address, host, interface, label, listen};
pub(crate) use choice::{choice, word};
pub use distance::nearest;
pub(crate) use duration::{format as format_duration, parse as parse_duration};
pub(crate) use report::Report;
pub(crate) use table::{Foreign, Keys, Table, beginning, optional, shown};
pub(crate) use value::duration_or_never;

pub(crate) use crate::rules::Role;
