use std::fs;

use doctor::{Process, Seen};

use crate::survey::clock::{chrony, ntp, synchronised};

fn running(names: &[&str]) -> Seen<Vec<Process>> {
    let process = |name: &&str| Process { pid: 7, name: (*name).to_owned(), command: Vec::new() };
    Seen::Known(names.iter().map(process).collect())
}

#[test]
fn timesyncd_that_has_and_has_not_set_it() {
    let root = std::env::temp_dir().join(format!("lvs-survey-clock-{}", std::process::id()));
    fs::create_dir_all(root.join("run/systemd/timesync")).unwrap();
    let timesyncd = running(&["systemd-timesyn"]);
    assert_eq!(Seen::Known(false), synchronised(&root, &timesyncd));
    fs::write(root.join("run/systemd/timesync/synchronized"), "").unwrap();
    assert_eq!(Seen::Known(true), synchronised(&root, &timesyncd));
    // of an earlier run of it
    assert!(synchronised(&root, &running(&["bash"])).known().is_none());
    assert!(synchronised(&root, &Seen::default()).known().is_none());
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn words_of_chronyc() {
    let said =
        |status| format!("Reference ID    : 0A000001 ()\nStratum         : 3\nLeap status     : {status}\n");
    assert_eq!(Some(true), chrony(&said("Normal")));
    assert_eq!(Some(true), chrony(&said("Insert second")));
    assert_eq!(Some(false), chrony(&said("Not synchronised")));
    assert_eq!(None, chrony("506 Cannot talk to daemon\n"));
}

#[test]
fn words_of_ntpq() {
    assert_eq!(
        (Some(true), Some(false), None),
        (ntp("leap=00\n"), ntp("leap=11\n"), ntp("ntpq: read: Connection refused\n"))
    );
}
