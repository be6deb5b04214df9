//! Files of the operating system that give a VIP to this host.

use super::*;

const ID: &str = "vip-in-network-files";

/// A host whose networkd and NetworkManager run.
fn with(path: &str, text: &str) -> Host {
    let mut host = Host::prepared();
    host.process(80, "systemd-network", &["/lib/systemd/systemd-networkd"]);
    host.process(81, "NetworkManager", &["/usr/sbin/NetworkManager"]);
    assert!(host.is_fine(ID));
    host.file(path, text);
    host
}

/// What is wrong with such a file; its line and cure.
fn cure_of(path: &str, text: &str) -> (String, Vec<String>) {
    let (subject, what, cure) = with(path, text).wrong(ID);
    assert_eq!(path, subject);
    let line = what.split(' ').nth(1).unwrap().to_owned();
    (line, cure)
}

fn commented(lines: &str, path: &str) -> Vec<String> {
    vec![alloc::format!("sed -i --follow-symlinks '{lines}' {path}")]
}

/// A list or mapping that is left empty makes the whole file invalid: only a person can take out a line.
#[test]
fn netplan_is_edited_by_hand() {
    const PATH: &str = "/etc/netplan/50-x.yaml";
    for (text, line) in [
        ("network:\n  ethernets:\n    lo:\n      addresses: [192.168.100.240/32]\n", "4"),
        (
            "network:\n  ethernets:\n    eth0:\n      addresses:\n      - 192.168.100.21/24\n      - \"192.168.100.240/24\"\n",
            "6",
        ),
        (
            "network:\n  ethernets:\n    eth0:\n      addresses:\n        - 192.168.100.240/32:\n            label: lo:0\n",
            "5",
        ),
        (
            "network:\n  ethernets:\n    eth0: {addresses: [192.168.100.21/24,\n      192.168.100.240/24]}\n",
            "4",
        ),
        (
            "network:\n  ethernets:\n    eth0:\n      nameservers:\n        addresses: [192.168.100.1]\n      addresses: [192.168.100.240/24] # own\n",
            "6",
        ),
        ("network:\n  ethernets:\n    lo:\n      addresses: [2001:db8::240/128]\n", "4"),
    ] {
        let (found, cure) = cure_of(PATH, text);
        assert_eq!(line, found, "{text}");
        let expected = alloc::format!("# edit {PATH}, line {line}: take the VIP off: ");
        assert!(cure.len() == 1 && cure[0].starts_with(&expected), "{cure:?}");
    }
}

#[test]
fn netplan_may_name_a_vip_for_other_reasons() {
    for text in [
        "network:\n  ethernets:\n    eth0:\n      nameservers:\n        addresses: [192.168.100.240]\n",
        "network:\n  ethernets:\n    eth0:\n      nameservers:\n        addresses:\n        - 192.168.100.240\n",
        "network:\n  ethernets:\n    eth0:\n      nameservers: {search: [x], addresses: [192.168.100.240]}\n",
        "network:\n  ethernets:\n    eth0:\n      routes:\n      - to: 10.0.0.0/8\n        via: 192.168.100.240\n",
        "network:\n  ethernets:\n    eth0:\n      addresses:\n      # - 192.168.100.240/24\n      - 10.0.0.1/8 # not 192.168.100.240\n",
    ] {
        assert!(with("/etc/netplan/50-x.yaml", text).is_fine(ID), "{text}");
    }
}

#[test]
fn an_address_of_networkd_goes_alone() {
    const PATH: &str = "/etc/systemd/network/lo.network";
    let (line, cure) = cure_of(
        PATH,
        "[Match]\nName=lo\n[Network]\nAddress=10.0.0.1/32\nAddress = 192.168.100.240/32\n[Address]\nAddress=2001:db8::240/128\n",
    );
    assert_eq!(
        ("5".to_owned(), [commented("5s/^/# /", PATH), commented("7s/^/# /", PATH)].concat()),
        (line, cure)
    );
    for text in [
        "[Network]\nDNS=192.168.100.240\nGateway=192.168.100.240\n",
        "[Route]\nGateway=192.168.100.240\nAddress=192.168.100.240\n",
        "[Network]\n#Address=192.168.100.240/32\n",
    ] {
        assert!(with(PATH, text).is_fine(ID), "{text}");
    }
}

