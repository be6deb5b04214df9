//! From the tree of words to the director's configuration.

mod address;
mod static_address;
mod track;
mod vrrp;

use config::director::DirectorConfig;

use crate::report::Report;
use crate::syntax::Line;

/// The configuration that the lines say, as far as it can be understood.
pub(crate) fn read(lines: &[Line], report: &mut Report) -> Option<DirectorConfig> {
    let _ = (lines, report);
    None
}
