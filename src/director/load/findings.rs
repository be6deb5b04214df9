//! Findings about a keepalived.conf and what it includes, as text for people.

use config::Diagnostic;
use keepalived::{File, Finding, Kind, Reading};

use super::is_shown;
use crate::oneshot::counted;

/// The renderer counts those beyond instead of showing them; the room that found them has its own limit.
const AT_ONCE: usize = 20;

/// Errors and warnings, in the order of their places.
pub(super) fn render(reading: &Reading, color: bool) -> String {
    let shown: Vec<&Finding> = reading.findings.iter().filter(|finding| is_shown(finding.kind)).collect();
    let of_one_source = shown.chunk_by(|one, next| one.source == next.source);
    let parts: Vec<String> = of_one_source
        .flat_map(|part| part.chunks(AT_ONCE))
        .map(|part| render_part(reading, part, color))
        .collect();
    parts.join("\n")
}

fn render_part(reading: &Reading, part: &[&Finding], color: bool) -> String {
    let Some(file) = part.first().and_then(|finding| source(reading, finding)) else { return String::new() };
    let diagnostics: Vec<Diagnostic> = part.iter().map(|finding| finding.diagnostic.clone()).collect();
    daemon::diagnostic::render(&file.path, &file.text, &diagnostics, color)
}

/// `2 errors, 1 warning`
pub(super) fn counts(reading: &Reading) -> String {
    let count = |kind| reading.findings.iter().filter(|finding| finding.kind == kind).count();
    let errors = counted(count(Kind::Error), "error");
    match count(Kind::Warning) {
        0 => errors,
        warnings => format!("{errors}, {}", counted(warnings, "warning")),
    }
}

/// The first error in one line, with its place.
pub(super) fn first_error(reading: &Reading) -> String {
    let first = reading.findings.iter().find(|finding| finding.kind == Kind::Error);
    let words = first.and_then(|first| {
        let file = source(reading, first)?;
        Some(line(&file.path, &file.text, &first.diagnostic))
    });
    words.unwrap_or_default()
}

/// `/etc/lvs-director/director.toml:3: what is wrong`
pub(super) fn line(path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let message = &diagnostic.message;
    let before = diagnostic.span.as_ref().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!("{path}:{}: {message}", before.matches('\n').count() + 1),
        None => format!("{path}: {message}"),
    }
}

fn source<'a>(reading: &'a Reading, finding: &Finding) -> Option<&'a File> {
    reading.sources.get(finding.source)
}