#[test]
fn what_is_made_anew_at_boot_is_not_edited() {
    let text = "[Match]\nName=lo\n[Network]\nAddress=192.168.100.240/32\n";
    let (_, cure) = cure_of("/run/systemd/network/10-netplan-lo.network", text);
    assert!(cure.len() == 1 && cure[0].starts_with("# ") && cure[0].contains("/etc/netplan"), "{cure:?}");
}

#[test]
fn files_that_nobody_reads_give_nothing() {
    let mut host = Host::prepared();
    host.file("/etc/systemd/network/lo.network", "[Network]\nAddress=192.168.100.240/32\n");
    host.hidden("/etc/NetworkManager/system-connections/a");
    assert!(host.is_fine(ID), "neither daemon is here");
    host.facts.starts_at_boot.insert("systemd-networkd.service".to_owned());
    host.wrong(ID);
    host.facts.starts_at_boot.insert("NetworkManager.service".to_owned());
    assert!(host.is_unknown(ID));
    host.facts.starts_at_boot.clear();
    (host.facts.units, host.facts.processes) = (Seen::default(), Seen::default());
    host.wrong(ID);
}

#[test]
fn network_manager_takes_one_address_off_by_itself() {
    const PATH: &str = "/etc/NetworkManager/system-connections/lan 1.nmconnection";
    let text = "[connection]\nid=lan 1\nuuid=0f-1\n\n[ipv4]\naddress1=192.168.100.21/24,192.168.100.1\n\
                address2=192.168.100.240/32\ndns=192.168.100.240;\n[ipv6]\naddresses=2001:db8::1/64;2001:db8::240/128;\n";
    let (line, cure) = cure_of(PATH, text);
    assert_eq!("7", line);
    let expected = [
        "nmcli connection modify uuid 0f-1 -ipv4.addresses 192.168.100.240/32",
        "nmcli connection modify uuid 0f-1 -ipv6.addresses 2001:db8::240/128",
    ];
    assert_eq!(expected.as_slice(), cure);
    let mut host = Host::prepared();
    host.facts.starts_at_boot.insert("NetworkManager.service".to_owned());
    host.file(PATH, text);
    let cure = host.wrong(ID).2;
    assert!(cure[0].starts_with(&alloc::format!("# edit {PATH}, line 7: ")), "it does not run: {cure:?}");
    let gateway = "[ipv4]\naddress1=10.0.0.5/24,192.168.100.240\nroute1=192.168.100.240/32\n";
    assert!(with(PATH, gateway).is_fine(ID));
}

#[test]
fn a_line_of_ifcfg_with_other_addresses_is_edited_by_hand() {
    const PATH: &str = "/etc/sysconfig/network-scripts/ifcfg-lo:0";
    let (line, cure) =
        cure_of(PATH, "DEVICE=lo:0\n\n\nIPADDR=\"192.168.100.240\"\nNETMASK=255.255.255.255\n");
    assert_eq!(("4".to_owned(), commented("4s/^/# /", PATH)), (line, cure));
    let (_, cure) = cure_of(PATH, "IPV6ADDR_SECONDARIES=\"2001:db8::1/64 2001:db8::240/128\"\n");
    assert!(cure[0].starts_with("# edit "), "{cure:?}");
    assert!(with(PATH, "GATEWAY=192.168.100.240\nDNS1=192.168.100.240\n").is_fine(ID));
    let saved = alloc::format!("{PATH}.rpmsave");
    assert!(with(&saved, "IPADDR=192.168.100.240\n").is_fine(ID));
}

