//! Rules that hold for real servers and directors alike, and what several rules need.

mod boot;
mod glob;
mod lines;
mod opening;
mod system;
#[cfg(test)]
mod tests;

pub use boot::{BootSysctl, BootSysctls, boot_sysctls};
pub(crate) use glob::fits;
pub(crate) use lines::{Line, addresses, comment_out, edit, lines, names, put_before, quoted, said, shown};
pub use opening::{Wanted, opening};
pub use system::{clock, confinement, findings};
