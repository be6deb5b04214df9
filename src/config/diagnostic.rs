//! What is wrong, where, and what to write instead.

use alloc::string::String;
use core::fmt;
use core::ops::Range;

/// One finding about a configuration text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// an error refuses the file
    pub severity: Severity,
    /// what is wrong: lower case, no final period
    pub message: String,
    /// the place, in bytes of the text; none where no place is to blame (`no [[vip]] at all`)
    pub span: Option<Range<usize>>,
    /// short words beside the marked place
    pub label: Option<String>,
    /// what to write instead
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// the file is taken, and means what it says
    Warning,
    /// the file is refused
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
