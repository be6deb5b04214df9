use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::survey::{boot, files, modules, processes, sysctls};

struct Root(PathBuf);

impl Root {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lvs-survey-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let place = self.0.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, text).unwrap();
        place
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn sysctls_of_interfaces_with_dots_and_of_ipvs() {
    let root = Root::new("sysctls");
    root.write("net/ipv4/conf/eth0.100/arp_ignore", "1\n");
    root.write("net/ipv4/conf/all/arp_ignore", "0\n");
    root.write("net/ipv4/vs/conntrack", "1\n");
    root.write("net/ipv4/ip_forward", "1\n");
    let found = sysctls::sysctls(&root.0);
    assert_eq!(Some(1), found.larger("eth0.100", "arp_ignore"));
    assert_eq!(Some(1), found.number("net/ipv4/vs/conntrack"));
    assert_eq!(Some(1), found.number("net/ipv4/ip_forward"));
    assert_eq!(None, found.number("net/ipv4/tcp_tw_recycle"));
}

/// A directory in a file's place cannot be read, whoever asks.
#[test]
fn sysctls_that_are_there_and_cannot_be_read() {
    let root = Root::new("sysctls-refused");
    fs::create_dir_all(root.0.join("net/ipv4/conf/all/arp_ignore")).unwrap();
    root.write("net/ipv4/conf/all/arp_announce", "2\n");
    root.write("net/ipv4/vs", "no directory");
    let found = sysctls::sysctls(&root.0);
    assert_eq!((None, Some(2)), (found.conf("all", "arp_ignore"), found.conf("all", "arp_announce")));
    assert!(
        !found.is_absent("net/ipv4/conf/all/arp_ignore") && found.is_absent("net/ipv4/conf/all/rp_filter")
    );
    assert!(!found.is_absent("net/ipv4/vs/conntrack") && found.is_absent("net/ipv4/ip_forward"));
    assert!(found.unseen("net/ipv4/conf/all/arp_ignore").why.contains("arp_ignore: "));
}

#[test]
fn modules_loaded_built_in_and_to_be_had() {
    let root = Root::new("modules");
    root.write("proc/sys/kernel/osrelease", "6.1.0-x\n");
    root.write("proc/modules", "ip_vs 200704 2 ip_vs_rr, Live 0x0\n");
    root.write("lib/modules/6.1.0-x/modules.builtin", "kernel/net/ipv4/netfilter/arp_tables.ko\n");
    root.write(
        "lib/modules/6.1.0-x/modules.dep",
        "kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/lib/crc.ko.xz\nkernel/net/sched/sch-fq.ko:\n",
    );
    let modules = modules::modules(&root.0);
    let loaded = modules.loaded.known().unwrap();
    assert_eq!(vec!["arp_tables", "ip_vs"], loaded.iter().collect::<Vec<_>>());
    let available = modules.available.known().unwrap();
    assert_eq!(vec!["arp_tables", "ip_vs", "sch_fq"], available.iter().collect::<Vec<_>>());
}

#[test]
fn modules_of_a_container_without_any() {
    let root = Root::new("no-modules");
    root.write("proc/sys/kernel/osrelease", "6.1.0-x\n");
    root.write("proc/modules", "ip_vs 200704 2 ip_vs_rr, Live 0x0\n");
    let modules = modules::modules(&root.0);
    assert_eq!((None, None), (modules.loaded.known(), modules.available.known()));
}

#[test]
fn files_in_order_with_who_may_run_them() {
    let root = Root::new("files");
    root.write("etc/sysctl.d/90-b.conf", "b");
    root.write("etc/sysctl.d/10-a.conf", "a");
    root.write("etc/sysctl.d/README", "no");
    let script = root.write("etc/init.d/realserver", "#!/bin/sh\n");
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(root.0.join("etc/init.d/directory")).unwrap();
    let found = files::files(&root.0);
    let paths: Vec<(&str, bool)> = found.iter().map(|file| (file.path.as_str(), file.executable)).collect();
    let expected = [
        ("/etc/sysctl.d/10-a.conf", false),
        ("/etc/sysctl.d/90-b.conf", false),
        ("/etc/init.d/realserver", true),
    ];
    assert_eq!(expected.as_slice(), paths.as_slice());
    assert_eq!(Some("a"), found[0].text.known().map(String::as_str));
}

