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

const OWN: &str = "[Match]\\nName=lvs0\\n[Link]\\nUnmanaged=yes\\n";

fn cure(own: &str) -> Vec<String> {
    [
        "mkdir -p /etc/systemd/network".to_owned(),
        alloc::format!("printf '{OWN}' >/etc/systemd/network/{own}"),
        "networkctl reload".to_owned(),
    ]
    .into()
}

/// Files of others stay as they are, those of `/run` would come back at the next boot, and what DHCP gives ends as it should.
#[test]
fn the_cure_is_a_file_of_its_own() {
    for directory in ["/etc", "/run", "/usr/lib"] {
        let mut host = runs_networkd();
        host.file(&alloc::format!("{directory}/systemd/network/10-x.network"), "[Match]\nName=*\n");
        assert_eq!(cure("00-lvs-rs-agent-lvs0.network"), host.wrong(ID).2);
        host.file("/etc/systemd/network/00-lvs-rs-agent-lvs0.network", &OWN.replace("\\n", "\n"));
        assert!(host.is_fine(ID), "after its cure");
    }
}

#[test]
fn the_cure_comes_before_the_file_that_takes_the_device() {
    let mut host = runs_networkd();
    host.file("/etc/systemd/network/00-all.network", "[Match]\nName=*\n");
    assert_eq!(cure("0-lvs-rs-agent-lvs0.network"), host.wrong(ID).2);
    host.file("/etc/systemd/network/0-all.network", "[Match]\nName=*\n");
    let cure = host.wrong(ID).2;
    assert_eq!(1, cure.len());
    assert!(cure[0].starts_with("# give 0-all.network a name that comes after "), "{cure:?}");
}

#[test]
fn an_address_that_somebody_has_given_the_device_is_not_lost() {
    let mut host = runs_networkd();
    let text = "[Match]\nName=lvs0\n[Network]\nAddress=10.0.0.1/32\nAddress=192.168.100.241/32\n";
    host.file("/etc/systemd/network/10-x.network", text);
    let cure = host.wrong(ID).2;
    assert!(cure[0].starts_with("# edit /etc/systemd/network/10-x.network, line 4: "), "{cure:?}");
    assert_eq!((4, true), (cure.len(), cure.iter().all(|line| line.starts_with('#'))), "{cure:?}");
}

/// Its preferred lifetime is over, so networkd takes it for one that somebody has given for a time.
#[test]
fn what_is_static_is_kept_but_for_ipv6() {
    let text = "[Match]\nName=lvs0\n[Network]\nKeepConfiguration=static\n";
    let mut host = runs_networkd();
    host.file("/etc/systemd/network/10-x.network", text);
    assert!(host.is_fine(ID));
    host.own = own("[[vip]]\naddress = \"2001:db8::241\"\ndevice = \"lvs0\"\n");
    host.wrong(ID);
}

#[test]
fn a_directory_that_cannot_be_listed() {
    let mut host = runs_networkd();
    host.hidden("/etc/systemd/network/");
    assert!(host.is_unknown(ID));
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
