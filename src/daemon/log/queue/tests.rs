#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::{Event, Item, OVERHEAD, Queue};

const LONG: Duration = Duration::from_secs(30);

/// Takes as much of the queue as ten of its like.
fn event(number: u8) -> Event {
    Event { entry: Vec::new(), line: vec![number; OVERHEAD] }
}

fn room_for(events: usize) -> Queue {
    Queue::new(events * event(0).bytes())
}

/// All that is there.
fn taken(queue: &Queue) -> Vec<Item> {
    queue.close();
    std::iter::from_fn(|| queue.take()).collect()
}

#[test]
fn events_come_out_in_their_order() {
    let queue = room_for(10);
    (0..10).for_each(|number| queue.put(event(number)));
    let wanted: Vec<Item> = (0..10).map(|number| Item::Event(event(number))).collect();
    assert_eq!(taken(&queue), wanted);
}

#[test]
fn what_finds_no_room_is_counted_where_it_is_missing() {
    let queue = room_for(4);
    (0..7).for_each(|number| queue.put(event(number)));
    // half of it is free again after two
    assert_eq!(queue.take(), Some(Item::Event(event(0))));
    queue.put(event(7));
    assert_eq!(queue.take(), Some(Item::Event(event(1))));
    queue.put(event(8));
    let wanted = [Item::Event(event(2)), Item::Event(event(3)), Item::Lost(4), Item::Event(event(8))];
    assert_eq!(taken(&queue), wanted);
}

#[test]
fn losses_are_told_also_where_nothing_follows() {
    let queue = room_for(1);
    (0..3).for_each(|number| queue.put(event(number)));
    assert_eq!(taken(&queue), [Item::Event(event(0)), Item::Lost(2)]);
}

#[test]
fn an_event_beyond_the_limit_is_lost_and_the_next_is_not() {
    let queue = Queue::new(1_000);
    queue.put(Event { entry: vec![0; 1_000], line: Vec::new() });
    queue.put(event(1));
    assert_eq!(taken(&queue), [Item::Lost(1), Item::Event(event(1))]);
}

#[test]
fn the_end_waits_for_what_is_being_written_and_not_for_ever() {
    let queue = Arc::new(room_for(4));
    assert!(queue.drain(Duration::ZERO), "nothing is there");
    queue.put(event(1));
    assert!(!queue.drain(Duration::from_millis(1)), "nobody takes");
    assert!(queue.take().is_some());
    assert!(!queue.drain(Duration::from_millis(1)), "it is taken, and not written yet");
    let writer = Arc::clone(&queue);
    let writer = thread::spawn(move || writer.take());
    assert!(queue.drain(LONG), "whoever takes the next has written the one before");
    queue.close();
    assert_eq!(writer.join().unwrap(), None);
}
