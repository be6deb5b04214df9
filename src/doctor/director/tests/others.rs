use super::*;
use crate::File;

fn with_unit(host: &mut Host, name: &str, active: &str, enabled: &str) {
    let Seen::Known(units) = &mut host.host.units else { panic!("no units") };
    units.insert(name.to_owned(), unit(active, enabled));
}

#[test]
fn a_keepalived_that_runs_is_stopped_as_it_was_started() {
    let mut host = prepared();
    host.fine("keepalived");
    host.host.processes =
        Seen::Known(vec![process(41, &["/usr/sbin/keepalived"]), process(42, &["/usr/sbin/keepalived"])]);
    assert!(host.wrong("keepalived").contains("kill 41 42"));
    with_unit(&mut host, "keepalived.service", "active", "enabled");
    assert!(host.wrong("keepalived").contains("systemctl disable --now keepalived"));
}

#[test]
fn a_keepalived_that_starts_at_boot_is_told_also_where_systemd_does_not_run() {
    let mut host = prepared();
    with_unit(&mut host, "keepalived.service", "inactive", "enabled");
    assert!(host.wrong("keepalived").contains("starts at boot"));
    with_unit(&mut host, "keepalived.service", "inactive", "disabled");
    host.host.starts_at_boot = ["keepalived".to_owned()].into();
    host.fine("keepalived");
    host.host.units = Seen::default();
    assert!(host.wrong("keepalived").contains("starts at boot"));
}

#[test]
fn ldirectord_is_a_script() {
    let mut host = prepared();
    host.host.processes =
        Seen::Known(vec![process(43, &["/usr/bin/perl", "-w", "/usr/sbin/ldirectord", "start"])]);
    assert!(host.wrong("ldirectord").contains("kill 43"));
    host.host.processes = Seen::Known(vec![process(44, &["vi", "/etc/ha.d/ldirectord.cf"])]);
    host.fine("ldirectord");
}

#[test]
fn who_only_names_keepalived_is_not_keepalived() {
    let mut host = prepared();
    host.host.processes = Seen::Known(vec![
        process(50, &["/usr/bin/journalctl", "-u", "keepalived"]),
        process(51, &["vim", "/etc/keepalived/keepalived.conf"]),
        process(52, &["vim", "keepalived"]),
        process(53, &["sh", "/etc/init.d/keepalived", "status"]),
        process(54, &["perl", "-e", "print", "ldirectord"]),
    ]);
    host.fine("keepalived");
    host.fine("ldirectord");
}

#[test]
fn each_process_is_named_once() {
    let mut host = prepared();
    let mut child = process(61, &["/usr/bin/perl", "-w", "/usr/sbin/ldirectord", "start"]);
    child.name = "ldirectord tcp:".to_owned();
    host.host.processes = Seen::Known(vec![process(60, &["/usr/sbin/ldirectord", "start"]), child]);
    assert!(host.wrong("ldirectord").ends_with("kill 60 61"), "{}", host.wrong("ldirectord"));
}

#[test]
fn a_table_that_comes_back_at_boot_is_told() {
    let mut host = prepared();
    host.fine("ipvsadm-at-boot");
    with_unit(&mut host, "ipvsadm.service", "inactive", "enabled");
    assert!(host.wrong("ipvsadm-at-boot").contains("systemctl disable ipvsadm"));
    let defaults = |text: &str| File {
        path: "/etc/default/ipvsadm".to_owned(),
        text: Seen::Known(text.to_owned()),
        executable: false,
    };
    host.host.files = vec![defaults("AUTO=\"false\"\nDAEMON=\"none\"\n")];
    host.fine("ipvsadm-at-boot");
    host.host.files = vec![defaults("AUTO=\"true\"\n")];
    host.wrong("ipvsadm-at-boot");
    host.host.files = vec![defaults("DAEMON=\"master\"\n")];
    host.wrong("ipvsadm-at-boot");
}

#[test]
fn a_director_that_is_a_real_server_too_balances_on_the_master_alone() {
    let mut host = prepared();
    host.fine("real-server-too");
    host.host.processes = Seen::Known(vec![process(45, &["/usr/sbin/lvs-rs-agent", "run"])]);
    assert!(host.wrong("real-server-too").contains("ipvs_on = \"master\""));
    let Ok(config) = &mut host.own.config else { panic!("no configuration") };
    config.ipvs_on = config::director::IpvsOn::Master;
    host.fine("real-server-too");
}
