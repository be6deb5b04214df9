//! Every keyword of keepalived.

use crate::syntax::{Known, Opens, Quoting};

/// What the grammar must know of them.
pub(crate) const KNOWN: Known = Known { opens, quoting };

fn opens(path: &[&str], word: &str) -> Opens {
    let _ = (path, word);
    Opens::Block
}

fn quoting(path: &[&str], word: &str) -> Quoting {
    let _ = (path, word);
    Quoting::Plain
}
