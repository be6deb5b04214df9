use std::collections::BTreeSet;
use std::time::Duration;

use super::together;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn alarms_are_never_early_and_a_thirtieth_late_at_most() {
    for wait in [ms(0), ms(1), ms(125), ms(250), ms(2_500), ms(10_000)] {
        for now in (0..5_000).map(Duration::from_micros) {
            let deadline = now + wait;
            let late = together(deadline, now).checked_sub(deadline).expect("not early");
            assert!(late <= wait / 30 + ms(1), "{wait:?} from {now:?}: {late:?} late");
        }
    }
}

#[test]
fn alarms_of_thousands_go_off_together() {
    let beats = (0..2_000).map(|agent| Duration::from_micros(agent * 500 + agent % 7));
    let alarms: BTreeSet<_> = beats.map(|now| together(now + ms(2_500), now)).collect();
    assert!(alarms.len() <= 17, "{}", alarms.len());
}

#[test]
fn a_deadline_beyond_all_times_is_none() {
    assert!(together(Duration::MAX, Duration::ZERO) > Duration::from_secs(1 << 40));
}
