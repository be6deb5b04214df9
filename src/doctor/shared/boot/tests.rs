#![allow(clippy::unwrap_used, reason = "a test may panic")]

use alloc::string::ToString;
use alloc::vec;

use super::{BootSysctls, boot_sysctls};
use crate::{Facts, File, Seen};

const IGNORE: &str = "net/ipv4/conf/all/arp_ignore";

fn host(files: &[(&str, &str)]) -> Facts {
    let files = files.iter().map(|(path, text)| File {
        path: path.to_string(),
        text: Seen::Known(text.to_string()),
        executable: false,
    });
    Facts { files: files.collect(), ..Facts::default() }
}

/// What decides a sysctl: the file's name, the line and the value.
fn decides<'a>(lines: &'a BootSysctls, path: &str) -> Option<(&'a str, usize, &'a str)> {
    let line = lines.decides(path)?;
    Some((line.path.rsplit('/').next().unwrap(), line.line, &line.value))
}

#[test]
fn the_order_is_that_of_names_over_all_directories() {
    let host = host(&[
        ("/etc/sysctl.d/10-first.conf", "net/ipv4/conf/eth0.100/arp_ignore = 3"),
        ("/etc/sysctl.d/90-hidden.conf", "# net.ipv4.ip_forward=0\n"),
        ("/usr/lib/sysctl.d/50-default.conf", "kernel.x = 2\n-net.ipv4.conf.eth0/100.arp_ignore=1"),
        ("/usr/lib/sysctl.d/90-hidden.conf", "net.ipv4.ip_forward=1"),
        ("/etc/sysctl.conf", "; words\nkernel.x=1\nnonsense\n"),
    ]);
    let [at_boot, system] = boot_sysctls(&host);
    let place = "net/ipv4/conf/eth0.100/arp_ignore";
    assert_eq!(Some(("50-default.conf", 2, "1")), decides(&at_boot, place));
    assert_eq!(None, decides(&at_boot, "net/ipv4/ip_forward"), "an empty file hides another");
    assert_eq!(
        Some(("50-default.conf", 1, "2")),
        decides(&at_boot, "kernel/x"),
        "it does not read that file"
    );
    assert_eq!(Some(("sysctl.conf", 2, "1")), decides(&system, "kernel/x"));
    assert_eq!(4, at_boot.iter().chain(system.iter()).filter(|line| line.name == place).count());
}

#[test]
fn a_link_to_the_file_that_is_last_has_a_place_of_its_own_at_boot() {
    let text = "net.ipv4.conf.all.arp_ignore = 0\n";
    let later = ("/etc/sysctl.d/99-zz.conf", "net.ipv4.conf.all.arp_ignore = 1\n");
    let host = host(&[("/etc/sysctl.d/99-sysctl.conf", text), later, ("/etc/sysctl.conf", text)]);
    let [at_boot, system] = boot_sysctls(&host);
    assert_eq!(Some(("99-zz.conf", 1, "1")), decides(&at_boot, IGNORE));
    assert_eq!(Some(("sysctl.conf", 1, "0")), decides(&system, IGNORE));
    let all = at_boot.iter().chain(system.iter());
    assert!(all.into_iter().all(|line| line.path != "/etc/sysctl.d/99-sysctl.conf"), "one file has one name");
}

#[test]
fn what_is_named_comes_before_what_only_fits() {
    let files = [
        ("/etc/sysctl.d/10-a.conf", "net.ipv4.conf.all.arp_ignore = 1\n-net.ipv4.conf.lo.arp_ignore\n"),
        ("/etc/sysctl.d/20-b.conf", "net.ipv4.conf.*.arp_ignore = 0\nnet.ipv4.conf.eth*.arp_ignore = 2\n"),
    ];
    let [lines, _] = boot_sysctls(&host(&files));
    let of = |interface: &str| decides(&lines, &alloc::format!("net/ipv4/conf/{interface}/arp_ignore"));
    assert_eq!(Some(("10-a.conf", 1, "1")), of("all"));
    assert_eq!(None, of("lo"), "kept out by name");
    assert_eq!(Some(("20-b.conf", 2, "2")), of("eth0"));
    assert_eq!(Some(("20-b.conf", 1, "0")), of("default"));
}

#[test]
fn nothing_is_set_by_nothing() {
    let [lines, system] = boot_sysctls(&host(&[]));
    assert_eq!((None, None), (decides(&lines, IGNORE), decides(&system, IGNORE)));
    assert_eq!(vec![0, 0], vec![lines.iter().count(), system.iter().count()]);
}
