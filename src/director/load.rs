//! From a file's path to a configuration, or to what a person needs to mend it.

use std::io::IsTerminal;
use std::path::Path;

use config::director::DirectorConfig;

/// A configuration with its warnings as text.
pub(crate) struct Loaded {
    pub(crate) config: DirectorConfig,
    pub(crate) warnings: String,
}

/// Reads and checks a file and the programs that it names; the error is the whole text to print. May wait for a slow disk.
pub(crate) fn load(path: &Path) -> Result<Loaded, String> {
    parse(path, &read(path)?)
}

/// The text of a file that may be trusted.
fn read(path: &Path) -> Result<String, String> {
    daemon::config_file::read(path).map_err(|error| daemon::errors::chain(&error, error.hint().as_deref()))
}

fn parse(path: &Path, text: &str) -> Result<Loaded, String> {
    let name = path.display().to_string();
    let color = std::io::stderr().is_terminal();
    let render = |found: &[config::Diagnostic]| daemon::diagnostic::render(&name, text, found, color);
    match config::director::parse(text) {
        Ok((config, warnings)) => {
            crate::scripts::check(path, &config.vrrp)?;
            Ok(Loaded { config, warnings: render(&warnings) })
        }
        Err(errors) => Err(render(&errors)),
    }
}
