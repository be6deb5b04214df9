use super::*;

#[test]
fn scripts_that_start_at_boot() {
    let mut host = Host::prepared();
    host.file("/etc/init.d/realserver", "#!/bin/sh\n# lo:0\necho 1 >/proc/sys/net/ipv4/conf/lo/arp_ignore\n");
    assert!(host.is_fine("leftover-scripts"), "it does not start");
    host.facts.starts_at_boot.insert("realserver".to_owned());
    let (subject, what, cure) = host.wrong("leftover-scripts");
    assert_eq!("/etc/init.d/realserver", subject);
    assert!(what.starts_with("line 3 at boot"), "{what}");
    assert!(cure[0].starts_with("update-rc.d realserver disable"), "{cure:?}");
}

#[test]
fn units_that_call_the_script() {
    let mut host = Host::prepared();
    host.file(
        "/etc/systemd/system/rs.service",
        "[Service]\nExecStart=/usr/local/sbin/lvs_realserver.sh start\n",
    );
    host.file(
        "/etc/systemd/system/lvs-rs-agent.service",
        "[Service]\nExecStart=/usr/sbin/lvs-rs-agent run # arp_ignore\n",
    );
    host.facts.starts_at_boot.insert("rs.service".to_owned());
    host.facts.starts_at_boot.insert("lvs-rs-agent.service".to_owned());
    assert_eq!("systemctl disable rs.service", host.wrong("leftover-scripts").2[0]);
    assert_eq!(1, host.verdicts("leftover-scripts").len());
}

#[test]
fn rc_local_counts_if_it_may_run() {
    let mut host = Host::prepared();
    host.file(
        "/etc/rc.local",
        "#!/bin/sh\n/opt/lvs_realserver.sh start\nip addr add 192.168.100.240/32 dev lo\n",
    );
    assert!(host.is_fine("leftover-scripts"));
    host.facts.files[0].executable = true;
    assert_eq!(
        vec!["sed -i --follow-symlinks '2s/^/: # /;3s/^/: # /' /etc/rc.local"],
        host.wrong("leftover-scripts").2
    );
    host.facts.files.clear();
    assert!(host.is_fine("leftover-scripts"));
    host.hidden("/etc/cron.d/x");
    assert!(host.is_unknown("leftover-scripts"));
}

/// The script that many have copied: it does nothing else, in whatever words.
const FOLK: &str = r#"#!/bin/bash
# chkconfig: 2345 90 10
VIP=192.168.100.240
. /etc/rc.d/init.d/functions
up() { ifconfig lo:0 $VIP netmask 255.255.255.255 broadcast $VIP; }
case "$1" in
start)
    up
    /sbin/route add -host $VIP dev lo:0
    echo "1" >/proc/sys/net/ipv4/conf/lo/arp_ignore
    sysctl -p >/dev/null 2>&1
    echo "started" ;;
stop | halt)
    ifconfig lo:0 down
    route del $VIP >/dev/null 2>&1
    echo "0" >/proc/sys/net/ipv4/conf/lo/arp_ignore
    ;;
status)
    islothere=`/sbin/ifconfig lo:0 | grep $VIP`
    if [ ! "$islothere" ]; then
        echo "stopped"
    else
        echo "runs"
    fi
    ;;
*)
    echo "Usage: $0 {start|stop}"
    exit 1
esac
exit 0
"#;

fn cure_of_script(text: &str) -> Vec<String> {
    let mut host = Host::prepared();
    host.file("/etc/init.d/realserver", text);
    host.facts.starts_at_boot.insert("realserver".to_owned());
    host.wrong("leftover-scripts").2
}

#[test]
fn an_init_script_that_does_nothing_else_is_disabled() {
    let cure = cure_of_script(FOLK);
    assert!(cure[0].starts_with("update-rc.d realserver disable"), "{cure:?}");
}