/// Without its address a stanza is refused.
#[test]
fn an_alias_of_ifupdown_goes_as_a_whole() {
    const PATH: &str = "/etc/network/interfaces";
    let (line, cure) = cure_of(
        PATH,
        "auto lo lo:1\nauto lo:0\niface lo inet loopback\n\niface lo:0 inet static\n  address 192.168.100.240\n  \
         netmask 255.255.255.255\n\niface eth0 inet dhcp\n",
    );
    assert_eq!("6", line);
    assert_eq!(commented("2s/^/# /;5s/^/# /;6s/^/# /;7s/^/# /", PATH), cure);
    for text in [
        "iface eth0 inet static\n  address 192.168.100.240/24\n  gateway 192.168.100.1\n",
        "iface lo:0 inet static\n  address 192.168.100.240/32\n  up ip addr add 10.0.0.1/32 dev lo\n",
        "iface lo inet loopback\n  up ip addr add 192.168.100.240/32 dev lo; ip addr add 10.0.0.1/32 dev lo\n",
    ] {
        let (_, cure) = cure_of(PATH, text);
        assert!(cure.len() == 1 && cure[0].starts_with("# edit "), "{cure:?}");
    }
    let (_, cure) = cure_of(
        PATH,
        "iface lo inet loopback\n  post-up ip addr add 192.168.100.240/32 dev lo\n  pre-down true\n",
    );
    assert_eq!(commented("2s/^/# /", PATH), cure);
    for text in [
        "iface eth0 inet static\n  address 10.0.0.2/24\n  gateway 192.168.100.240\n  dns-nameservers 192.168.100.240\n",
        "iface eth0 inet dhcp\n  down ip addr del 192.168.100.240/32 dev lo\n  up ping -c 1 192.168.100.240\n",
    ] {
        assert!(with(PATH, text).is_fine(ID), "{text}");
    }
}

/// What starts an alias fails at boot once its stanza is gone.
#[test]
fn an_alias_that_is_started_with_others_is_edited_by_hand() {
    const PATH: &str = "/etc/network/interfaces";
    const ALIAS: &str = "iface lo:0 inet static\n  address 192.168.100.240\n";
    const PART: &str = "/etc/network/interfaces.d/vip";
    for start in ["auto lo lo:0", "allow-hotplug lo:0 lo:1", "auto \\\n lo:0"] {
        let text = alloc::format!("iface lo inet loopback\n{ALIAS}{start}\n");
        let (_, cure) = cure_of(PATH, &text);
        let first = start.lines().next().unwrap();
        let expected = [
            alloc::format!("# edit {PATH}, line 2: take this out: iface lo:0 inet static"),
            alloc::format!("# edit {PATH}, line 3: take this out: address 192.168.100.240"),
            alloc::format!("# edit {PATH}, line 4: take lo:0 out: {first}"),
        ];
        assert_eq!(expected.as_slice(), cure);
    }
    let mut host = with(PART, ALIAS);
    assert_eq!(commented("1s/^/# /;2s/^/# /", PART), host.wrong(ID).2);
    host.file(PATH, "auto lo:0\n");
    let (_, _, cure) = host.wrong(ID);
    assert_eq!("# edit /etc/network/interfaces, line 1: take lo:0 out: auto lo:0", cure[2]);
}

#[test]
fn an_alias_with_more_than_vips_is_edited_by_hand() {
    for more in [
        "  up /opt/x\n",
        "  down true\n",
        "  mtu 9000\n",
        "  address 10.0.0.1/32\n",
        "iface lo:0 inet static\n  address 10.0.0.1/32\n",
        "iface lo:0 inet6 manual\n",
    ] {
        let text = alloc::format!("auto lo:0\niface lo:0 inet static\n  address 192.168.100.240/32\n{more}");
        let (_, cure) = cure_of("/etc/network/interfaces", &text);
        let expected = "# edit /etc/network/interfaces, line 3: take the VIP off: ";
        assert!(cure.len() == 1 && cure[0].starts_with(expected), "{more}: {cure:?}");
    }
    let two = "auto lo:0\niface lo:0 inet static\n  address 192.168.100.240/32\n\
               iface lo:0 inet6 static\n  address 2001:db8::240/128\n";
    let (_, cure) = cure_of("/etc/network/interfaces", two);
    let halves = ["1s/^/# /;2s/^/# /;3s/^/# /", "1s/^/# /;4s/^/# /;5s/^/# /"];
    assert_eq!(halves.map(|half| commented(half, "/etc/network/interfaces")).concat(), cure);
}

/// What a terminal or a shell would obey does not get into a cure.
#[test]
fn names_of_files_are_only_names() {
    let (_, cure) = cure_of(
        "/etc/network/interfaces.d/$(reboot) 'x",
        "iface lo inet loopback\n up ip addr add 192.168.100.240/32 dev lo\n",
    );
    assert!(cure[0].ends_with(r"'/etc/network/interfaces.d/$(reboot) '\''x'"), "{cure:?}");
}
