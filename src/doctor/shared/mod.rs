//! Rules that hold for real servers and directors alike, and what several rules need.

mod boot;
mod lines;
mod opening;
mod system;
#[cfg(test)]
mod tests;

pub use boot::{BootSysctl, boot_sysctls};
pub(crate) use lines::{Line, comment_out, names, said};
pub use opening::{Wanted, opening};
pub use system::{clock, confinement, findings};
