//! Addresses, sysctls and listeners of a real kernel, each test in a network namespace of its own. Without the right
//! to make one (root) they do nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::net::{IpAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use host::{Address, ListenerProtocol, Scope};
use lvs_kernel::address::{Addresses, events};
use lvs_kernel::sockets::{self, Sockets};
use lvs_kernel::sysctl::{Sysctls, read, write};

/// Whether this process is outside: then the test was run again in a namespace of its own, and is done.
fn outside(test: &str) -> bool {
    const INSIDE: &str = "LVS_KERNEL_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let made =
        Command::new("unshare").args(["-n", "true"]).output().is_ok_and(|output| output.status.success());
    if !made {
        eprintln!("{test}: skipped, no right to make a network namespace");
        return true;
    }
    let mut inside = Command::new("unshare");
    inside.args(["-n", "--"]).arg(std::env::current_exe().unwrap()).args(["--exact", "--nocapture", test]);
    assert!(inside.env(INSIDE, "1").status().unwrap().success());
    true
}

fn ip(command: &str) {
    assert!(Command::new("ip").args(command.split(' ')).status().unwrap().success(), "ip {command}");
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn on_lo(addresses: &Addresses, wanted: &str) -> Vec<Address> {
    let (_, found) = addresses.observe().await.unwrap();
    found.into_iter().filter(|found| found.device == "lo" && found.address == address(wanted)).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn addresses_come_and_go() {
    if outside("addresses_come_and_go") {
        return;
    }
    let addresses = Addresses::open().unwrap();
    let vip = address("192.168.100.240");
    addresses.link_up("lo").await.unwrap();
    addresses.add("lo", vip, 32, Some("lo:0"), Scope::Host, false).await.unwrap();
    let again = addresses.add("lo", vip, 32, Some("lo:0"), Scope::Host, false).await.unwrap_err();
    assert!(again.is_already_there(), "{again}");
    let [found] = on_lo(&addresses, "192.168.100.240").await.try_into().unwrap();
    assert_eq!((found.prefix, found.label.as_deref(), found.scope), (32, Some("lo:0"), Some(Scope::Host)));

    addresses.replace("lo", vip, 32, Some("lo:1"), Scope::Link, false).await.unwrap();
    let [found] = on_lo(&addresses, "192.168.100.240").await.try_into().unwrap();
    assert_eq!((found.label.as_deref(), found.scope), (Some("lo:1"), Some(Scope::Link)));

    addresses.remove("lo", vip, 32).await.unwrap();
    assert!(on_lo(&addresses, "192.168.100.240").await.is_empty());
    assert!(addresses.remove("lo", vip, 32).await.unwrap_err().is_gone());
    assert!(addresses.remove("lo9", vip, 32).await.unwrap_err().is_gone());
}

#[tokio::test(flavor = "current_thread")]
async fn an_ipv6_vip_is_deprecated_at_once() {
    if outside("an_ipv6_vip_is_deprecated_at_once") {
        return;
    }
    let addresses = Addresses::open().unwrap();
    addresses.link_up("lo").await.unwrap();
    let vip = address("2001:db8::240");
    match addresses.add("lo", vip, 128, None, Scope::Host, true).await {
        Err(error) if error.is_unsupported() => return,
        added => added.unwrap(),
    }
    let [found] = on_lo(&addresses, "2001:db8::240").await.try_into().unwrap();
    assert!(found.deprecated);
    addresses.replace("lo", vip, 128, None, Scope::Host, false).await.unwrap();
    let [found] = on_lo(&addresses, "2001:db8::240").await.try_into().unwrap();
    assert!(!found.deprecated);
}

#[tokio::test(flavor = "current_thread")]
async fn interfaces_are_seen_as_they_are() {
    if outside("interfaces_are_seen_as_they_are") {
        return;
    }
    ip("link add v0.100 type veth peer name v1");
    ip("link set v0.100 arp off up");
    let addresses = Addresses::open().unwrap();
    let (links, _) = addresses.observe().await.unwrap();
    let link = |name: &str| links.iter().find(|link| link.name == name).unwrap();
    assert!(link("lo").loopback && !link("lo").up);
    assert!(link("v0.100").noarp && link("v0.100").up && !link("v0.100").dummy);
    assert!(link("v1").speaks_arp() && !link("v1").up);
    // a sysctl of an interface whose name has a dot
    let sysctls = Sysctls::default();
    assert_eq!(sysctls.write("net/ipv4/conf/v0.100/arp_ignore", 2).unwrap(), 0);
    assert_eq!(sysctls.read("net/ipv4/conf/v0.100/arp_ignore").unwrap(), 2);
    addresses.delete_link("v1").await.unwrap();
    assert!(sysctls.read("net/ipv4/conf/v0.100/arp_ignore").unwrap_err().is_missing());
}

#[tokio::test(flavor = "current_thread")]
async fn changes_are_told() {
    if outside("changes_are_told") {
        return;
    }
    let mut events = events().unwrap();
    let soon = Duration::from_secs(5);
    for change in ["link set lo up", "address add 10.1.1.1/32 dev lo", "address del 10.1.1.1/32 dev lo"] {
        ip(change);
        tokio::time::timeout(soon, events.changed()).await.unwrap().unwrap();
    }
    // more than the socket holds: that some are lost is a change, too
    let batch = "address add 10.2.1.1/32 dev lo\naddress del 10.2.1.1/32 dev lo\n".repeat(2000);
    let file = std::env::temp_dir().join(format!("lvs-batch-{}", std::process::id()));
    std::fs::write(&file, batch).unwrap();
    ip(&format!("-batch {}", file.display()));
    std::fs::remove_file(file).unwrap();
    tokio::time::timeout(soon, events.changed()).await.unwrap().unwrap();
    let quiet = tokio::time::timeout(Duration::from_millis(200), events.changed()).await;
    assert!(quiet.is_err(), "many changes are one");
}

#[tokio::test(flavor = "current_thread")]
async fn listeners_are_listed() {
    if outside("listeners_are_listed") {
        return;
    }
    Addresses::open().unwrap().link_up("lo").await.unwrap();
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let dns = UdpSocket::bind("0.0.0.0:0").unwrap();
    let connected = UdpSocket::bind("127.0.0.1:0").unwrap();
    connected.connect(("127.0.0.1", 9)).unwrap();
    let port = |protocol, port| {
        let found = Sockets::open().unwrap().listeners(&[protocol]).unwrap();
        found.into_iter().find(|socket| socket.port == port)
    };
    let found = port(ListenerProtocol::Tcp, web.local_addr().unwrap().port()).unwrap();
    assert_eq!((found.address, found.v6only, found.interface), (address("127.0.0.1"), false, 0));
    let udp = sockets::listeners();
    if udp.as_ref().is_err_and(sockets::SocketsError::is_missing_module) {
        return;
    }
    assert!(port(ListenerProtocol::Udp, dns.local_addr().unwrap().port()).is_some());
    assert!(port(ListenerProtocol::Udp, connected.local_addr().unwrap().port()).is_none(), "connected");
    if let Ok(six) = TcpListener::bind("[::]:0") {
        let found = port(ListenerProtocol::Tcp, six.local_addr().unwrap().port()).unwrap();
        assert!(found.address.is_unspecified() && !found.v6only);
    }
}

/// A `/proc/sys` of files.
struct Root(PathBuf);

impl Root {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lvs-sysctl-{test}-{}", std::process::id()));
        std::fs::create_dir_all(path.join("net/ipv4/conf/eth0.100")).unwrap();
        Self(path)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_sysctl_is_written_only_where_it_differs() {
    let root = Root::new("differs");
    let file = root.0.join("net/ipv4/conf/eth0.100/arp_ignore");
    std::fs::write(&file, "1\n").unwrap();
    let before = std::fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(write(&root.0, "net.ipv4.conf", "eth0.100", "arp_ignore", 1).unwrap(), 1);
    assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), before);
    assert_eq!(write(&root.0, "net.ipv4.conf", "eth0.100", "arp_ignore", 2).unwrap(), 1);
    assert_eq!(read(&root.0, "net.ipv4.conf", "eth0.100", "arp_ignore").unwrap(), 2);
}

#[test]
fn a_sysctl_that_is_no_number_or_not_there_is_an_error() {
    let root = Root::new("errors");
    std::fs::write(root.0.join("net/ipv4/conf/eth0.100/arp_ignore"), "3 50").unwrap();
    let sysctls = Sysctls::new(&root.0);
    let error = sysctls.read("net/ipv4/conf/eth0.100/arp_ignore").unwrap_err();
    assert!(error.to_string().ends_with("holds \"3 50\", not a number"), "{error}");
    assert!(sysctls.read("net/ipv4/vs/expire_nodest_conn").unwrap_err().is_missing());
    assert!(sysctls.write("net/ipv4/vs/expire_nodest_conn", 1).unwrap_err().is_missing());
}
