use std::time::Duration;

use super::Pulse;

const LIMIT: Duration = Duration::from_secs(15);

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_thread_that_comes_is_not_stuck_however_late_the_loop_looks() {
    let mut pulse = Pulse::default();
    for (count, second) in [(0, 0), (1, 5), (2, 100), (3, 105)] {
        assert_eq!(pulse.stuck([("adverts", count)], LIMIT, at(second)), None, "at {second}");
    }
}

#[test]
fn one_that_does_not_come_is_stuck_after_the_limit_and_not_before() {
    let mut pulse = Pulse::default();
    assert_eq!(pulse.stuck([("table", 7), ("adverts", 1)], LIMIT, at(10)), None);
    assert_eq!(pulse.stuck([("table", 8), ("adverts", 1)], LIMIT, at(24)), None);
    assert_eq!(pulse.stuck([("table", 9), ("adverts", 1)], LIMIT, at(25)), Some("adverts"));
    // and is fine as soon as it comes
    assert_eq!(pulse.stuck([("table", 10), ("adverts", 2)], LIMIT, at(26)), None);
}