#[test]
fn files_that_hide_others_and_drop_ins() {
    let root = Root::new("hidden");
    root.write("usr/lib/sysctl.d/50-a.conf", "a");
    root.write("run/systemd/network/10-lo.network", "lo");
    root.write("etc/systemd/network/10-lo.network.d/own.conf", "own");
    fs::create_dir_all(root.0.join("etc/sysctl.d")).unwrap();
    symlink("/dev/null", root.0.join("etc/sysctl.d/50-a.conf")).unwrap();
    symlink("usr/lib", root.0.join("lib")).unwrap();
    let found = files::files(&root.0);
    let texts: Vec<(&str, &str)> =
        found.iter().map(|file| (file.path.as_str(), file.text.known().unwrap().as_str())).collect();
    let expected = [
        ("/etc/sysctl.d/50-a.conf", ""),
        ("/usr/lib/sysctl.d/50-a.conf", "a"),
        ("/run/systemd/network/10-lo.network", "lo"),
        ("/etc/systemd/network/10-lo.network.d/own.conf", "own"),
    ];
    assert_eq!(expected.as_slice(), texts.as_slice());
}

#[test]
fn links_that_start_something() {
    let root = Root::new("boot");
    for directory in
        ["etc/rc3.d", "etc/systemd/system/multi-user.target.wants", "etc/systemd/system/x.service.d"]
    {
        fs::create_dir_all(root.0.join(directory)).unwrap();
    }
    symlink("../init.d/realserver", root.0.join("etc/rc3.d/S99realserver")).unwrap();
    symlink("../init.d/other", root.0.join("etc/rc3.d/K01other")).unwrap();
    symlink("x", root.0.join("etc/systemd/system/multi-user.target.wants/keepalived.service")).unwrap();
    root.write("etc/systemd/system/x.service.d/override.conf", "");
    let (found, unseen) = boot::starts_at_boot(&root.0);
    assert_eq!(vec!["keepalived.service", "realserver"], found.iter().collect::<Vec<_>>());
    assert_eq!(None, unseen);
}

/// A link to itself cannot be followed, whoever asks.
#[test]
fn what_starts_at_boot_and_cannot_be_listed() {
    let root = Root::new("boot-refused");
    fs::create_dir_all(root.0.join("etc/systemd/system")).unwrap();
    root.write("etc/rc3.d/S01realserver", "");
    symlink("x.wants", root.0.join("etc/systemd/system/x.wants")).unwrap();
    let (found, unseen) = boot::starts_at_boot(&root.0);
    assert_eq!(vec!["realserver"], found.iter().collect::<Vec<_>>());
    let why = unseen.unwrap().why;
    assert!(why.starts_with("cannot read /etc/systemd/system/x.wants: "), "{why}");
}

#[test]
fn files_and_directories_that_are_there_and_cannot_be_read() {
    let root = Root::new("files-refused");
    root.write("etc/sysctl.conf", "a");
    root.write("etc/network", "no directory");
    symlink("netplan", root.0.join("etc/netplan")).unwrap();
    symlink("rc.local", root.0.join("etc/rc.local")).unwrap();
    let found = files::files(&root.0);
    let seen: Vec<(&str, bool)> =
        found.iter().map(|file| (file.path.as_str(), file.text.known().is_some())).collect();
    let expected = [("/etc/netplan/", false), ("/etc/sysctl.conf", true), ("/etc/rc.local", false)];
    assert_eq!(expected.as_slice(), seen.as_slice());
    assert!(found[0].text.as_result().unwrap_err().why.starts_with("cannot read /etc/netplan/: "));
}

#[test]
fn a_file_is_read_whole_or_not_at_all() {
    let root = Root::new("files-long");
    root.write("etc/rc.local", &"#".repeat(128 * 1024));
    root.write("etc/sysctl.conf", &"#".repeat(128 * 1024 + 1));
    let found = files::files(&root.0);
    let of = |path: &str| found.iter().find(|file| file.path == path).unwrap();
    assert_eq!(Some(128 * 1024), of("/etc/rc.local").text.known().map(String::len));
    let why = &of("/etc/sysctl.conf").text.as_result().unwrap_err().why;
    assert_eq!("cannot read /etc/sysctl.conf: longer than 128 KiB", why);
}

#[test]
fn of_a_directory_with_too_many_files_the_rest_is_unseen() {
    let root = Root::new("files-many");
    for number in 0..501 {
        root.write(&format!("etc/cron.d/{number}"), "");
    }
    let found = files::files(&root.0);
    assert_eq!(500, found.iter().filter(|file| file.text.known().is_some()).count());
    assert_eq!(Some("/etc/cron.d/"), found.last().map(|file| file.path.as_str()));
}

#[test]
fn this_process_is_seen_with_its_command() {
    let found = processes::processes(Path::new("/proc"));
    let own = found.known().unwrap().iter().find(|process| process.pid == std::process::id()).unwrap();
    assert_eq!(std::env::args().next(), own.command.first().cloned());
}
