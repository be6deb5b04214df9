//! systemd-networkd and devices of VIPs.

use super::*;

const ID: &str = "networkd-vip";

/// With a VIP on a dummy.
fn prepared() -> Host {
    Host::with_config(
        "[[vip]]\naddress = \"192.168.100.240\"\n[[vip]]\naddress = \"192.168.100.241\"\ndevice = \"lvs0\"\n",
    )
}

fn runs_networkd() -> Host {
    let mut host = prepared();
    host.process(80, "systemd-network", &["/lib/systemd/systemd-networkd"]);
    host
}

#[test]
fn files_of_networkd_that_take_a_dummy() {
    for (text, takes) in [
        ("[Match]\nName=eth0\n[Network]\nDHCP=yes\n", false),
        ("[Match]\nName=*\n[Network]\nDHCP=yes\n", true),
        ("[Match]\nName=eth* lvs?\n[Network]\nDHCP=yes\n", true),
        ("[Match]\nName=lvs0\n[Network]\nAddress=10.0.0.1/32\n", true),
        ("[Match]\nName=lvs0\n[Network]\nKeepConfiguration=yes\n", false),
        ("[Match]\nName=lvs0\n[Network]\nKeepConfiguration=yes\nKeepConfiguration=no\n", true),
        ("[Match]\nName=lvs0\n[Link]\nUnmanaged=yes\n", false),
        ("[Match]\nType=ether\n[Network]\n", true),
        ("[Match]\nType=wlan\n[Network]\n", false),
        ("[Match]\nKind=!dummy\nName=*\n[Network]\n", false),
        ("[Match]\nDriver=virtio_net\n", false),
        ("[Match]\nName=!lvs*\n", false),
        ("[Match]\nVirtualization=yes\n", true),
        ("[Network]\nDHCP=yes\n", true),
        ("", false),
    ] {
        let mut host = runs_networkd();
        host.file("/etc/systemd/network/10-x.network", text);
        assert_eq!(!takes, host.is_fine(ID), "{text}");
    }
}

/// Files of others stay as they are, and those of `/run` would come back at the next boot.
#[test]
fn the_cure_is_a_drop_in() {
    for directory in ["/etc", "/run", "/usr/lib"] {
        let mut host = runs_networkd();
        host.file(&alloc::format!("{directory}/systemd/network/10-x.network"), "[Match]\nName=lvs0\n");
        let expected = [
            "mkdir -p /etc/systemd/network/10-x.network.d",
            "printf '[Network]\\nKeepConfiguration=yes\\n' >/etc/systemd/network/10-x.network.d/lvs-rs-agent.conf",
            "networkctl reload",
        ];
        assert_eq!(expected.as_slice(), host.wrong(ID).2);
        host.file(
            "/etc/systemd/network/10-x.network.d/lvs-rs-agent.conf",
            "[Network]\nKeepConfiguration=yes\n",
        );
        assert!(host.is_fine(ID), "after its cure");
    }
}

#[test]
fn a_file_hides_others_of_its_name() {
    let mut host = runs_networkd();
    host.file("/usr/lib/systemd/network/80-x.network", "[Match]\nName=*\n");
    host.wrong(ID);
    host.file("/etc/systemd/network/80-x.network", "");
    assert!(host.is_fine(ID));
    host.hidden("/run/systemd/network/10-netplan-x.network");
    assert!(host.is_unknown(ID));
}

#[test]
fn without_networkd_its_files_do_not_matter() {
    let mut host = prepared();
    host.file("/etc/systemd/network/10-x.network", "[Match]\nName=*\n");
    assert!(host.is_not_applicable(ID));
    host.facts.units =
        Seen::Known(BTreeMap::from([("systemd-networkd.service".to_owned(), unit("inactive", "enabled"))]));
    host.wrong(ID);
}

/// As docs/coexistence.md has it: one file before the others.
#[test]
fn of_files_for_one_interface_the_first_counts() {
    let mut host = runs_networkd();
    host.file("/etc/systemd/network/20-all.network", "[Match]\nName=*\n");
    host.wrong(ID);
    host.file("/etc/systemd/network/05-lvs.network", "[Match]\nName=lo lvs*\n[Link]\nUnmanaged=yes\n");
    assert!(host.is_fine(ID));
}

#[test]
fn what_others_have_put_on_lo_stays() {
    let mut host = runs_networkd();
    host.own = own(TOML);
    host.file("/etc/systemd/network/20-all.network", "[Match]\nName=*\n");
    assert!(host.is_fine(ID));
}
