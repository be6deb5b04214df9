use std::time::Duration;

use health::{CheckKind, CheckSpec, FileCheck, Reported};

use super::{READING, check};
use crate::phase;

#[tokio::test]
async fn one_that_hangs_does_not_keep_others_waiting() {
    let folder = std::env::temp_dir().join(format!("lvs-probe-file-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| FileCheck { path: folder.join(name).display().to_string(), weight: 2 };
    let (hanging, good) = (file("hanging"), file("good"));
    std::fs::write(&good.path, "3\n").unwrap();
    let spec = |file: &FileCheck, timeout| {
        let kind = CheckKind::File(file.clone());
        CheckSpec { timeout, ..CheckSpec::new("127.0.0.1:80".parse().unwrap(), kind) }
    };
    // as if a thread had not come back from the disk
    let _turn = READING.take(hanging.path.clone()).await;
    for _ in 0..20 {
        let spec = spec(&hanging, Duration::from_millis(1));
        let outcome = check(&spec, &hanging, phase::after(spec.timeout)).await;
        assert_eq!(outcome, Err(format!("read {}: timed out after 1ms", hanging.path)));
    }
    let spec = spec(&good, Duration::from_secs(60));
    let outcome = check(&spec, &good, phase::after(spec.timeout)).await;
    assert_eq!(outcome, Ok(Some(Reported::Change(6))));
    std::fs::remove_dir_all(&folder).unwrap();
}
