//! Reading a text as a file, and findings as lines of text.

#![allow(dead_code, reason = "each test has its own needs")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where something is missing"
)]

use std::fmt::Write;

use config::director::{DirectorConfig, Style};
use lvs_keepalived::{File, Finding, Host, Mode, NoFiles, Reading};

/// A file that includes nothing.
pub(crate) fn read(name: &str, text: &str, mode: Mode) -> Reading {
    let host = Host { id: "lvs01", instance: None, seed: 1 };
    let file = File { path: String::from(name), text: String::from(text) };
    lvs_keepalived::read(file, host, mode, &mut NoFiles)
}

/// `file:line:column: kind: message`, and below what is marked, its label, and the help.
pub(crate) fn findings(reading: &Reading) -> String {
    let mut text = String::new();
    for Finding { kind, source, diagnostic } in &reading.findings {
        let file = &reading.sources[*source];
        match &diagnostic.span {
            Some(span) => {
                let before = &file.text[..span.start];
                let line = before.matches('\n').count() + 1;
                let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
                let marked = file.text[span.clone()].lines().next().unwrap_or_default();
                writeln!(text, "{}:{line}:{column}: {kind:?}: {}", file.path, diagnostic.message).unwrap();
                writeln!(text, "    | {marked}").unwrap();
            }
            None => writeln!(text, "{}: {kind:?}: {}", file.path, diagnostic.message).unwrap(),
        }
        for (name, said) in [("label", &diagnostic.label), ("help", &diagnostic.help)] {
            if let Some(said) = said {
                writeln!(text, "    {name}: {said}").unwrap();
            }
        }
    }
    text
}

/// The configuration's own text says the same, in both styles.
pub(crate) fn parse_again(reading: &Reading) {
    let Some(config) = &reading.config else { return };
    for text in [config.to_toml(), config.to_toml_with(Style::Short, &reading.comments)] {
        let again: Result<(DirectorConfig, _), _> = config::director::parse(&text);
        match again {
            Ok((again, _)) => assert!(again == *config, "{text}\n{config:#?}\n{again:#?}"),
            Err(errors) => panic!("{text}\n{errors:#?}"),
        }
    }
}
