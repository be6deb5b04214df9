//! The two commands as a person meets them: exit code and words.
#![allow(clippy::unwrap_used)]

#[path = "cli/keepalived.rs"]
mod keepalived;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

const DIRECTOR: &str = env!("CARGO_BIN_EXE_lvs-director");
const AGENT: &str = env!("CARGO_BIN_EXE_lvs-rs-agent");

/// A directory of its own for one test.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{test}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        path
    }
}

/// Runs a command; gives its exit code, standard output and standard error.
fn run(binary: &str, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(binary)
        .args(arguments)
        .env_remove("RUST_LOG")
        .env_remove("RUNTIME_DIRECTORY")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn check(binary: &str, file: &std::path::Path) -> (i32, String, String) {
    run(binary, &["check", "-c", file.to_str().unwrap()])
}

const GOOD_DIRECTOR: &str = "[[service]]\nname = \"web\"\naddress = \"192.0.2.100:80\"\n\
    [[service.real]]\naddress = \"192.0.2.1\"\n";
const GOOD_AGENT: &str = "[[vip]]\naddress = \"192.0.2.100\"\n";

#[test]
fn check_says_fine() {
    let place = Place::new("fine");
    let (code, out, err) = check(DIRECTOR, &place.file("director.toml", GOOD_DIRECTOR));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("fine: 1 service, 1 real server\n"), "{out}");
    let (code, out, err) = check(AGENT, &place.file("agent.toml", GOOD_AGENT));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("fine"), "{out}");
}

#[test]
fn the_effective_configuration_is_a_configuration() {
    let place = Place::new("effective");
    let with_router = with_router(std::path::Path::new("/bin/true"));
    for (binary, text) in [(DIRECTOR, GOOD_DIRECTOR), (DIRECTOR, &with_router), (AGENT, GOOD_AGENT)] {
        let file = place.file("config.toml", text);
        let (code, out, _) = run(binary, &["check", "--effective", "-c", file.to_str().unwrap()]);
        assert_eq!(code, 0);
        let again = place.file("effective.toml", &out);
        let (code, twice, err) = run(binary, &["check", "--effective", "-c", again.to_str().unwrap()]);
        assert_eq!((code, twice), (0, out), "{err}");
    }
}

#[test]
fn a_refused_file_shows_the_place_and_the_cure() {
    let place = Place::new("refused");
    let file = place.file("director.toml", GOOD_DIRECTOR.replace("name =", "nmae ="));
    let (code, out, err) = check(DIRECTOR, &file);
    assert_eq!((code, out.as_str()), (78, ""));
    for expected in ["director.toml:2:1", "nmae = \"web\"", "^^^^", "name"] {
        assert!(err.contains(expected), "{expected} is missing in\n{err}");
    }
}

