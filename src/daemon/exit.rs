//! How the commands end.

use std::process::{ExitCode, Termination};

/// The exit status of a command; a promise to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// done
    Done,
    /// something that was to be done could not be
    Failed,
    /// the command line was not understood
    Usage,
    /// `plan --exit-code`: there is something to do
    Changes,
    /// the configuration was refused; `EX_CONFIG` of `sysexits.h`
    ConfigRefused,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Changes => 3,
            Self::ConfigRefused => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        self.into()
    }
}
