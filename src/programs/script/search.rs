//! Programs that are named without a path: `/usr/bin/env NAME`.

use std::path::Path;

use super::error::ScriptError;

/// What programs have as `PATH`, and where `env` would look.
pub(super) const SEARCH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const ENV: &str = "/usr/bin/env";

/// The program that `env` would run, and its arguments, so that it is checked like any other; none: this is something else.
pub(super) fn by_env<'a>(
    program: &str,
    arguments: &'a [String],
) -> Result<Option<(String, &'a [String])>, ScriptError> {
    let Some((name, arguments)) = arguments.split_first().filter(|_| program == ENV) else { return Ok(None) };
    if name.is_empty() || name.starts_with('-') || name.contains(['/', '=']) {
        return Ok(None);
    }
    let found =
        SEARCH.split(':').map(|folder| format!("{folder}/{name}")).find(|path| Path::new(path).exists());
    found.map(|found| Some((found, arguments))).ok_or_else(|| ScriptError::NotFound { name: name.clone() })
}