#[test]
fn an_init_script_that_does_more_is_edited_by_hand() {
    for more in [
        "/opt/app",
        "start() { /opt/app; }",
        "function start { /opt/app; }",
        "case $2 in x) /opt/app;; esac",
        "reload) /opt/app ;;",
        "if /opt/app; then",
        "echo $(/opt/app)",
        "echo \"$(/opt/app)\"",
        "X=`/opt/app`",
        "X=1 /opt/app",
        "echo x >/etc/app",
        "echo x | /opt/app",
        "cat <<END",
        ". /opt/app",
        "sysctl -w net.ipv4.conf.lo.arp_ignore=1 net.ipv4.ip_forward=1",
        "ip addr add 10.9.9.9/32 dev lo",
        "ip addr add 192.168.100.240/32 dev lo && /opt/app",
    ] {
        let cure = cure_of_script(&alloc::format!("{FOLK}{more}\n"));
        let expected = "# edit /etc/init.d/realserver, line 5: take this out: ";
        assert!(cure[0].starts_with(expected) && cure.iter().all(|line| line.starts_with('#')), "{cure:?}");
    }
}

fn cure_of_unit(lines: &str) -> Vec<String> {
    let mut host = Host::prepared();
    host.file("/etc/systemd/system/nginx.service", &alloc::format!("[Service]\n{lines}\n"));
    host.facts.starts_at_boot.insert("nginx.service".to_owned());
    host.wrong("leftover-scripts").2
}

#[test]
fn a_unit_that_does_nothing_else_is_disabled() {
    for lines in [
        "ExecStart=-/sbin/ip addr add 192.168.100.240/32 dev lo\nExecStop=ip addr del 192.168.100.240/32 dev lo",
        "ExecStartPre=/opt/lvs_realserver.sh start\nExecStart=/bin/true",
        "ExecStart=/bin/sh -c 'VIP=192.168.100.240; ip addr add $VIP/32 dev lo || true'",
        "ExecStart=/bin/sh -c \"sysctl -w net.ipv4.conf.all.arp_ignore=1 >/dev/null 2>&1\"",
        "ExecStart=\nExecStart=/opt/lvs_realserver.sh start\nExecReload=/opt/lvs_realserver.sh restart",
    ] {
        assert_eq!("systemctl disable nginx.service", cure_of_unit(lines)[0], "{lines}");
    }
}

#[test]
fn a_unit_that_does_more_is_edited_by_hand() {
    const ADD: &str = "/sbin/ip addr add 192.168.100.240/32 dev lo";
    for lines in [
        alloc::format!("ExecStartPre=-{ADD}\nExecStart=/usr/sbin/nginx"),
        alloc::format!("ExecStart={ADD}\nExecStop=/opt/app --save"),
        alloc::format!("ExecStart={ADD} ; /opt/app"),
        alloc::format!("ExecStart=/bin/sh -c '{ADD} && exec /opt/app'"),
        alloc::format!("ExecStart=/bin/sh -c '{ADD}; \\\n/opt/app'"),
        alloc::format!("ExecStart={ADD}\n[Install]\nAlso=app.service"),
    ] {
        let cure = cure_of_unit(&lines);
        let expected = "# edit /etc/systemd/system/nginx.service, line 2: take this out: ";
        assert!(cure.len() == 1 && cure[0].starts_with(expected), "{lines}: {cure:?}");
    }
}

#[test]
fn a_job_that_does_more_is_edited_by_hand() {
    for line in [
        "@reboot root ip addr add 192.168.100.240/32 dev lo; /opt/app",
        "*/5 * * * * root /opt/app && ip addr add 192.168.100.240/32 dev lo",
        "*/5 * * * * root /opt/app || lvs_realserver.sh start",
        "@reboot root sh -c 'lvs_realserver.sh start & /opt/app'",
        "@reboot root ip addr add 192.168.100.240/32 dev `/opt/app`",
        "@reboot root sh -c 'lvs_realserver.sh start; sh'%/opt/app",
    ] {
        let mut host = Host::prepared();
        host.file("/etc/cron.d/x", &alloc::format!("{line}\n"));
        let cure = host.wrong("leftover-scripts").2;
        assert!(cure[0].starts_with("# edit /etc/cron.d/x, line 1: take this out: "), "{line}: {cure:?}");
    }
    let mut host = Host::prepared();
    let line =
        "0 4 * * 1 root [ -x /sbin/ip ] && ip addr add 192.168.100.240/32 dev lo >/dev/null 2>&1 || true";
    host.file("/etc/cron.d/x", line);
    assert_eq!(vec!["sed -i --follow-symlinks '1s/^/# /' /etc/cron.d/x"], host.wrong("leftover-scripts").2);
}

