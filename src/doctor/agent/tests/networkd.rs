//! systemd-networkd and lo.

use super::*;

const ID: &str = "networkd-lo";

fn runs_networkd() -> Host {
    let mut host = Host::prepared();
    host.process(80, "systemd-network", &["/lib/systemd/systemd-networkd"]);
    host
}

#[test]
fn files_of_networkd_that_take_lo() {
    for (text, takes) in [
        ("[Match]\nName=eth0\n[Network]\nDHCP=yes\n", false),
        ("[Match]\nName=*\n[Network]\nDHCP=yes\n", true),
        ("[Match]\nName=eth* l?\n[Network]\nDHCP=yes\n", true),
        ("[Match]\nName=lo\n[Network]\nAddress=10.0.0.1/32\n", true),
        ("[Match]\nName=lo\n[Network]\nKeepConfiguration=yes\n", false),
        ("[Match]\nName=lo\n[Network]\nKeepConfiguration=yes\nKeepConfiguration=no\n", true),
        ("[Match]\nName=lo\n[Link]\nUnmanaged=yes\n", false),
        ("[Match]\nType=ether\n[Network]\n", false),
        ("[Match]\nDriver=virtio_net\n", false),
        ("[Match]\nName=!lo\n", false),
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
        host.file(&alloc::format!("{directory}/systemd/network/10-lo.network"), "[Match]\nName=lo\n");
        let expected = [
            "mkdir -p /etc/systemd/network/10-lo.network.d",
            "printf '[Network]\\nKeepConfiguration=yes\\n' >/etc/systemd/network/10-lo.network.d/lvs-rs-agent.conf",
            "networkctl reload",
        ];
        assert_eq!(expected.as_slice(), host.wrong(ID).2);
        host.file(
            "/etc/systemd/network/10-lo.network.d/lvs-rs-agent.conf",
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
    host.hidden("/run/systemd/network/10-netplan-lo.network");
    assert!(host.is_unknown(ID));
}

#[test]
fn without_networkd_its_files_do_not_matter() {
    let mut host = Host::prepared();
    host.file("/etc/systemd/network/10-x.network", "[Match]\nName=*\n");
    assert!(host.is_not_applicable(ID));
    host.facts.units =
        Seen::Known(BTreeMap::from([("systemd-networkd.service".to_owned(), unit("inactive", "enabled"))]));
    host.wrong(ID);
}
