//! How commands end.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn a_reading_that_hangs_holds_no_end_up() {
    const HANGS: Duration = Duration::from_secs(600);
    let began = Instant::now();
    let ended = in_runtime(async {
        tokio::task::spawn_blocking(|| std::thread::sleep(HANGS));
        Ok(Exit::Done)
    });
    assert_eq!(ended, Ok(Exit::Done));
    assert!(began.elapsed() < HANGS);
}
