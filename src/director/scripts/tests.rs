use config::director::{DirectorConfig, parse};

use std::path::Path;

use super::{Users, check};

const ROUTER: &str = "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]\n";

fn config(text: &str) -> DirectorConfig {
    parse(text).unwrap_or_else(|errors| panic!("{errors:?}")).0
}

/// What is wrong; what is named stands in the file.
fn wrong(text: &str) -> Vec<String> {
    let wrong = check(&config(text), Users::Unknown).into_iter();
    wrong.inspect(|one| assert!(text.contains(&one.named), "{one:?}")).map(|one| one.words).collect()
}

#[test]
fn what_is_run_for_routers_is_refused_with_who_names_it() {
    let text = format!(
        "[scripts]\nfifo = {{ path = \"/run/a\", reader = [\"/no/reader\", \"x\"] }}\nvrrp_fifo = \"/no/fifo\"\nlvs_fifo = \"/proc/version\"\n\
         {ROUTER}notify = {{ master = \"/no/master\", any = \"/bin/true\", stop = [\"/no/stop\", \"now\"] }}\ntrack_scripts = [\"chk\", \"good\"]\n\
         [[track_script]]\nname = \"chk\"\ncommand = \"/no/check\"\n\
         [[track_script]]\nname = \"good\"\ncommand = \"/bin/true\"\nuser = \"no-such-user\"\n"
    );
    assert_eq!(
        wrong(&text),
        [
            "[[track_script]] \"chk\": /no does not exist",
            "[[track_script]] \"good\": there is no user 'no-such-user'",
            "[[vrrp]] \"VI_1\": notify.master: /no does not exist",
            "[[vrrp]] \"VI_1\": notify.stop: /no does not exist",
            "[scripts] fifo: reader: /no does not exist",
            "[scripts] vrrp_fifo: /no/fifo cannot be made: its directory does not exist",
            "[scripts] lvs_fifo: /proc/version is there, but is no named pipe: remove it, or name another path",
        ]
    );
}

#[test]
fn what_is_run_for_services_and_servers_is_refused_with_who_names_it() {
    let text = "
[[service]]
name = \"web\"
address = \"192.0.2.1:80\"
notify = { quorum_up = \"/no/up\", quorum_down = \"/no/down\" }
check = { type = \"script\", command = [\"/no/check\", \"x\"] }
[[service.real]]
address = \"192.0.2.8\"
notify = { up = \"/no/server-up\", down = \"/bin/true\" }
[[service.real]]
address = \"192.0.2.9\"
check = { type = \"https\", path = \"/\", verify = \"/no/ca.pem\" }
";
    assert_eq!(
        wrong(text),
        [
            "[[service]] \"web\": notify.quorum_up: /no does not exist",
            "[[service]] \"web\": notify.quorum_down: /no does not exist",
            "[[service]] \"web\": real server 192.0.2.8:80: notify.up: /no does not exist",
            "[[service]] \"web\": real server 192.0.2.8:80: check script: /no does not exist",
            "[[service]] \"web\": real server 192.0.2.9:80: check https: verify: cannot read the certificate authorities in /no/ca.pem: No such file or directory (os error 2)",
        ]
    );
}

#[test]
fn each_server_that_names_it_is_told_of() {
    let real = |nth| format!("[[service.real]]\naddress = \"192.0.2.{nth}\"\n");
    let reals = (1..=200).map(real).collect::<Vec<_>>().concat();
    let check = "check = { type = \"script\", command = \"/no/check\" }";
    let text = format!("[[service]]\nname = \"web\"\naddress = \"198.51.100.1:80\"\n{check}\n{reals}");
    let wrong = wrong(&text);
    assert_eq!(wrong.len(), 200);
    assert_eq!(wrong[0], "[[service]] \"web\": real server 192.0.2.1:80: check script: /no does not exist");
}

#[test]
fn who_gets_mail_and_who_vouches_for_the_server_is_looked_at() {
    let mail =
        "[mail]\nto = [\"root@localhost\"]\nfrom = \"lvs@example.org\"\nserver = \"mail.example.org\"\n";
    let verify = "tls = \"starttls\"\nverify = \"/no/ca.pem\"\n";
    let reason =
        "cannot read the certificate authorities in /no/ca.pem: No such file or directory (os error 2)";
    assert_eq!(wrong(&format!("{mail}{verify}{ROUTER}")), [format!("[mail] verify: {reason}")]);
    assert_eq!(check(&config(&format!("{mail}{ROUTER}")), Users::Unknown), []);
    let mut unusual = config(&format!("{mail}{ROUTER}"));
    if let Some(mail) = &mut unusual.mail {
        mail.to.push("nobody at all".into());
    }
    let wrong: Vec<String> = check(&unusual, Users::Unknown).into_iter().map(|one| one.words).collect();
    assert_eq!(wrong, ["[mail] to: 'nobody at all' is no mail address"]);
}

#[test]
fn a_file_that_names_no_program_or_good_ones_is_taken() {
    let good = "[scripts]\nfifo = { path = \"/run/lvs-test-never-made\", reader = \"/bin/cat\" }\n";
    let notify = "notify = { any = \"/bin/true\" }\n";
    for text in [ROUTER.to_owned(), format!("{good}{ROUTER}{notify}")] {
        assert_eq!(check(&config(&text), Users::Unknown), []);
    }
}

#[test]
fn a_pipe_in_the_run_directory_waits_for_the_start_that_makes_it() {
    let said = |path: &str, users| {
        let wrong = check(&config(&format!("[scripts]\nfifo = \"{path}\"\n{ROUTER}")), users);
        wrong.into_iter().map(|one| one.words).next().unwrap_or_default()
    };
    let missing = |path: &str| format!("[scripts] fifo: {path} cannot be made: its directory does not exist");
    let starting = Users::Us { run_dir: Some(Path::new("/run/lvs-test-never-made")) };
    let started = Users::Us { run_dir: None };
    for pipe in ["/run/lvs-test-never-made/fifo", "/var/run/lvs-test-never-made/fifo"] {
        assert_eq!(said(pipe, starting), "");
        assert_eq!(said(pipe, started), missing(pipe));
        assert_eq!(said(pipe, Users::Unknown), missing(pipe));
    }
    for pipe in ["/run/lvs-test-never-made/deep/fifo", "/run/lvs-test-never-made/..", "/run/lvs-test-no/fifo"]
    {
        assert_eq!(said(pipe, starting), missing(pipe));
    }
    assert_eq!(said("/run/lvs-director/lvs-test-never-made", Users::Unknown), "");
}
