use std::time::Duration;

use config::director::Tracked;
use lvs_keepalived::Mode;

use super::{instance, only, refused, refused_always, swallowed, taken, told, warned};

const SCRIPT: &str = "vrrp_script chk {\nscript \"/usr/bin/true\"\nweight -20\n}\n";

fn plain(list: &[Tracked]) -> Vec<(&str, i16)> {
    list.iter().map(|one| (one.name.as_str(), one.weight)).collect()
}

fn with(things: &str, inner: &str) -> String {
    format!("{things}{}", instance(inner))
}

#[test]
fn scripts() {
    let text = with(
        "vrrp_script chk {\nscript \"/usr/bin/pgrep -x 'my proxy'\"\ninterval 2.5\ntimeout 2\nrise 3\nfall 4\nuser nobody\ninit_fail\nweight 5\n}\n",
        "track_script {\nchk\n}",
    );
    let config = taken(&text, Mode::Strict);
    let script = &config.vrrp.scripts[0];
    assert_eq!(script.command, ["/usr/bin/pgrep", "-x", "my proxy"]);
    assert_eq!((script.interval, script.timeout), (Duration::from_millis(2_500), Duration::from_secs(2)));
    assert_eq!((script.rise, script.fall, script.initially_up), (3, 4, false));
    assert_eq!(script.user.as_deref(), Some("nobody"));
    assert_eq!(plain(&config.vrrp.routers[0].track_scripts), [("chk", 5)]);
}

#[test]
fn a_script_s_own_defaults() {
    let config = taken(
        &with("vrrp_script chk {\nscript /usr/bin/true\ninterval 3\n}\n", "track_script {\nchk\n}"),
        Mode::Strict,
    );
    let script = &config.vrrp.scripts[0];
    assert_eq!((script.interval, script.timeout), (Duration::from_secs(3), Duration::from_secs(3)));
    assert_eq!((script.rise, script.fall, script.initially_up, script.user.is_none()), (1, 1, true, true));
    assert_eq!(plain(&config.vrrp.routers[0].track_scripts), [("chk", 0)]);
}

#[test]
fn weights() {
    let one =
        |entry: &str| only(taken(&with(SCRIPT, &format!("track_script {{\n{entry}\n}}")), Mode::Strict));
    assert_eq!(plain(&one("chk").track_scripts), [("chk", -20)]);
    assert_eq!(plain(&one("chk weight 30").track_scripts), [("chk", 30)]);
    assert_eq!(plain(&one("chk weight 0").track_scripts), [("chk", 0)]);
    assert_eq!(plain(&one("chk weight 254").track_scripts), [("chk", 253)]);
    let text = with(SCRIPT, "track_script {\nchk weight 300\n}");
    assert_eq!(
        plain(&only(swallowed(&text, &["`weight` takes a number from -254 to 254"])).track_scripts),
        [("chk", -20)]
    );
    refused_always(
        &with(SCRIPT, "track_script {\nchk weight 10 reverse\n}"),
        &["`reverse` is not supported"],
    );
    swallowed(&with(SCRIPT, "track_script {\nchk weight\n}"), &["`weight` has no number"]);
    swallowed(&with(SCRIPT, "track_script {\nchk chk2\n}"), &["no option `chk2`"]);
    assert_eq!(
        plain(
            &only(warned(&with(SCRIPT, "track_script {\nchk\nchk weight 3\n}"), &["tracked twice"]))
                .track_scripts
        ),
        [("chk", -20)]
    );
}

#[test]
fn what_is_not_defined_before_is_not_tracked() {
    let text = with(SCRIPT, "track_script {\nchk_nginx\n}");
    assert!(only(swallowed(&text, &["there is no vrrp_script `chk_nginx`"])).track_scripts.is_empty());
    let text = format!("{}{SCRIPT}", instance("track_script {\nchk\n}"));
    assert!(
        only(swallowed(&text, &["vrrp_script `chk` is defined later", "line 12"])).track_scripts.is_empty()
    );
    assert_eq!(plain(&only(taken(&text, Mode::Fix)).track_scripts), [("chk", -20)]);
}

