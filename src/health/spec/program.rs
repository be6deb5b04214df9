//! Checks that ask this machine.

use alloc::string::String;
use alloc::vec::Vec;

/// A program. Exit code 0 is good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScriptCheck {
    /// program with a full path, and its arguments
    pub command: Vec<String>,
    /// who runs it; none: as root, and then only what root alone may write
    pub user: Option<String>,
    /// keepalived's `misc_dynamic`: exit codes 2 to 255 are good too, and set the weight to the code less 2
    pub weight: bool,
}

/// The number in a file. Missing, empty or no number is 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileCheck {
    /// full path
    pub path: String,
    /// 0: a number other than 0 is a failure. Else the number times this is added to the server's weight
    pub weight: i32,
}