/// What is only a part of a command cannot be replaced by a line that does nothing.
#[test]
fn a_line_that_is_no_whole_command_is_edited_by_hand() {
    for (text, number) in [
        ("if true; then ip addr add 192.168.100.240/32 dev lo; fi\n", 1),
        ("ip addr add \\\n192.168.100.240/32 dev lo; ifconfig lo:0 up\n", 2),
        ("ip addr add 192.168.100.240/32 dev lo ||\n  exit 1\n", 1),
        ("ip addr add 192.168.100.240/32 dev lo; /opt/app\n", 1),
        ("/opt/app && ip addr add 192.168.100.240/32 dev lo\n", 1),
        ("/opt/app | tee /proc/sys/net/ipv4/conf/all/arp_ignore\n", 1),
        ("VIP=192.168.100.240; ip addr add $VIP/32 dev lo\n/opt/app $VIP\n", 1),
        ("ip addr add 192.168.100.240/32 dev lo; exit 0\n", 1),
        ("ip addr add 192.168.100.240/32 dev $(/opt/app)\n", 1),
        ("sysctl -w net.ipv4.conf.all.arp_ignore=1 <<'END'\nx\nEND\n", 1),
    ] {
        let mut host = Host::prepared();
        host.file("/etc/rc.local", text).executable = true;
        let cure = host.wrong("leftover-scripts").2;
        let expected = alloc::format!("# edit /etc/rc.local, line {number}: take this out: ");
        assert!(
            cure.iter().all(|line| line.starts_with('#')) && cure[0].starts_with(&expected),
            "{text}: {cure:?}"
        );
    }
}

#[test]
fn ways_to_do_the_agents_work() {
    for line in [
        "ifconfig lo:0 $VIP netmask 255.255.255.255 broadcast $VIP up",
        "/sbin/route add -host 192.168.100.240 dev lo:0",
        "ip a a 192.168.100.240/32 dev lo",
        "/usr/sbin/ip addr replace 192.168.100.240/32 dev lo label lo:0",
        "VIP=192.168.100.240; ip addr add $VIP/32 dev lo",
        "ifup lo:0",
        "ip route add 192.168.100.240/32 dev lo",
        "sysctl -w net.ipv4.conf.all.arp_announce=2",
        "echo '2' >/proc/sys/net/ipv4/conf/lo/arp_announce",
        "echo 1 | tee /proc/sys/net/ipv4/conf/{lo,all}/arp_ignore",
        "su - root -c '/usr/local/sbin/lvs_realserver.sh start'",
    ] {
        let mut host = Host::prepared();
        host.file("/etc/cron.d/x", &alloc::format!("@reboot root {line}\n"));
        let cure = host.wrong("leftover-scripts").2;
        assert_eq!(vec!["sed -i --follow-symlinks '1s/^/# /' /etc/cron.d/x"], cure, "{line}");
    }
}

#[test]
fn who_only_names_a_vip_is_no_leftover() {
    for line in [
        "curl -fsS http://192.168.100.240/health",
        "echo hello:0 >/var/log/x",
        "ping -c 1 192.168.100.240",
        "ip addr show dev lo | grep 192.168.100.240",
        "grep . /proc/sys/net/ipv4/conf/all/arp_ignore",
        "ip addr del 192.168.100.240/32 dev lo",
        "ifconfig lo:0 down",
        "ip route add 10.9.0.0/16 via 192.168.100.240",
        "/sbin/route add -net 10.9.0.0/16 gw 192.168.100.240",
        "ip neigh replace 192.168.100.240 lladdr 02:00:00:00:00:01 dev eth0",
        "ip addr add 10.9.9.9/32 dev lo",
    ] {
        let mut host = Host::prepared();
        host.file("/etc/cron.d/x", &alloc::format!("* * * * * root {line}\n"));
        assert!(host.is_fine("leftover-scripts"), "{line}");
    }
    let mut host = Host::prepared();
    let text = "[Unit]\nDescription=sets arp_ignore=1 > all\n[Service]\nEnvironment=VIP=192.168.100.240\n\
                ExecStart=/usr/bin/app --listen 192.168.100.240\nExecStop=ip addr add 192.168.100.240/32 dev lo\n";
    host.file("/etc/systemd/system/app.service", text);
    host.facts.starts_at_boot.insert("app.service".to_owned());
    assert!(host.is_fine("leftover-scripts"));
}
