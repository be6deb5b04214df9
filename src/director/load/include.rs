//! Files that a keepalived.conf includes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use daemon::config_file::ConfigFileError;
use glob::{MatchOptions, Pattern};
use keepalived::{File, Files};

use super::braces;

/// No more files than this are read for one.
const FILES: usize = 4_096;
/// Nor more bytes.
const BYTES: usize = 32 << 20;

/// Longest pattern, as `PATH_MAX`.
const PATTERN: usize = 4_096;

/// As glob(3) does it.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Reads them, each by the same rules of trust as the file itself.
#[derive(Debug, Default)]
pub(super) struct Includes {
    files: usize,
    bytes: usize,
}

impl Files for Includes {
    fn open(&mut self, pattern: &str, from: &str) -> Result<Vec<File>, String> {
        if pattern.len() > PATTERN {
            return Err(format!("the pattern is longer than {PATTERN} bytes"));
        }
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let patterns = braces::expand(pattern).ok_or("the braces stand for more than 1,000 names")?;
        let mut found = Vec::new();
        for pattern in patterns {
            let has_choice = pattern.contains(['*', '?', '[']);
            for path in paths(folder, &pattern)? {
                // a folder beside the files that a pattern means
                if !(has_choice && path.is_dir()) {
                    found.push(self.read(&path)?);
                }
            }
        }
        Ok(found)
    }
}

impl Includes {
    fn read(&mut self, path: &Path) -> Result<File, String> {
        self.files += 1;
        if self.files > FILES {
            return Err(format!("more than {FILES} files are included"));
        }
        let text = text(path)?;
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > BYTES {
            return Err(format!("what is included is longer than {} MiB", BYTES >> 20));
        }
        Ok(File { path: path.display().to_string(), text })
    }
}

fn text(path: &Path) -> Result<String, String> {
    let is_executable = |metadata: std::fs::Metadata| metadata.permissions().mode() & 0o111 != 0;
    if path.is_file() && path.metadata().is_ok_and(is_executable) {
        let path = path.display();
        return Err(format!("{path} is executable, and keepalived leaves such files out (chmod a-x {path})"));
    }
    match daemon::config_file::read(path) {
        Ok(text) => Ok(text),
        Err(ConfigFileError::Empty(_)) => Ok(String::new()),
        Err(error) => {
            let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            Err(format!("{}{hint}", daemon::errors::one_line(&error)))
        }
    }
}

/// The files of a pattern without braces, sorted.
fn paths(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let pattern = translated(folder, pattern);
    let found =
        glob::glob_with(&pattern, OPTIONS).map_err(|error| format!("no pattern for files: {}", error.msg))?;
    let paths = found.take(FILES + 1).map(|path| path.map_err(|error| daemon::errors::one_line(&error)));
    paths.collect()
}

/// In the words of the crate, which has no escapes with a backslash, and reads `**` as "every folder below".
fn translated(folder: &Path, pattern: &str) -> String {
    let folder = if pattern.starts_with('/') { Path::new("") } else { folder };
    let mut text = Pattern::escape(&folder.display().to_string());
    if !text.is_empty() && !text.ends_with('/') {
        text.push('/');
    }
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next().map(|next| Pattern::escape(&next.to_string()))),
            '*' if text.ends_with('*') => {}
            _ => text.push(character),
        }
    }
    text
}