#[test]
fn files_that_are_no_configuration_are_refused() {
    let place = Place::new("files");
    let noise: Vec<u8> =
        (0..10_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let text_noise = "]=[\"{x\n".repeat(10_000_000 / 7);
    let files = [
        (place.file("empty.toml", ""), "empty"),
        (place.0.join("missing.toml"), "does not exist"),
        (place.0.clone(), "directory"),
        (place.file("noise.toml", noise), "UTF-8"),
        (place.file("text-noise.toml", text_noise), "error"),
    ];
    for (file, word) in &files {
        for binary in [DIRECTOR, AGENT] {
            let (code, out, err) = check(binary, file);
            assert_eq!((code, out.as_str()), (78, ""), "{}: {err}", file.display());
            assert!(err.contains(word), "{}: {err}", file.display());
            assert!(err.len() < 100_000, "{} bytes about {}", err.len(), file.display());
        }
    }
}

#[test]
fn a_file_writable_by_others_is_refused() {
    let place = Place::new("writable");
    for (binary, text) in [(DIRECTOR, GOOD_DIRECTOR), (AGENT, GOOD_AGENT)] {
        let file = place.file("config.toml", text);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        let (code, _, err) = check(binary, &file);
        assert_eq!(code, 78, "{err}");
        assert!(err.contains("writable") && err.contains("chmod"), "{err}");
    }
}

#[test]
fn a_daemon_that_does_not_run_is_named() {
    let place = Place::new("not-running");
    let dir = place.0.to_str().unwrap();
    for (binary, arguments) in [
        (DIRECTOR, &["status"][..]),
        (DIRECTOR, &["drain", "192.0.2.1"]),
        (DIRECTOR, &["vrrp"]),
        (DIRECTOR, &["vrrp", "VI_1", "--exit-code"]),
        (AGENT, &["status"]),
        (AGENT, &["drain"]),
        (AGENT, &["drain", "--wait", "--deadline", "1s"]),
    ] {
        let (code, out, err) = run(binary, &[arguments, &["--run-dir", dir]].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("not running"), "{err}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for binary in [DIRECTOR, AGENT] {
        for arguments in [&["frobnicate"][..], &["check", "--no-such"], &[]] {
            let (code, out, err) = run(binary, arguments);
            assert_eq!((code, out.as_str()), (2, ""));
            assert!(err.contains("Usage:"), "{err}");
        }
    }
    assert_eq!(run(DIRECTOR, &["drain", "web01"]).0, 2);
    for deadline in ["60", "2d", "soon"] {
        let (code, out, err) = run(AGENT, &["drain", "--deadline", deadline]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(
            err.contains("--deadline") && (err.contains("write") || err.contains("add the unit")),
            "{err}"
        );
    }
    assert_eq!(run(DIRECTOR, &["vrrp", "--exit-code"]).0, 2, "of which router");
}

/// A virtual router, and who is told when it becomes master.
fn with_router(script: &std::path::Path) -> String {
    format!(
        "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]\n\
         notify = {{ master = [\"{}\"] }}\n{GOOD_DIRECTOR}",
        script.display()
    )
}

#[test]
fn virtual_routers_are_counted() {
    let place = Place::new("routers");
    let text = with_router(std::path::Path::new("/bin/true"));
    let (code, out, err) = check(DIRECTOR, &place.file("director.toml", text));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("1 service, 1 real server, 1 virtual router\n"), "{out}");
}

/// A directory on a path that only root may write, which this one need not be.
struct Safe(Place);

impl Safe {
    fn new() -> Self {
        let path = PathBuf::from(format!("/var/lib/lvs-director-test-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(Place(path))
    }
}

impl Drop for Safe {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0.0);
    }
}

#[test]
fn a_file_that_names_a_bad_program_is_refused() {
    let safe = Safe::new();
    let place = &safe.0;
    let plain = place.file("plain.sh", "#!/bin/sh\n");
    let open = place.file("open.sh", "#!/bin/sh\n");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    for (script, word) in
        [(place.0.join("missing.sh"), "does not exist"), (plain, "not executable"), (open, "writable")]
    {
        let (code, out, err) = check(DIRECTOR, &place.file("director.toml", with_router(&script)));
        assert_eq!((code, out.as_str()), (78, ""), "{err}");
        assert!(err.contains("[[vrrp]] \"VI_1\": notify.master") && err.contains(word), "{err}");
    }
}

#[test]
fn a_weight_from_a_bad_program_is_refused() {
    let safe = Safe::new();
    let place = &safe.0;
    let plain = place.file("plain.sh", "#!/bin/sh\n");
    for (script, word) in [(place.0.join("missing.sh"), "does not exist"), (plain, "not executable")] {
        let weight =
            format!("{GOOD_AGENT}\n[weight]\ntype = \"script\"\ncommand = \"{}\"\n", script.display());
        let (code, out, err) = check(AGENT, &place.file("agent.toml", weight));
        assert_eq!((code, out.as_str()), (78, ""), "{err}");
        assert!(
            err.contains("[weight] command") && err.contains(word) && err.contains("agent.toml:"),
            "{err}"
        );
    }
}

#[test]
fn help_stays_as_it_is() {
    for (name, binary) in [("director", DIRECTOR), ("agent", AGENT)] {
        let mut text = run(binary, &["--help"]).1;
        let own: &[&str] = if name == "director" { &["vrrp", "import"] } else { &["stop"] };
        let commands =
            ["run", "check", "plan", "apply", "status", "drain", "undrain", "reload", "doctor", "cleanup"];
        for command in commands.iter().chain(own) {
            text += &format!("\n--- {command}\n{}", run(binary, &[command, "--help"]).1);
        }
        insta::assert_snapshot!(format!("help_{name}"), text);
    }
}

#[test]
fn a_log_level_that_is_none_is_a_wrong_command_line() {
    let place = Place::new("log-level");
    for (binary, text) in [(DIRECTOR, GOOD_DIRECTOR), (AGENT, GOOD_AGENT)] {
        let file = place.file("config.toml", text);
        let with = |level| run(binary, &["--log-level", level, "check", "-c", file.to_str().unwrap()]);
        let (code, out, err) = with("bogus");
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("error, warn, info, debug, trace or off"), "{err}");
        assert_eq!(with("warn,lvs_agent=debug").0, 0);
    }
}
