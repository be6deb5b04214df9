//! From a file's path to a configuration, or to what a person needs to mend it. What kind of file it is its content says.

mod braces;
mod findings;
mod include;
#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use config::director::{DirectorConfig, Style};
use daemon::config_file::ConfigFileError;
use keepalived::{File, Host, Kind, Mode, Reading};

use crate::run::host_name;
use include::Includes;

/// The file that is read where no other is named.
pub(crate) const DEFAULT: &str = "/etc/lvs-director/director.toml";
/// keepalived's own.
const KEEPALIVED: &str = "/etc/keepalived/keepalived.conf";

/// Which file, and how it is read.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// what keepalived makes of mistakes is taken
    pub(crate) lenient: bool,
    /// what `@id` lines of a keepalived.conf are compared with; none: the short host name
    pub(crate) config_id: Option<String>,
}

/// A configuration with its warnings as text.
pub(crate) struct Loaded {
    pub(crate) config: DirectorConfig,
    pub(crate) warnings: String,
    /// it was a keepalived.conf
    pub(crate) from_keepalived: bool,
}

/// A `director.toml`, with what there is to say of it as text.
pub(crate) struct Imported {
    pub(crate) toml: String,
    pub(crate) warnings: String,
}

/// Why a file is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// everything there is to print
    pub(crate) text: String,
    /// the first error in one line
    pub(crate) reason: String,
}

/// Reads and checks a file and the programs that it names. May wait for a slow disk.
pub(crate) fn load(source: &Source) -> Result<Loaded, Refused> {
    let text = read(&source.path)?;
    let is_keepalived = keepalived::looks_like(&text);
    let loaded = if is_keepalived { from_keepalived(source, text) } else { from_toml(source, &text) }?;
    crate::scripts::check(&source.path, &loaded.config).map_err(Refused::new)?;
    Ok(loaded)
}

/// A keepalived.conf as `director.toml`.
pub(crate) fn import(source: &Source, mode: Mode) -> Result<Imported, Refused> {
    let text = read(&source.path)?;
    let path = source.path.display();
    if !keepalived::looks_like(&text) {
        let toml = config::director::parse(&text).is_ok();
        let what = if toml { "is a director.toml already" } else { "is no keepalived.conf" };
        let hint =
            if toml { "run it as it is" } else { "`check` says what is wrong with it as a director.toml" };
        return Err(Refused::new(format!("error: {path} {what}\nhint: {hint}\n")));
    }
    let reading = keepalived(source, text, mode);
    let warnings = findings::render(&reading, is_colored());
    let Some(config) = reading.config else {
        return Err(refused(source, &reading, mode, warnings));
    };
    let missing = crate::scripts::check(&source.path, &config).err().unwrap_or_default();
    let warnings = warnings + &missing.replace("error: ", "warning: ");
    Ok(Imported { toml: config.to_toml_with(Style::Short, &reading.comments), warnings })
}

fn from_toml(source: &Source, text: &str) -> Result<Loaded, Refused> {
    let name = source.path.display().to_string();
    let render = |found: &[config::Diagnostic]| daemon::diagnostic::render(&name, text, found, is_colored());
    match config::director::parse(text) {
        Ok((config, found)) => {
            let warnings = render(&found) + &needless(source);
            Ok(Loaded { config, warnings, from_keepalived: false })
        }
        Err(errors) => {
            let reason = errors.first().map(|first| findings::line(&name, text, first));
            Err(Refused { text: render(&errors), reason: reason.unwrap_or_default() })
        }
    }
}

/// Options of the command line that say nothing about this kind of file.
fn needless(source: &Source) -> String {
    let Source { path, lenient, config_id } = source;
    let said = [("--lenient", *lenient), ("--config-id", config_id.is_some())];
    let said = said.into_iter().filter(|(_, is_said)| *is_said);
    let lines = said.map(|(option, _)| {
        format!("note: {option} is about a keepalived.conf; {} is a director.toml\n", path.display())
    });
    lines.collect()
}

fn from_keepalived(source: &Source, text: String) -> Result<Loaded, Refused> {
    let mode = if source.lenient { Mode::Lenient } else { Mode::Strict };
    let mut reading = keepalived(source, text, mode);
    let warnings = findings::render(&reading, is_colored());
    match reading.config.take() {
        Some(config) => Ok(Loaded { config, warnings, from_keepalived: true }),
        None => Err(refused(source, &reading, mode, warnings)),
    }
}

fn keepalived(source: &Source, text: String, mode: Mode) -> Reading {
    let host_name = host_name();
    let short = host_name.split('.').next().unwrap_or_default();
    let id = source.config_id.as_deref().unwrap_or(short);
    let host = Host { id, instance: None, seed: seed(&host_name) };
    let file = File { path: source.path.display().to_string(), text };
    keepalived::read(file, host, mode, &mut Includes::default())
}

/// The same for every reading on this machine: a reload changes nothing by chance.
fn seed(host_name: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    host_name.hash(&mut hasher);
    hasher.finish()
}

fn refused(source: &Source, reading: &Reading, mode: Mode, findings: String) -> Refused {
    let path = source.path.display();
    let counts = findings::counts(reading);
    let mut text = format!("{findings}\nerror: {path} is refused: {counts}\n");
    for hint in ways_out(source, reading, mode) {
        text += &format!("hint: {hint}\n");
    }
    Refused { text, reason: findings::first_error(reading) }
}

/// What would be taken.
fn ways_out(source: &Source, reading: &Reading, mode: Mode) -> impl Iterator<Item = String> {
    let path = source.path.display();
    let fix = format!("`lvs-director import --fix {path}` writes what its author may have meant");
    let lenient = "with --lenient it is taken as keepalived takes it, mistakes and all".to_owned();
    let others = [(Mode::Fix, fix), (Mode::Lenient, lenient)];
    let text = reading.sources.first().map(|file| file.text.clone()).unwrap_or_default();
    let is_taken =
        move |other: Mode| mode == Mode::Strict && keepalived(source, text.clone(), other).config.is_some();
    others.into_iter().filter(move |(other, _)| is_taken(*other)).map(|(_, hint)| hint)
}

/// The text of a file that may be trusted.
fn read(path: &Path) -> Result<String, Refused> {
    daemon::config_file::read(path).map_err(|error| {
        Refused::new(daemon::errors::chain(&error, hint(&error).or_else(|| error.hint()).as_deref()))
    })
}

/// Who comes from keepalived is not given its file by chance.
fn hint(error: &ConfigFileError) -> Option<String> {
    let ConfigFileError::Missing(path) = error else { return None };
    let is_theirs = path == Path::new(DEFAULT) && Path::new(KEEPALIVED).exists();
    is_theirs.then(|| {
        format!("-c {KEEPALIVED} takes keepalived's file; `lvs-director import` makes a director.toml of it")
    })
}

fn is_colored() -> bool {
    std::io::stderr().is_terminal()
}

impl Refused {
    /// `text` begins with `error: `.
    pub(crate) fn new(text: String) -> Self {
        let first = text.lines().next().unwrap_or_default();
        let reason = first.strip_prefix("error: ").unwrap_or(first).to_owned();
        Self { text, reason }
    }
}

/// Whether a finding is shown, and not only written into the result of `import`.
fn is_shown(kind: Kind) -> bool {
    match kind {
        Kind::Error | Kind::Warning => true,
        Kind::Note => false,
    }
}
