use std::time::Instant;

use vrrp::Reason;

use super::*;
use crate::testing::router;

fn slot(announce: u8, holding: Holding) -> Slot {
    Slot {
        config: Arc::new(router("")),
        holding: Some(holding),
        state: State::Master,
        master: None,
        announce,
        gone: false,
    }
}

#[test]
fn the_inbox_is_taken_whole_and_once() {
    let to = ToAdverts::new().unwrap();
    assert!(to.take().is_none());
    to.put(|inbox| inbox.readiness = Some(Readiness::Installed));
    to.put(|inbox| {
        inbox.readiness = Some(Readiness::Serving);
        inbox.stop = true;
    });
    let inbox = to.take().unwrap();
    assert_eq!((inbox.readiness, inbox.stop), (Some(Readiness::Serving), true));
    assert!(to.take().is_none());
}

#[test]
fn who_looks_into_the_inbox_never_waits() {
    let to = ToAdverts::new().unwrap();
    let begun = Instant::now();
    to.put(|inbox| {
        inbox.stop = true;
        // somebody else puts something in at this moment
        to.is_full.store(true, Ordering::Release);
        assert!(to.take().is_none());
        assert!(to.is_full(), "it is to be tried again");
    });
    assert!(begun.elapsed().as_secs() < 5);
    assert!(to.take().is_some_and(|inbox| inbox.stop));
}

#[test]
fn questions_to_a_dead_thread_do_not_pile_up() {
    let to = ToAdverts::new().unwrap();
    for _ in 0..1_000 {
        to.put(|inbox| inbox.ask(drop));
    }
    assert_eq!(to.take().unwrap().asks.len(), 16);
}

#[test]
fn the_newest_order_wins_and_a_burst_is_not_lost() {
    let to = ToAddresses::default();
    let mut first = [(RouterId(1), slot(5, Holding::Yes))].into();
    assert!(to.try_put(&mut first, &mut None));
    let mut second = [(RouterId(1), slot(0, Holding::Silent))].into();
    assert!(to.try_put(&mut second, &mut Some(BTreeSet::new())));
    assert!(first.is_empty() && second.is_empty());
    let orders = to.take();
    let slot = orders.slots.get(&RouterId(1)).unwrap();
    assert_eq!((slot.announce, slot.holding), (5, Some(Holding::Silent)));
    assert!(orders.tracked.is_some());
}

#[test]
fn orders_that_find_the_box_busy_stay_where_they_are() {
    let to = ToAddresses::default();
    let mut slots = [(RouterId(1), slot(5, Holding::Yes))].into();
    let mut tracked = Some(BTreeSet::new());
    to.put(|_| assert!(!to.try_put(&mut slots, &mut tracked)));
    assert_eq!((slots.len(), tracked.is_some()), (1, true));
    assert!(to.take().slots.is_empty());
}

#[test]
fn of_too_many_transitions_the_newest_are_kept() {
    let mut news = News::default();
    for number in 0..5_000_u64 {
        let transition = Transition {
            from: State::Backup,
            to: State::Master,
            reason: Reason::Started,
            at: Duration::from_millis(number),
        };
        news.push(Moved { router: "VI_1".into(), transition, priority: 100 });
    }
    assert_eq!(news.moved.len(), MOVES);
    assert_eq!(news.moved.back().unwrap().transition.at, Duration::from_millis(4_999));
}