#[test]
fn programs() {
    let script = |line: &str| with(&format!("vrrp_script chk {{\n{line}\n}}\n"), "track_script {\nchk\n}");
    let command = |text: &str, mode| taken(text, mode).vrrp.scripts[0].command.clone();
    let named = script("script \"killall -0 haproxy\"");
    let told = told(&named, Mode::Strict);
    assert!(told.contains(": `killall` has no full path") && !told.contains("warning"), "{told}");
    assert_eq!(command(&named, Mode::Strict), ["/usr/bin/env", "killall", "-0", "haproxy"]);
    let outside = script("script /etc/chk.sh 80 tcp");
    swallowed(&outside, &["arguments outside the quotes"]);
    assert_eq!(command(&outside, Mode::Lenient), ["/etc/chk.sh"]);
    assert_eq!(command(&outside, Mode::Fix), ["/etc/chk.sh", "80", "tcp"]);
    let bash = script("script \"</dev/tcp/127.0.0.1/80\"");
    warned(&bash, &["is run by /bin/bash", "`/usr/bin/nc -z 127.0.0.1 80`"]);
    assert_eq!(command(&bash, Mode::Strict), ["/bin/bash", "-c", "</dev/tcp/127.0.0.1/80"]);
    let pipe = script("script \"/usr/bin/curl -s 127.0.0.1 | grep -q ok\"");
    swallowed(&pipe, &["no shell is asked: `|` is an argument"]);
    assert_eq!(command(&pipe, Mode::Lenient), ["/usr/bin/curl", "-s", "127.0.0.1", "|", "grep", "-q", "ok"]);
    assert_eq!(command(&pipe, Mode::Fix), ["/bin/sh", "-c", "/usr/bin/curl -s 127.0.0.1 | grep -q ok"]);
    for shell in ["\"$(which true)\"", "\"scripts/chk.sh\"", "\"\""] {
        let text = script(&format!("script {shell}"));
        assert!(only(swallowed(&text, &["no full path"])).track_scripts.is_empty(), "{shell}");
    }
    let none = script("interval 2");
    assert!(only(swallowed(&none, &["this vrrp_script has no `script`"])).track_scripts.is_empty());
}

#[test]
fn a_second_script_of_a_name_is_left_away() {
    let text =
        with(&format!("{SCRIPT}vrrp_script chk {{\nscript /usr/bin/false\n}}\n"), "track_script {\nchk\n}");
    assert_eq!(
        swallowed(&text, &["two vrrp_script are named `chk`"]).vrrp.scripts[0].command,
        ["/usr/bin/true"]
    );
}

#[test]
fn files() {
    let file = |keyword: &str, lines: &str| format!("{keyword} f {{\nfile /run/weight\n{lines}\n}}\n");
    for keyword in ["track_file", "vrrp_track_file"] {
        let config = taken(&with(&file(keyword, ""), "track_file {\nf\n}"), Mode::Strict);
        assert_eq!(config.vrrp.files[0].path, "/run/weight");
        assert_eq!(plain(&config.vrrp.routers[0].track_files), [("f", 1)]);
    }
    let one = |lines: &str, entry: &str| {
        only(taken(&with(&file("track_file", lines), &format!("track_file {{\n{entry}\n}}")), Mode::Strict))
    };
    assert_eq!(plain(&one("weight 5", "f").track_files), [("f", 5)]);
    assert_eq!(plain(&one("weight 5", "f weight 0").track_files), [("f", 0)]);
    assert_eq!(plain(&one("weight 5 reverse", "f").track_files), [("f", -5)]);
    assert_eq!(plain(&one("weight 5", "f weight 7 reverse").track_files), [("f", -7)]);
    refused_always(&with("track_file f {\nfile run/weight\n}\n", "track_file {\nf\n}"), &["no full path"]);
    assert!(
        only(swallowed(&with("track_file f {\nweight 2\n}\n", "track_file {\nf\n}"), &["no `file`"]))
            .track_files
            .is_empty()
    );
}

#[test]
fn processes() {
    let process =
        |lines: &str| with(&format!("vrrp_track_process p {{\n{lines}\n}}\n"), "track_process {\np\n}");
    let config = taken(&process("process nginx\nquorum 2\nweight 10"), Mode::Strict);
    assert_eq!((config.vrrp.processes[0].process.as_str(), config.vrrp.processes[0].minimum), ("nginx", 2));
    assert_eq!(plain(&config.vrrp.routers[0].track_processes), [("p", 10)]);
    assert_eq!(plain(&only(taken(&process("process nginx"), Mode::Strict)).track_processes), [("p", 0)]);
    let path =
        warned(&process("process /usr/sbin/a_long_name_of_a_program"), &["taken as `a_long_name_of_`"]);
    assert_eq!(path.vrrp.processes[0].process, "a_long_name_of_");
    refused_always(&process("process nginx -g x"), &["parameters"]);
    for line in ["full_command", "param_match partial", "quorum_max 3"] {
        let word = line.split(' ').next().unwrap();
        refused_always(&process(&format!("process nginx\n{line}")), &[&format!("`{word}` is not supported")]);
    }
    warned(&process("process nginx\ndelay 2"), &["`delay` has no effect"]);
}

#[test]
fn interfaces() {
    let router = only(taken(&instance("track_interface {\neth1\neth2 weight -10\n}"), Mode::Strict));
    assert_eq!(plain(&router.track_interfaces), [("eth1", 0), ("eth2", -10)]);
    refused(&instance("track_interface {\na/b\n}"), &["`a/b`"]);
}

#[test]
fn what_has_a_weight_is_not_tracked_by_an_owner() {
    let text = with(SCRIPT, "priority 255\ntrack_script {\nchk\n}\ntrack_interface {\neth1 weight 3\n}");
    let router = only(warned(&text, &["`eth1` and 1 more are not tracked"]));
    assert!(router.track_scripts.is_empty() && router.track_interfaces.is_empty());
}
