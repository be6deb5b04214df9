//! `agent.toml`: what must run, what the host may carry, drains and TLS.

mod common;

use std::time::Duration;

use common::{agent_refused, agent_taken, agent_warned};
use host::Need;
use lvs_config::agent::{self, HealthTls, WeightConfig, WeightScript, WeightSource};

const VIP: &str = "[[vip]]\naddress = \"192.0.2.1\"\n";

fn needs(lines: &str) -> Vec<Need> {
    agent_taken(&format!("{VIP}{lines}")).vips.remove(0).needs
}

fn weight(lines: &str) -> Option<WeightConfig> {
    agent_taken(&format!("{VIP}[weight]\n{lines}")).weight
}

/// What is said about a `[weight]` whose lines begin at line 4.
fn no_weight(lines: &str) -> String {
    agent_refused(&format!("{VIP}[weight]\n{lines}"))
}

fn unit(name: &str) -> Need {
    Need::Unit(name.to_owned())
}

fn process(name: &str) -> Need {
    Need::Process(name.to_owned())
}

#[test]
fn nothing_said() {
    let config = agent_taken(VIP);
    assert_eq!(
        (config.drain_deadline, config.weight, config.health_tls),
        (Duration::from_secs(60), None, None)
    );
    assert!(config.vips[0].needs.is_empty());
}

#[test]
fn units_and_processes() {
    assert_eq!(needs("unit = \"nginx.service\""), [unit("nginx.service")]);
    assert_eq!(needs("process = \"nginx\""), [process("nginx")]);
    // units come first, each in the order of the file
    let all = needs("process = [\"b\", \"a\"]\nunit = [\"z.service\", \"app@1.service\", \"run-1.scope\"]");
    let wanted = [unit("z.service"), unit("app@1.service"), unit("run-1.scope"), process("b"), process("a")];
    assert_eq!(all, wanted);
    assert_eq!(needs("process = []\nunit = []"), []);
}

