use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use config::director::parse;
use ipvs::{Scope, Table, diff};
use keepalived::Files;

use super::*;
use crate::plan::{Servers, desired};

/// A folder of its own for one test.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lvs-director-load-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        path
    }

    /// The names of the files that the pattern gives, as included by `main.conf` of this folder.
    fn opened(&self, pattern: &str) -> Result<Vec<String>, String> {
        let from = self.0.join("main.conf").display().to_string();
        let files = Includes::default().open(pattern, &from)?;
        let prefix = format!("{}/", self.0.display());
        Ok(files.into_iter().map(|file| file.path.strip_prefix(&prefix).unwrap().to_owned()).collect())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn braces_stand_for_their_choices() {
    let expanded = |pattern| braces::expand(pattern).unwrap();
    assert_eq!(expanded("a.conf"), ["a.conf"]);
    assert_eq!(expanded("{b,a}.conf"), ["b.conf", "a.conf"]);
    assert_eq!(expanded("{a,b}{1,2}"), ["a1", "a2", "b1", "b2"]);
    assert_eq!(expanded("x{a,b{1,2},}y"), ["xay", "xb1y", "xb2y", "xy"]);
    assert_eq!(expanded("{}{a}{b,c"), ["{}{a}{b,c"]);
    assert_eq!(expanded("{a}{b,c}"), ["{a}b", "{a}c"]);
    assert_eq!(braces::expand(&"{a,b}".repeat(20)), None);
    assert_eq!(expanded(&"{".repeat(3_000)).len(), 1);
}

#[test]
fn a_pattern_gives_its_files_sorted() {
    let place = Place::new("sorted");
    for name in
        ["c.conf", "a.conf", "b.conf", ".hidden.conf", "d.txt", "sub/e.conf", "sub/deep/f.conf", "[x].conf"]
    {
        place.file(name, "x");
    }
    assert_eq!(place.opened("*.conf").unwrap(), ["[x].conf", "a.conf", "b.conf", "c.conf"]);
    assert_eq!(place.opened("{c,a}.conf").unwrap(), ["c.conf", "a.conf"]);
    assert_eq!(place.opened("**/*.conf").unwrap(), ["sub/e.conf"], "two stars are one, as in glob(3)");
    assert_eq!(place.opened("[ab].conf").unwrap(), ["a.conf", "b.conf"]);
    assert_eq!(place.opened("\\[x\\].conf").unwrap(), ["[x].conf"]);
    assert_eq!(place.opened("s*").unwrap(), [""; 0], "folders are not meant");
    assert_eq!(place.opened("missing.conf").unwrap(), [""; 0]);
    let absolute = place.0.join("a.conf").display().to_string();
    assert_eq!(place.opened(&absolute).unwrap(), ["a.conf"]);
}

#[test]
fn a_file_that_is_there_and_cannot_be_taken_is_named() {
    let place = Place::new("refused");
    let open = place.file("open.conf", "x");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o666)).unwrap();
    let program = place.file("program.conf", "x");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    place.file("sub/e.conf", "x");
    place.file("empty.conf", "");
    for (pattern, word) in [
        ("open.conf", "may be written by everybody"),
        ("program.conf", "executable"),
        ("sub", "a directory"),
        ("[a", "no pattern"),
    ] {
        let error = place.opened(pattern).unwrap_err();
        assert!(error.contains(word), "{pattern}: {error}");
    }
    assert_eq!(place.opened("empty.conf").unwrap(), ["empty.conf"]);
}

#[test]
fn one_file_may_not_include_without_end() {
    let place = Place::new("endless");
    place.file("big.conf", &"x".repeat(10 << 20));
    let from = place.0.join("main.conf").display().to_string();
    let mut includes = Includes::default();
    let results: Vec<bool> = (0..4).map(|_| includes.open("big.conf", &from).is_ok()).collect();
    assert_eq!(results, [true, true, true, false]);
}

