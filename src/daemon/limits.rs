//! Limits that the kernel puts on this process.

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Lets this process hold `want` file descriptors, or as many as it may: the hard limit too is raised where
/// `CAP_SYS_RESOURCE` allows it. Gives the limit in force afterwards, which is never lower than before.
pub fn raise_nofile(want: u64) -> Result<u64, Errno> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft >= want {
        return Ok(soft);
    }
    if hard < want && setrlimit(Resource::RLIMIT_NOFILE, want, want).is_ok() {
        return Ok(want);
    }
    let reachable = want.min(hard);
    setrlimit(Resource::RLIMIT_NOFILE, reachable, hard)?;
    Ok(reachable)
}
