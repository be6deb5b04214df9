//! From a file's path to a configuration, or to what a person needs to mend it. What kind of file it is its content says.

mod braces;
mod findings;
mod include;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use config::Severity;
use config::director::{Comments, DirectorConfig, Style};
use daemon::config_file::ConfigFileError;
use follow::{ClientTls, TlsError};
use keepalived::{File, Host, Mode, Reading};

use crate::run::host_name;
use crate::scripts::{Rights, Users};
use findings::{Finding, Found};
use include::Includes;

/// The file that is read where no other is named.
pub(crate) const DEFAULT: &str = "/etc/lvs-director/director.toml";
/// keepalived's own.
const KEEPALIVED: &str = "/etc/keepalived/keepalived.conf";

/// A file with more findings is not tried in other ways.
const HOPELESS: usize = 100;

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
    /// `tls` of [agents], read and understood
    pub(crate) tls: Option<Arc<ClientTls>>,
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

/// As [`load`], for the director that this process is: what it could not use, or may not do, refuses the file; what it
/// does without is among the warnings.
pub(crate) fn load_to_run(source: &Source) -> Result<Loaded, Refused> {
    load_for_us(source, None, None)
}

/// As [`load_to_run`], for a director that is not started yet: `run_dir` is made by the start.
pub(crate) fn load_to_start(source: &Source, run_dir: &Path) -> Result<Loaded, Refused> {
    load_for_us(source, Some(run_dir), None)
}

/// As [`load_to_run`], in place of a configuration with that real-time priority, whose warning has been told.
pub(crate) fn load_again(source: &Source, priority: Option<u8>) -> Result<Loaded, Refused> {
    load_for_us(source, None, priority)
}

fn load_for_us(source: &Source, run_dir: Option<&Path>, priority: Option<u8>) -> Result<Loaded, Refused> {
    let mut loaded = load_for(source, Users::Us { run_dir })?;
    let rights = Rights::of_this_process();
    if let Some(text) = rights.missing(&loaded.config) {
        return Err(Refused::new(text));
    }
    loaded.warnings.extend(rights.done_without(&loaded.config, priority));
    Ok(loaded)
}

/// Reads and checks a file and what it names, as far as that is the same whoever runs it. May wait for a slow disk.
pub(crate) fn load(source: &Source) -> Result<Loaded, Refused> {
    load_for(source, Users::Unknown)
}

fn load_for(source: &Source, users: Users<'_>) -> Result<Loaded, Refused> {
    let text = read(&source.path)?;
    if !keepalived::looks_like(&text) {
        return from_toml(source, text, users);
    }
    let mode = if source.lenient { Mode::Lenient } else { Mode::Strict };
    let (config, _, found) = from_keepalived(source, text, mode)?;
    let loaded = Loaded { config, warnings: found.rendered(), from_keepalived: true, tls: None };
    outside(loaded, &found, users)
}

/// A keepalived.conf as `director.toml`. Programs that are missing here may be there where it is to run.
pub(crate) fn import(source: &Source, mode: Mode) -> Result<Imported, Refused> {
    let text = read(&source.path)?;
    if !keepalived::looks_like(&text) {
        return Err(not_keepalived(source, &text));
    }
    let (config, comments, mut found) = from_keepalived(source, text, mode)?;
    found.add(crate::scripts::check(&config, Users::Unknown), Severity::Warning);
    Ok(Imported { toml: config.to_toml_with(Style::Short, &comments), warnings: found.rendered() })
}

fn from_toml(source: &Source, text: String, users: Users<'_>) -> Result<Loaded, Refused> {
    let parsed = config::director::parse(&text);
    let mut found = Found::of(File { path: source.path.display().to_string(), text });
    match parsed {
        Ok((config, warnings)) => {
            found.findings.extend(warnings.into_iter().map(Finding::of_the_file));
            let warnings = found.rendered() + &needless(source);
            outside(Loaded { config, warnings, from_keepalived: false, tls: None }, &found, users)
        }
        Err(errors) => {
            found.findings.extend(errors.into_iter().map(Finding::of_the_file));
            Err(Refused { text: found.rendered(), reason: found.first_error() })
        }
    }
}

fn from_keepalived(
    source: &Source,
    text: String,
    mode: Mode,
) -> Result<(DirectorConfig, Comments, Found), Refused> {
    let reading = keepalived(source, text, mode);
    let found = Found::read(reading.findings, reading.sources);
    match reading.config {
        Some(config) => Ok((config, reading.comments, found)),
        None => Err(refused(source, &found, mode)),
    }
}

/// What is named and is not there refuses the file.
fn outside(loaded: Loaded, found: &Found, users: Users<'_>) -> Result<Loaded, Refused> {
    let mut outside = Found { findings: Vec::new(), ..found.clone() };
    outside.add(crate::scripts::check(&loaded.config, users), Severity::Error);
    if outside.findings.is_empty() {
        let tls = tls(&loaded.config)?;
        return Ok(Loaded { tls, ..loaded });
    }
    Err(Refused { text: loaded.warnings + &outside.rendered(), reason: outside.first_error() })
}

/// Who vouches for agents, and what is shown to them.
fn tls(config: &DirectorConfig) -> Result<Option<Arc<ClientTls>>, Refused> {
    let Some(tls) = &config.agents.tls else { return Ok(None) };
    let loaded = ClientTls::load(tls);
    let refused = |error: TlsError| Refused {
        text: daemon::errors::chain(&error, error.hint().as_deref()),
        reason: daemon::errors::one_line(&error),
    };
    loaded.map(|tls| Some(Arc::new(tls))).map_err(refused)
}

fn not_keepalived(source: &Source, text: &str) -> Refused {
    let path = source.path.display();
    let (what, hint) = if config::director::parse(text).is_ok() {
        ("is a director.toml already", "there is nothing to import: `run` takes it as it is")
    } else {
        ("is no keepalived.conf", "`check` says what is wrong with it as a director.toml")
    };
    Refused::new(format!("error: {path} {what}\nhint: {hint}\n"))
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

fn refused(source: &Source, found: &Found, mode: Mode) -> Refused {
    let path = source.path.display();
    let mut text = format!("{}\nerror: {path} is refused: {}\n", found.rendered(), found.counts());
    for hint in ways_out(source, found, mode) {
        text += &format!("hint: {hint}\n");
    }
    Refused { text, reason: found.first_error() }
}

/// What would be taken.
fn ways_out(source: &Source, found: &Found, mode: Mode) -> impl Iterator<Item = String> {
    let path = source.path.display();
    let fix = format!("`lvs-director import --fix {path}` writes what its author may have meant");
    let lenient = "with --lenient it is taken as keepalived takes it, mistakes and all".to_owned();
    let others = [(Mode::Fix, fix), (Mode::Lenient, lenient)];
    let text = found.sources.first().map(|file| file.text.clone()).unwrap_or_default();
    let is_small = found.findings.len() < HOPELESS;
    let is_taken = move |other: Mode| {
        is_small && mode != other && keepalived(source, text.clone(), other).config.is_some()
    };
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

impl Refused {
    /// `text` begins with `error: `.
    pub(crate) fn new(text: String) -> Self {
        let first = text.lines().next().unwrap_or_default();
        let reason = first.strip_prefix("error: ").unwrap_or(first).to_owned();
        Self { text, reason }
    }
}