/// As `systemctl` has it; a version is no type.
#[test]
fn a_unit_without_a_type_is_a_service() {
    assert_eq!(
        needs("unit = [\"nginx\", \"php8.2-fpm\"]"),
        [unit("nginx.service"), unit("php8.2-fpm.service")]
    );
    insta::assert_snapshot!(agent_refused(&format!("{VIP}unit = [\"nginx\", \"nginx.service\"]")), @r#"3:18 error: the unit nginx.service is listed twice / leave one of the two"#);
}

#[test]
fn units_that_are_none() {
    let long = "x".repeat(248);
    insta::assert_snapshot!(agent_refused(&format!(
        "{VIP}unit = [\"\", \"a b\", \"/etc/nginx\", \"nginx.socket\", \"web.slice\", \"app@.service\", 7, \"{long}\"]"
    )), @r#"
    3:9 error: the unit "" is empty / write a name such as "nginx.service"
    3:13 error: the unit "a b" is no name of a unit / write it as `systemctl` shows it, such as "nginx.service"
    3:20 error: the unit "/etc/nginx" is no name of a unit / write it as `systemctl` shows it, such as "nginx.service"
    3:34 error: the unit "nginx.socket" has no process of its own / write the service: "nginx.service"
    3:50 error: the unit "web.slice" has no process of its own / write the service: "web.service"
    3:63 error: the unit "app@.service" is a template / write an instance of it: "app@1.service"
    3:79 error: `unit` takes a string, not a number [this is a number] / write `unit = "nginx.service"`
    3:82 error: the unit "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is too long / write 255 bytes at most
    "#);
    insta::assert_snapshot!(agent_refused(&format!("{VIP}unit = true")), @r#"3:8 error: `unit` takes a string, not true or false [this is true or false] / write `unit = "nginx.service"`"#);
    assert_eq!(needs(&format!("unit = \"{}\"", "x".repeat(247)))[0].to_string().len(), 5 + 247 + 8);
}

#[test]
fn processes_that_are_none() {
    insta::assert_snapshot!(agent_refused(&format!(
        "{VIP}process = [\"\", \"/usr/sbin/nginx\", \"a\\nb\", \"x\", \"x\", {{ name = \"x\" }}]"
    )), @r#"
    3:12 error: `process` is no name of a process / write what /proc/PID/comm has, such as "nginx"
    3:16 error: `process` is a path / write the name alone: "nginx"
    3:35 error: `process` is no name of a process / write what /proc/PID/comm has, such as "nginx"
    3:48 error: the process x is listed twice / leave one of the two
    3:53 error: `process` takes a string, not a table [this is a table] / write `process = "nginx"`
    "#);
}

/// What the kernel keeps of a name is what is looked for.
#[test]
fn a_process_with_a_long_name() {
    let text = format!("{VIP}process = \"systemd-resolved\"");
    insta::assert_snapshot!(agent_warned(&text), @r#"3:11 warning: `process` is longer than 15 bytes [the kernel keeps no more of a process's name] / write what /proc/PID/comm has: "systemd-resolve""#);
    let vip = agent::parse(&text).unwrap().0.vips.remove(0);
    assert_eq!(vip.needs, [process("systemd-resolve")]);
    assert_eq!(needs("process = \"systemd-resolve\""), vip.needs);
}

#[test]
fn keys_of_the_plural() {
    insta::assert_snapshot!(agent_refused(&format!("{VIP}units = [\"nginx\"]\nprocesses = [\"nginx\"]\nweight = 1")), @r#"
    3:1 error: [[vip]] has no key `units` [not known] / write `unit = ["nginx.service", "php-fpm.service"]`
    4:1 error: [[vip]] has no key `processes` [not known] / write `process = ["nginx", "php-fpm"]`
    5:1 error: [[vip]] has no key `weight` [not known] / the host has one weight: write a [weight] section
    "#);
    insta::assert_snapshot!(agent_refused(&format!("unit = \"nginx\"\ntls = true\ndeadline = \"1m\"\n{VIP}[agents]\nport = 1")), @r#"
    1:1 error: agent.toml has no key `unit` [not known] / write `unit` in a [[vip]] section
    2:1 error: agent.toml has no key `tls` [not known] / write `tls` in [health]
    3:1 error: agent.toml has no key `deadline` [not known] / write `deadline` in [drain]
    6:2 error: agent.toml has no key `agents` [not known] / [agents] belongs to the director's director.toml
    "#);
}

#[test]
fn how_long_a_drain_may_take() {
    let deadline = |text: &str| agent_taken(&format!("{VIP}[drain]\ndeadline = \"{text}\"")).drain_deadline;
    assert_eq!((deadline("0s"), deadline("1d")), (Duration::ZERO, Duration::from_secs(86_400)));
    insta::assert_snapshot!(agent_refused(&format!("{VIP}[drain]\ndeadline = \"2d\"\ntimeout = \"1s\"")), @r#"
    4:12 error: `deadline` is out of range [not in 0s to 1d] / write a duration from "0s" to "1d"
    5:1 error: [drain] has no key `timeout` [not known] / write `deadline`
    "#);
    insta::assert_snapshot!(agent_refused(&format!("{VIP}[drain]\ndeadline = 60")), @r#"4:12 error: `deadline` takes a duration with its unit, not a number [this is a number] / write "60s" for seconds, "60ms" for milliseconds"#);
}

#[test]
fn tls_of_the_network_side() {
    let text = |tls: &str| {
        format!("[health]\nlisten = [\"127.0.0.1:9781\", \"192.0.2.8:9781\"]\ntls = {tls}\n{VIP}")
    };
    let own = HealthTls { certificate: "/a.pem".to_owned(), key: "/a.key".to_owned(), clients: None };
    let read = |tls: &str| agent_taken(&text(tls)).health_tls.unwrap();
    assert_eq!(read("{ certificate = \"/a.pem\", key = \"/a.key\" }"), own);
    let both = HealthTls { clients: Some("/ca.pem".to_owned()), ..own };
    assert_eq!(read("{ certificate = \"/a.pem\", key = \"/a.key\", clients = \"/ca.pem\" }"), both);
    insta::assert_snapshot!(agent_refused(&text("{}")), @r#"
    3:7 error: `tls` has no `certificate` [`certificate` is missing] / write the file of this agent's certificate: `certificate = "/path/agent.pem"`
    3:7 error: `tls` has no `key` [`key` is missing] / write the file of its private key: `key = "/path/agent.key"`
    "#);
    insta::assert_snapshot!(agent_refused(&text("{ certificate = \"a.pem\", key = \"/keys/\", clients = 1, ca = \"/ca.pem\" }")), @r#"
    3:23 error: "a.pem" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    3:38 error: "/keys/" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    3:58 error: `clients` takes a string, not a number [this is a number] / write `"/path"`
    3:61 error: `tls` has no key `ca` [not known] / write `clients`: who vouches for those who may read
    "#);
    insta::assert_snapshot!(agent_refused(&text("\"/a.pem\"")), @r#"3:7 error: `tls` takes a table, not a string [this is a string] / write `{ key = value }`, or a section of its own"#);
}

#[test]
fn tls_that_nobody_has() {
    let tls = "tls = { certificate = \"/a.pem\", key = \"/a.key\" }";
    insta::assert_snapshot!(agent_warned(&format!("[health]\n{tls}\n{VIP}")), @r#"2:1 warning: `tls` without an address that has it [loopback is always plain] / add this host's own address to `listen`, or leave `tls` away"#);
    insta::assert_snapshot!(agent_warned(&format!("[health]\nlisten = [\"[::1]:9781\"]\n{tls}\n{VIP}")), @r#"3:1 warning: `tls` without an address that has it [loopback is always plain] / add this host's own address to `listen`, or leave `tls` away"#);
}

#[test]
fn a_weight_of_each_type() {
    let usual = WeightConfig {
        source: WeightSource::Load { full: 100 },
        least: 1,
        most: 100,
        smooth: Duration::from_secs(10),
        interval: Duration::from_secs(5),
    };
    assert_eq!(weight("type = \"load\""), Some(usual.clone()));
    let file = WeightSource::File("/run/weight".to_owned());
    assert_eq!(
        weight("type = \"file\"\npath = \"/run/weight\""),
        Some(WeightConfig { source: file, ..usual.clone() })
    );
    let script =
        WeightScript { command: vec!["/bin/w".to_owned()], timeout: Duration::from_secs(3), user: None };
    let source = WeightSource::Script(script);
    assert_eq!(weight("type = \"script\"\ncommand = \"/bin/w\""), Some(WeightConfig { source, ..usual }));
}

/// Nothing bounds it: whoever writes 0 means 0.
#[test]
fn a_fixed_weight_is_what_it_says() {
    for percent in [0, 50, 100] {
        let read = weight(&format!("type = \"fixed\"\npercent = {percent}")).unwrap();
        assert_eq!(read.source, WeightSource::Fixed(percent));
        assert_eq!((read.least, read.most, read.smooth), (0, 100, Duration::ZERO));
    }
}

#[test]
fn a_weight_with_every_key() {
    let read = weight(
        "type = \"script\"\ncommand = [\"/bin/w\", \"a b\"]\ntimeout = \"100ms\"\nuser = \"nobody\"\nleast = 0\nmost = 60\n\
         smooth = \"0s\"\ninterval = \"1h\"",
    );
    let script = WeightScript {
        command: vec!["/bin/w".to_owned(), "a b".to_owned()],
        timeout: Duration::from_millis(100),
        user: Some("nobody".to_owned()),
    };
    let wanted = WeightConfig {
        source: WeightSource::Script(script),
        least: 0,
        most: 60,
        smooth: Duration::ZERO,
        interval: Duration::from_secs(3_600),
    };
    assert_eq!(read, Some(wanted));
}

#[test]
fn weights_without_a_type() {
    insta::assert_snapshot!(no_weight("percent = 50"), @r#"3:1 error: [weight] has no `type` [`type` is missing] / write where it comes from: `type = "fixed"`, "file", "script" or "load""#);
    insta::assert_snapshot!(no_weight("type = \"cpu\""), @r#"4:8 error: `type` has no value "cpu" [not known] / there are fixed, file, script and load"#);
    insta::assert_snapshot!(agent_refused(&format!("weight = 50\n{VIP}")), @r#"1:10 error: `weight` takes a table, not a number [this is a number] / write a [weight] section with `type = "fixed"` and `percent`"#);
    insta::assert_snapshot!(agent_refused(&format!("weight = \"load\"\n{VIP}")), @r#"1:10 error: `weight` takes a table, not a string [this is a string] / write a [weight] section"#);
    insta::assert_snapshot!(agent_refused(&format!("{VIP}[[weight]]\ntype = \"load\"")), @r#"3:1 error: `weight` takes a table, not a list [this is a list] / write a [weight] section"#);
}

#[test]
fn weights_that_lack_something() {
    insta::assert_snapshot!(no_weight("type = \"fixed\""), @r#"3:1 error: a fixed weight has no `percent` [`percent` is missing] / write `percent = 50`"#);
    insta::assert_snapshot!(no_weight("type = \"file\""), @r#"3:1 error: a weight from a file has no `path` [`path` is missing] / write the full path of the file: `path = "/run/weight"`"#);
    insta::assert_snapshot!(no_weight("type = \"script\""), @r#"3:1 error: a weight from a script has no `command` [`command` is missing] / write `command = "/path"`, or a list with its arguments"#);
}

#[test]
fn weights_with_the_keys_of_others() {
    insta::assert_snapshot!(no_weight("type = \"fixed\"\npercent = 50\nleast = 1\nsmooth = \"1s\"\nfull = 1"), @r#"
    6:1 error: a fixed weight has no key `least` [not known] / leave it away: a fixed weight is `percent`
    7:1 error: a fixed weight has no key `smooth` [not known] / leave it away: a fixed weight does not change
    8:1 error: a fixed weight has no key `full` [not known] / `full` is for type "load"
    "#);
    insta::assert_snapshot!(no_weight("type = \"load\"\npercent = 50\npath = \"/run/w\"\ncommand = \"/bin/w\"\nmin = 1"), @r#"
    5:1 error: a weight from the load has no key `percent` [not known] / `percent` is for type "fixed"
    6:1 error: a weight from the load has no key `path` [not known] / `path` is for type "file"
    7:1 error: a weight from the load has no key `command` [not known] / `command` is for type "script"
    8:1 error: a weight from the load has no key `min` [not known] / write `least`
    "#);
    insta::assert_snapshot!(no_weight("type = \"file\"\npath = \"/run/w\"\nuser = \"nobody\"\ntimeout = \"1s\"\nleats = 1"), @r#"
    6:1 error: a weight from a file has no key `user` [not known] / `user` is for type "script"
    7:1 error: a weight from a file has no key `timeout` [not known] / `timeout` is for type "script"
    8:1 error: a weight from a file has no key `leats` [not known] / did you mean `least`?
    "#);
}

#[test]
fn weights_out_of_range() {
    insta::assert_snapshot!(no_weight("type = \"fixed\"\npercent = 101"), @r#"5:11 error: `percent` is out of range [not in 0 to 100] / write a number from 0 to 100"#);
    insta::assert_snapshot!(no_weight("type = \"load\"\nfull = 0\nleast = 101\nmost = 0\nsmooth = \"2h\"\ninterval = \"500ms\""), @r#"
    5:8 error: `full` is out of range [not in 1 to 10000] / write a number from 1 to 10000
    6:9 error: `least` is out of range [not in 0 to 100] / write a number from 0 to 100
    7:8 error: `most` is out of range [not in 1 to 100] / write a number from 1 to 100
    8:10 error: `smooth` is out of range [not in 0s to 1h] / write a duration from "0s" to "1h"
    9:12 error: `interval` is out of range [not in 1s to 1h] / write a duration from "1s" to "1h"
    "#);
    insta::assert_snapshot!(no_weight("type = \"load\"\nfull = 1.5\nleast = 50\nmost = 40"), @r#"
    5:8 error: `full` takes a whole number of hundredths, not a number with a fraction [this is a number with a fraction] / write 100 for one runnable process on each processor, 150 for one and a half
    6:9 error: `least` 50 is above `most`, 40 / write a `least` of 40 or less
    "#);
    insta::assert_snapshot!(no_weight("type = \"script\"\ncommand = \"w.sh now\"\ntimeout = \"2m\"\nuser = \"\""), @r#"
    5:11 error: `command` is the path of a program, without arguments [there is a space in it] / write a list: ["w.sh", "now"]
    6:11 error: `timeout` is out of range [not in 100ms to 1m] / write a duration from "100ms" to "1m"
    7:8 error: `user` is empty / write 1 to 64 characters, such as "web"
    "#);
    insta::assert_snapshot!(no_weight("type = \"file\"\npath = \"run/weight\""), @r#"5:8 error: "run/weight" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name""#);
}

#[test]
fn printed_with_every_default() {
    let text = |weight: &str| {
        format!(
            "[health]\nlisten = [\"192.0.2.8:9781\"]\ntls = {{ certificate = \"/a.pem\", key = \"/a.key\", clients = \"/ca.pem\" }}\n\
             [weight]\n{weight}\n{VIP}unit = \"nginx\"\nprocess = [\"nginx\"]\n"
        )
    };
    insta::assert_snapshot!(agent_taken(&text("type = \"load\"")).to_toml(), @r#"
    [health]
    listen = ["192.0.2.8:9781"]
    tls = { certificate = "/a.pem", key = "/a.key", clients = "/ca.pem" }

    [watch]
    interval = "500ms"

    [drain]
    deadline = "1m"

    [weight]
    type = "load"
    full = 100
    least = 1
    most = 100
    smooth = "10s"
    interval = "5s"

    [[vip]]
    address = "192.0.2.1"
    device = "lo"
    # label: the first free number of the device
    scope = "host"
    services = []
    unit = ["nginx.service"]
    process = ["nginx"]
    "#);
    let other = |weight: &str| {
        let printed = agent_taken(&text(weight)).to_toml();
        let (_, section) = printed.split_once("[weight]\n").unwrap();
        section.split("\n\n").next().unwrap().to_owned()
    };
    insta::assert_snapshot!(other("type = \"script\"\ncommand = \"/bin/w\""), @r#"
    type = "script"
    command = ["/bin/w"]
    timeout = "3s"
    # user: the agent's
    least = 1
    most = 100
    smooth = "10s"
    interval = "5s"
    "#);
    insta::assert_snapshot!(other("type = \"file\"\npath = \"/run/w\""), @r#"
    type = "file"
    path = "/run/w"
    least = 1
    most = 100
    smooth = "10s"
    interval = "5s"
    "#);
    insta::assert_snapshot!(other("type = \"fixed\"\npercent = 50"), @r#"
    type = "fixed"
    percent = 50
    "#);
}
