//! Findings about a configuration as text for people, as rustc shows its own.

mod window;

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Level, Message, Origin, Renderer, Snippet};
use config::{Diagnostic, Severity};

use window::Window;

/// No more findings than this are shown; a file of noise has as many as lines.
const SHOWN: usize = 20;

/// The findings, each with its place in `text`, the marked line and what to write instead. `path` is only shown.
/// Long lines are cut around the mark, and of very many findings the first are shown and the others counted.
pub fn render(path: &str, text: &str, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut shown = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        shown.push_str(&one(&renderer, path, text, diagnostic));
        shown.push_str("\n\n");
    }
    let more = diagnostics.len().saturating_sub(SHOWN);
    if more == 0 {
        // the last finding ends without the empty line between two
        shown.pop();
    } else {
        // writing to a String cannot fail
        let _ = writeln!(shown, "… and {more} more");
    }
    shown
}

/// A finding in one line: `/etc/lvs-director/director.toml:3: what is wrong`.
pub fn one_line(path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let message = printable(&diagnostic.message);
    match diagnostic.span.as_ref().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("{path}:{}: {message}", before.matches('\n').count() + 1),
        None => format!("{path}: {message}"),
    }
}

fn one(renderer: &Renderer, path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level.primary_title(printable(&diagnostic.message));
    let help: Option<Message<'_>> =
        diagnostic.help.as_deref().map(|help| Level::HELP.message(printable(help)));
    let Some(window) = diagnostic.span.as_ref().map(|span| Window::around(text, span)) else {
        return renderer.render(&[title.element(Origin::path(path)).elements(help)]);
    };
    let label = diagnostic.label.as_deref().map(printable);
    let snippet = Snippet::source(window.source.as_str())
        .line_start(window.line)
        .path(path)
        .annotation(AnnotationKind::Primary.span(window.span.clone()).label(label));
    let shown = renderer.render(&[title.element(snippet).elements(help)]);
    // the renderer counts columns in what it was given, which may be a cut line
    let place = |column| format!("{path}:{}:{column}", window.line);
    shown.replacen(&place(window.shown_column()), &place(window.column), 1)
}

/// Words of a file may hold anything; a terminal gets no control characters.
fn printable(words: &str) -> String {
    words.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