/// Files as keepalived's users write them, with what each came from.
fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keepalived/tests/corpus");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|kind| kind == "conf")).collect();
    files.sort();
    let named = files.into_iter().map(|path| (path.display().to_string(), fs::read(path).unwrap()));
    named.map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned())).collect()
}

/// What a fresh start would write.
fn planned(config: &DirectorConfig) -> Vec<String> {
    let changes = diff(&desired(config, &Servers::default()), &Table::new(), &Scope::Everything);
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn either_form_of_a_file_gives_the_same_plan() {
    let mut planning = 0;
    for (path, text) in corpus() {
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            let source =
                Source { path: PathBuf::from(&path), lenient: false, config_id: Some("LVS01".into()) };
            let reading = keepalived(&source, text.clone(), mode);
            let Some(config) = reading.config else { continue };
            let toml = config.to_toml_with(Style::Short, &reading.comments);
            let again = parse(&toml).unwrap_or_else(|errors| panic!("{path} {mode:?}: {errors:?}\n{toml}")).0;
            let plan = planned(&config);
            assert_eq!(plan, planned(&again), "{path} {mode:?}");
            assert_eq!(again, config, "{path} {mode:?}\n{toml}");
            planning += usize::from(!plan.is_empty());
        }
    }
    assert!(planning > 60, "of all files only {planning} plan anything");
}

fn wrong(words: &str, named: &str) -> crate::scripts::Wrong {
    crate::scripts::Wrong { words: words.into(), named: named.into() }
}

#[test]
fn what_is_wrong_outside_is_shown_where_it_is_named() {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    let mut found = Found::of(file("a.conf", "! /bin/x\nnotify /bin/xy\nnotify \"/bin/x up\"\n"));
    found.sources.push(file("b.conf", "notify /bin/x\n"));
    let all = ["one", "two", "three"].map(|words| wrong(words, "/bin/x")).into_iter();
    found.add(all.chain([wrong("four", "/bin/hidden")]).collect(), Severity::Error);
    let text = found.rendered();
    let places: Vec<&str> = text.lines().filter(|line| line.contains("--> ")).map(str::trim).collect();
    assert_eq!(places, ["--> a.conf:3:9", "--> b.conf:1:8", "--> b.conf:1:8", "--> a.conf"], "{text}");
    assert_eq!(found.first_error(), "a.conf:3: one");
    assert_eq!(found.counts(), "4 errors");
}

#[test]
fn of_thousands_of_wrong_things_the_first_are_shown() {
    let mut found = Found::of(File { path: "a.conf".into(), text: "/bin/x".into() });
    found.add((0..1_000).map(|_| wrong("wrong", "/bin/x")).collect(), Severity::Warning);
    let text = found.rendered();
    assert_eq!(text.matches("warning: wrong").count(), 20);
    assert!(text.contains("and 980 more like these"), "{text}");
}

#[test]
fn a_file_whose_certificates_cannot_be_read_is_refused() {
    let place = Place::new("tls");
    let service = "[[service]]\naddress = \"192.0.2.100:80\"\n[[service.real]]\naddress = \"192.0.2.1\"\n";
    let load_with = |ca: &std::path::Path| {
        let text = format!("[agents]\nport = 9781\ntls = {{ ca = \"{}\" }}\n{service}", ca.display());
        let path = place.file("director.toml", &text);
        load(&Source { path, lenient: false, config_id: None })
    };
    let missing = place.0.join("missing.pem");
    let refused = load_with(&missing).err().expect("refused");
    assert!(refused.text.starts_with("error: "), "{}", refused.text);
    assert!(refused.reason.contains("missing.pem"), "{}", refused.reason);
    let garbage = place.file("garbage.pem", "no certificate\n");
    let refused = load_with(&garbage).err().expect("refused");
    assert!(refused.text.contains("garbage.pem"), "{}", refused.text);
}
