//! One keepalived.conf, and a file that it may include.

use lvs_keepalived::{File, Files, Finding, Host, Kind, Mode, Reading, looks_like, read};

/// Most findings: of each kind a hundred, and one that counts the others.
const MOST_FINDINGS: usize = 3 * 101;

/// A byte for the mode, the file, and behind a 0xff what `include` finds by any name. Returns whether there is a
/// configuration; its TOML means the same.
pub(crate) fn keepalived(bytes: &[u8]) -> bool {
    let (mode, text) = bytes.split_first().unwrap_or((&0, bytes));
    let mode = [Mode::Strict, Mode::Lenient, Mode::Fix][usize::from(*mode) % 3];
    let mut texts =
        text.splitn(2, |byte| *byte == 0xff).map(|text| String::from_utf8_lossy(text).into_owned());
    let text = texts.next().unwrap_or_default();
    looks_like(&text);
    let file = File { path: "/etc/keepalived/keepalived.conf".to_owned(), text };
    let host = Host { id: "lvs1", instance: None, seed: 1 };
    let reading = read(file, host, mode, &mut Other(texts.next()));
    check(&reading);
    let Some(config) = reading.config else { return false };
    assert_eq!(config::director::parse(&config.to_toml()).map(|(again, _)| again).as_ref(), Ok(&config));
    true
}

/// What can be included.
struct Other(Option<String>);

impl Files for Other {
    fn open(&mut self, pattern: &str, _from: &str) -> Result<Vec<File>, String> {
        let file = |text: &String| File { path: format!("/etc/keepalived/{pattern}"), text: text.clone() };
        Ok(self.0.iter().map(file).collect())
    }
}

/// Errors and a configuration exclude each other; places lie in their sources, in order.
fn check(reading: &Reading) {
    let errors = reading.findings.iter().any(|finding| finding.kind == Kind::Error);
    assert!(!errors || reading.config.is_none(), "{reading:?}");
    assert!(reading.findings.len() <= MOST_FINDINGS);
    for Finding { source, diagnostic, .. } in &reading.findings {
        if let Some(span) = &diagnostic.span {
            let text = &reading.sources[*source].text;
            assert!(text.get(span.clone()).is_some(), "{diagnostic:?} in {text:?}");
        }
    }
    let at = |finding: &Finding| finding.diagnostic.span.clone().map(|span| (finding.source, span.start));
    let places: Vec<_> = reading.findings.iter().filter_map(at).collect();
    assert!(places.is_sorted());
}
