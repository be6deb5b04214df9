//! Against a real kernel: needs `ip_vs`, root, and a network namespace that nobody else uses, so these run in the
//! lab (`--ignored --test-threads=1`), not by default.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]

mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use ipvs::{
    Change, Daemon, DaemonRole, Destination, DestinationKey, Family, Protocol, Scheduler, Scope, Service,
    ServiceKey, Table, Timeouts, diff, proc,
};
use lvs_kernel::ipvs::{ChangeError, Ipvs, IpvsError, read_proc};
use tables::{absent, direct, fwmark, ip, plain, rich_table, service, weight};

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn every_option_comes_back_as_it_was_written() {
    let mut ipvs = empty_kernel();
    let desired = rich_table();
    let changes = diff(&desired, &Table::new(), &Scope::Everything);

    let applied = ipvs.apply(&changes).unwrap();
    assert!(applied.failed.is_empty(), "{:?}", applied.failed);
    assert_eq!(applied.written, changes.len());
    assert_eq!(ipvs.table().unwrap(), desired);
    assert_eq!(diff(&desired, &ipvs.table().unwrap(), &Scope::Everything), []);

    assert_eq!(ipvs.table_near(&desired).unwrap(), desired);
    assert_eq!(ipvs.table_near(&Table::new()).unwrap().len(), desired.len());

    let keys: BTreeSet<ServiceKey> = desired.keys().step_by(2).copied().chain([absent()]).collect();
    let some: Table = desired.iter().step_by(2).map(|(key, service)| (*key, service.clone())).collect();
    assert_eq!(ipvs.services(&keys).unwrap(), some);

    let text = String::from_utf8(read_proc().unwrap()).unwrap();
    let seen = proc::fill_unseen(proc::parse_proc(&text).unwrap(), &desired);
    assert_eq!(seen, desired);
    assert_eq!(as_ipvsadm_saves(), as_ipvsadm_would_save(&changes));
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn ipvsadm_understands_what_a_plan_prints() {
    let mut ipvs = empty_kernel();
    let desired = rich_table();
    for change in diff(&desired, &Table::new(), &Scope::Everything) {
        run(&change.to_string());
    }
    assert_eq!(ipvs.table().unwrap(), desired);
    for change in diff(&Table::new(), &desired, &Scope::Everything) {
        run(&change.to_string());
    }
    assert_eq!(ipvs.table().unwrap(), Table::new());
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn edits_and_deletions_reach_another_table() {
    let mut ipvs = empty_kernel();
    let first = rich_table();
    ipvs.apply(&diff(&first, &Table::new(), &Scope::Everything)).unwrap();

    let mut second = first.clone();
    for (number, service) in second.values_mut().enumerate() {
        service.settings = plain(["lc", "wrr", "nq"][number % 3]);
        service.destinations.pop_first();
        for destination in service.destinations.values_mut() {
            destination.weight = weight(77);
            destination.upper_threshold = 9;
        }
    }
    second.pop_first();
    second.insert(absent(), service(plain("sed"), []));
    let changes = diff(&second, &first, &Scope::Everything);
    assert!(changes.iter().any(|change| matches!(change, Change::EditDestination { .. })));

    let applied = ipvs.apply(&changes).unwrap();
    assert!(applied.failed.is_empty(), "{:?}", applied.failed);
    assert_eq!(ipvs.table().unwrap(), second);
    assert_eq!(ipvs.table_near(&second).unwrap(), second);
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn each_scheduler_works_or_its_module_is_named() {
    let mut ipvs = empty_kernel();
    let (mut desired, mut mark) = (Table::new(), 0);
    for name in Scheduler::KNOWN {
        mark += 1;
        desired.insert(fwmark(Family::V4, mark), service(plain(name), [("192.0.2.1", 0, direct(1))]));
    }
    let changes = diff(&desired, &Table::new(), &Scope::Everything);
    let applied = ipvs.apply(&changes).unwrap();
    assert_eq!(applied.written + applied.failed.len(), changes.len());

    let mut missing = 0;
    for (change, error) in applied.failed {
        let name = desired[change.service()].settings.scheduler.name();
        let known = Command::new("modinfo").arg(format!("ip_vs_{name}")).output().unwrap().status.success();
        assert!(!known, "{change}: {error}");
        if matches!(change, Change::AddService { .. }) {
            assert_eq!(error, ChangeError::NoModule { module: format!("ip_vs_{name}") });
            assert!(error.hint().unwrap().contains(name));
            missing += 1;
        } else {
            assert_eq!(error, ChangeError::NoService);
        }
    }
    assert_eq!(ipvs.table().unwrap().len(), desired.len() - missing);
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn a_change_that_fails_stops_no_other() {
    let mut ipvs = empty_kernel();
    let here = ServiceKey::Address { protocol: Protocol::Tcp, address: ip("192.0.2.80"), port: 80 };
    let real = |port| DestinationKey { address: ip("192.0.2.1"), port };
    let add =
        |port, settings| Change::AddDestination { service: here, key: real(port), destination: settings };
    let multicast = DestinationKey { address: ip("224.0.0.1"), port: 80 };
    let changes = [
        Change::AddService { key: here, settings: plain("rr") },
        Change::AddService { key: here, settings: plain("rr") },
        Change::EditService { key: absent(), settings: plain("rr") },
        Change::DeleteService { key: absent() },
        add(80, direct(1)),
        add(80, direct(1)),
        Change::EditDestination { service: here, key: real(81), destination: direct(1) },
        Change::DeleteDestination { service: here, key: real(81) },
        Change::AddDestination { service: absent(), key: real(80), destination: direct(1) },
        Change::AddDestination { service: here, key: multicast, destination: direct(1) },
        add(82, Destination { lower_threshold: 9, upper_threshold: 3, ..direct(1) }),
        add(83, direct(3)),
    ];
    let applied = ipvs.apply(&changes).unwrap();
    assert_eq!(applied.written, 3);
    let places = |wanted: &dyn Fn(&ChangeError) -> bool| {
        let of = applied.failed.iter().filter(|(_, error)| wanted(error)).map(|(change, _)| change.clone());
        of.collect::<Vec<Change>>()
    };
    let raced: Vec<Change> = [1, 2, 3, 5, 6, 7, 8].map(|at: usize| changes[at].clone()).to_vec();
    assert_eq!(places(&|error| *error == ChangeError::Raced), raced);
    assert_eq!(places(&|error| matches!(error, ChangeError::Refused { .. })), changes[9..11].to_vec());
    let reals: Vec<_> = [real(80), real(83)].into_iter().zip([direct(1), direct(3)]).collect();
    let expected = Service { settings: plain("rr"), destinations: reals.into_iter().collect() };
    assert_eq!(ipvs.table().unwrap(), BTreeMap::from([(here, expected)]));
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn thousands_of_errors_are_all_told() {
    let mut ipvs = empty_kernel();
    let mut desired = Table::new();
    for mark in 1..=1_500 {
        desired.insert(fwmark(Family::V4, mark), service(plain("rr"), [("192.0.2.1", 0, direct(1))]));
    }
    let changes = diff(&desired, &Table::new(), &Scope::Everything);
    assert_eq!(ipvs.apply(&changes).unwrap().written, 3_000);
    let again = ipvs.apply(&changes).unwrap();
    assert_eq!((again.written, again.failed.len()), (0, 3_000));
    assert!(again.failed.iter().map(|(change, _)| change).eq(&changes));
    assert!(again.failed.iter().all(|(_, error)| *error == ChangeError::Raced));
    assert_eq!(ipvs.table().unwrap(), desired);
    assert_eq!(ipvs.services(&desired.keys().copied().collect()).unwrap(), desired);
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn connections_are_counted_and_zeroed() {
    let mut ipvs = empty_kernel();
    run("ip addr replace 192.0.2.80/32 dev lo");
    let key = ServiceKey::Address { protocol: Protocol::Tcp, address: ip("192.0.2.80"), port: 80 };
    let desired = Table::from([(key, service(plain("rr"), [("192.0.2.80", 80, direct(1))]))]);
    ipvs.apply(&diff(&desired, &Table::new(), &Scope::Everything)).unwrap();
    // a destination on this machine: whatever the kernel calls it, there is nothing to correct
    assert_eq!(diff(&desired, &ipvs.table().unwrap(), &Scope::Everything), []);

    for _ in 0..3 {
        let refused = TcpStream::connect_timeout(&"192.0.2.80:80".parse().unwrap(), Duration::from_secs(1));
        assert!(refused.is_err());
    }
    // the kernel's estimator brings statistics up to date every two seconds
    sleep(Duration::from_millis(2_500));
    let counters = ipvs.counters().unwrap();
    let real = counters[&key].destinations[&DestinationKey { address: ip("192.0.2.80"), port: 80 }];
    assert_eq!(real.connections.active + real.connections.inactive, 3);
    assert_eq!((counters[&key].stats.connections, real.stats.connections), (3, 3));
    assert!(counters[&key].stats.packets_in >= 3 && counters[&key].stats.bytes_in >= 120);

    ipvs.zero(Some(&key)).unwrap();
    assert_eq!(ipvs.counters().unwrap()[&key].stats.connections, 0);
    ipvs.zero(None).unwrap();
    run("ip addr del 192.0.2.80/32 dev lo");
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn timeouts_daemons_and_version() {
    let mut ipvs = empty_kernel();
    assert_eq!(ipvs.info().unwrap().version, (1, 2, 1));

    ipvs.set_timeouts(Timeouts { tcp_s: 800, tcp_fin_s: 70, udp_s: 200 }).unwrap();
    ipvs.set_timeouts(Timeouts { tcp_s: 0, tcp_fin_s: 60, udp_s: 0 }).unwrap();
    assert_eq!(ipvs.timeouts().unwrap(), Timeouts { tcp_s: 800, tcp_fin_s: 60, udp_s: 200 });

    run("ip link add lvs0 type dummy");
    run("ip addr add 198.51.100.1/24 dev lvs0");
    run("ip link set lvs0 up multicast on");
    let master = daemon(DaemonRole::Master, None);
    let backup = Daemon {
        max_len: Some(1400),
        port: Some(9000),
        ttl: Some(4),
        ..daemon(DaemonRole::Backup, Some("239.1.2.3"))
    };
    ipvs.start_daemon(&master).unwrap();
    ipvs.start_daemon(&backup).unwrap();
    assert!(ipvs.start_daemon(&backup).is_err(), "one of each role");
    let running = ipvs.daemons().unwrap();
    assert_eq!(running.len(), 2);
    assert!(running.iter().any(|running| master.is_met_by(running)), "{running:?}");
    assert!(running.contains(&backup), "{running:?}");
    // one that is stopped before its thread first ran is stopped without an answer
    sleep(Duration::from_millis(200));
    ipvs.stop_daemon(DaemonRole::Master).unwrap();
    ipvs.stop_daemon(DaemonRole::Backup).unwrap();
    assert_eq!(ipvs.daemons().unwrap(), []);
    assert!(ipvs.stop_daemon(DaemonRole::Backup).is_err());
    run("ip link del lvs0");
}

#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn without_a_privilege_it_says_what_is_needed() {
    const NOBODY: &str = "LVS_TEST_AS_NOBODY";
    if std::env::var_os(NOBODY).is_some() {
        let mut ipvs = Ipvs::open().unwrap();
        let key = absent();
        for error in [
            ipvs.table().unwrap_err(),
            ipvs.zero(None).unwrap_err(),
            ipvs.apply(&[Change::DeleteService { key }]).unwrap_err(),
            ipvs.services(&BTreeSet::from([key])).unwrap_err(),
        ] {
            assert!(matches!(error, IpvsError::NotPermitted { .. }), "{error}");
            assert_eq!(error.hint().unwrap(), "needs root or CAP_NET_ADMIN");
        }
        return;
    }
    drop(empty_kernel());
    let this = std::env::current_exe().unwrap();
    let name = "without_a_privilege_it_says_what_is_needed";
    let nobody = ["--reuid", "65534", "--clear-groups", "--inh-caps", "-all", "--bounding-set", "-all"];
    let mut again = Command::new("setpriv");
    again.args(nobody).arg(this).args(["--ignored", "--exact", name]).env(NOBODY, "1");
    assert!(again.status().unwrap().success());
}

#[test]
fn what_is_missing_is_named_with_what_helps() {
    let error = IpvsError::NoIpvs { modprobe: "FATAL: Module ip_vs not found".to_owned() };
    assert_eq!(
        error.to_string(),
        "this kernel has no IPVS: module ip_vs is not loaded (FATAL: Module ip_vs not found)"
    );
    assert!(error.hint().unwrap().contains("modprobe ip_vs"));
    let error = ChangeError::NoModule { module: "ip_vs_twos".to_owned() };
    assert_eq!(error.to_string(), "module ip_vs_twos is missing (`modprobe ip_vs_twos` failed)");
}

fn empty_kernel() -> Ipvs {
    // without any address the kernel has no table of local addresses, and takes every destination for no host
    run("ip link set lo up");
    let mut ipvs = Ipvs::open().unwrap();
    let strangers = ipvs.table().unwrap();
    ipvs.apply(&diff(&Table::new(), &strangers, &Scope::Everything)).unwrap();
    assert_eq!(ipvs.table().unwrap(), Table::new());
    ipvs
}

fn run(command: &str) {
    let mut words = command.split(' ');
    let status = Command::new(words.next().unwrap()).args(words).status().unwrap();
    assert!(status.success(), "{command}");
}

fn as_ipvsadm_saves() -> BTreeSet<String> {
    let saved = Command::new("ipvsadm").arg("-Sn").output().unwrap().stdout;
    // a mark is an int there
    String::from_utf8(saved).unwrap().replace("-f -1", "-f 4294967295").lines().map(str::to_owned).collect()
}

/// `ipvsadm -S` leaves thresholds out, and writes a port 0 of an address as nothing.
fn as_ipvsadm_would_save(changes: &[Change]) -> BTreeSet<String> {
    let lines = changes.iter().map(Change::to_string);
    lines.map(|line| line.replace("ipvsadm ", "").replace(" -x 100 -y 80", "")).collect()
}

fn daemon(role: DaemonRole, group: Option<&str>) -> Daemon {
    let group = group.map(ip);
    Daemon { role, interface: "lvs0".to_owned(), sync_id: 3, max_len: None, group, port: None, ttl: None }
}
