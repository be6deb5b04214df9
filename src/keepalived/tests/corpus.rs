//! Every file of `corpus/`: what is found in it, in every mode, and what it becomes.
//!
//! The second line of each has the exit code of `keepalived -t` (2.2.7), which the lab compares with the program itself. A
//! file that is taken here and not there, or the other way round, says why in its third line: `# here: …`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where something is missing"
)]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use config::director::{DirectorConfig, Style};
use lvs_keepalived::{File, Finding, Host, Kind, Mode, NoFiles, Reading};

const HOST: Host<'_> = Host { id: "lvs01", instance: None, seed: 1 };

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths.into_iter().map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn read(name: &str, text: &str, mode: Mode) -> Reading {
    let file = File { path: format!("{name}.conf"), text: text.to_owned() };
    lvs_keepalived::read(file, HOST, mode, &mut NoFiles)
}

/// `file:line: kind: message`, with the marked text and the help below.
fn shown(reading: &Reading) -> String {
    let mut text = String::new();
    for Finding { kind, source, diagnostic } in &reading.findings {
        let file = &reading.sources[*source];
        let place = diagnostic.span.clone().map(|span| {
            let line = file.text[..span.start].matches('\n').count() + 1;
            (format!(":{line}"), file.text[span].lines().next().unwrap_or_default().to_owned())
        });
        let (line, marked) = place.unwrap_or_default();
        writeln!(text, "{kind:?} {}{line}: {}", file.path, diagnostic.message).unwrap();
        if !marked.is_empty() {
            writeln!(text, "  at: {marked}").unwrap();
        }
        for (word, said) in [("label", &diagnostic.label), ("help", &diagnostic.help)] {
            if let Some(said) = said {
                writeln!(text, "  {word}: {said}").unwrap();
            }
        }
    }
    text
}

fn toml(reading: &Reading) -> String {
    reading.config.as_ref().map_or_else(
        || "(refused)\n".to_owned(),
        |config| config.to_toml_with(Style::Short, &reading.comments),
    )
}

/// What differs from strict reading.
fn in_mode(name: &str, text: &str, mode: Mode, strict: &str) -> String {
    let reading = read(name, text, mode);
    let all = format!("{}\n{}", shown(&reading), toml(&reading));
    if all == strict { String::new() } else { format!("\n=== {mode:?}\n{all}") }
}

#[test]
fn every_file_becomes_what_is_expected() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("corpus");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for (name, text) in files() {
        let reading = read(&name, &text, Mode::Strict);
        let strict = format!("{}\n{}", shown(&reading), toml(&reading));
        let others = [Mode::Lenient, Mode::Fix].map(|mode| in_mode(&name, &text, mode, &strict));
        insta::assert_snapshot!(name.clone(), format!("{strict}{}", others.concat()));
    }
}

/// By either form the director has the same configuration.
#[test]
fn what_is_printed_reads_as_the_same() {
    let mut taken = 0;
    for (name, text) in files() {
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            let reading = read(&name, &text, mode);
            let Some(config) = reading.config else { continue };
            taken += 1;
            for style in [Style::Effective, Style::Short] {
                let printed = config.to_toml_with(style, &reading.comments);
                assert_eq!(parsed(&name, &printed), config, "{name} {mode:?} {style:?}\n{printed}");
            }
        }
    }
    assert!(taken > 150, "only {taken} were taken");
}

fn parsed(name: &str, text: &str) -> DirectorConfig {
    config::director::parse(text).unwrap_or_else(|errors| panic!("{name}: {errors:?}\n{text}")).0
}

/// What keepalived takes is taken, and what it complains of is refused, or the file says why not.
#[test]
fn where_keepalived_judges_otherwise_the_file_says_why() {
    for (name, text) in files() {
        let mut lines = text.lines().map(str::trim_end);
        let code = lines.nth(1).and_then(|line| line.strip_prefix("# keepalived -t: "));
        // 6: its scripts would run without script security, which is always on here
        let theirs = matches!(code.unwrap_or_else(|| panic!("{name} has no exit code")), "0" | "6");
        let ours = read(&name, &text, Mode::Strict).config.is_some();
        let reason = lines.next().and_then(|line| line.strip_prefix("# here: "));
        assert_eq!(
            reason.is_some(),
            ours != theirs,
            "{name}: keepalived {theirs}, here {ours}, the reason is {reason:?}"
        );
    }
}

/// A refusal has a cure.
#[test]
fn every_error_says_what_to_write() {
    for (name, text) in files() {
        let reading = read(&name, &text, Mode::Strict);
        for finding in reading.findings.iter().filter(|finding| finding.kind == Kind::Error) {
            assert!(finding.diagnostic.help.is_some(), "{name}: {}", finding.diagnostic.message);
        }
    }
}
