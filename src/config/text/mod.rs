//! TOML text to a compact tree whose every value knows its place.
//!
//! Grammar and scalars are those of `toml_parser`, the crate below `toml`. The tree is our own, because the
//! general one takes a map of about one kilobyte for each table: at 4,000 services of four servers that is
//! more memory than the rest of the daemon. Here a table costs the nodes it has, in one vector that goes back
//! to the system as a whole.

mod build;
mod insert;
mod parse;
mod tree;

pub(crate) use parse::parse;
pub(crate) use tree::{Entry, Kind};
