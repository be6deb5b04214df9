//! Writes to sysctls, on a host of their own and in a directory like one.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hosts;

use std::fs;
use std::path::Path;
use std::time::Duration;

use hosts::pair;
use lvs_kernel::written::Written;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_millis(100);

async fn is_told(written: &mut Written, within: Duration) -> bool {
    timeout(within, written.next()).await.is_ok_and(|told| told.is_ok())
}

/// Another process writes, as `sysctl` does; reading is no write.
#[test]
fn a_write_to_a_sysctl_is_told_of_and_a_reading_is_not() {
    let Some((host, _)) = pair("a_write_to_a_sysctl_is_told_of_and_a_reading_is_not") else { return };
    host.wait(|| async {
        let root = Path::new("/proc/sys");
        let file = root.join("net/ipv4/conf/all/arp_ignore");
        let mut written = Written::open(root, &["net/ipv4/conf/lo", "net/ipv4/conf/all"]).unwrap();
        fs::read_to_string(&file).unwrap();
        assert!(!is_told(&mut written, SOON).await, "a reading is told of");
        let writer = format!("echo 2 >{}", file.display());
        assert!(std::process::Command::new("sh").args(["-c", &writer]).status().unwrap().success());
        assert!(is_told(&mut written, LONG).await);
        assert!(!is_told(&mut written, SOON).await, "one write is told of twice");
    });
}

#[tokio::test]
async fn writes_that_nobody_waited_for_are_told_of_later() {
    let root = std::env::temp_dir().join(format!("lvs-written-{}", std::process::id()));
    fs::create_dir_all(root.join("all")).unwrap();
    let mut written = Written::open(&root, &["all"]).unwrap();
    for value in 0..1000 {
        fs::write(root.join("all/arp_ignore"), format!("{value}\n")).unwrap();
    }
    assert!(is_told(&mut written, LONG).await);
    Written::open(&root, &["none"]).unwrap_err();
    fs::remove_dir_all(root).unwrap();
}
