use super::*;
use crate::core::Comes;

const MS: Duration = Duration::from_millis(1);

fn turn(from: What, to: What) -> AgentTurn {
    let agent = "192.0.2.1:9781".parse().unwrap();
    let (reason, comes) = ("no heartbeat".into(), Comes::Otherwise);
    AgentTurn { agent, from, to, reason, comes, service: 0, services: 1 }
}

fn take(hush: &mut Hush, from: What, to: What, now: Duration) -> bool {
    matches!(hush.take(turn(from, to), "web".into(), now), Line::Told(..))
}

#[test]
fn gaps_of_a_busy_host_are_told_to_nobody() {
    let mut hush = Hush::default();
    for gap in 0..100 {
        let now = MS * 300 * gap;
        assert!(!take(&mut hush, What::Ready, What::Unverified, now));
        assert_eq!(hush.poll(now + MS * 200), []);
        assert!(!take(&mut hush, What::Unverified, What::Ready, now + MS * 200));
        assert_eq!(hush.next_wake(), Duration::MAX);
    }
}

#[test]
fn silence_that_lasts_is_told_once_and_so_is_its_end() {
    let mut hush = Hush::default();
    assert!(!take(&mut hush, What::Ready, What::Unverified, MS));
    assert_eq!(hush.next_wake(), MS * 1_001);
    assert_eq!(hush.poll(MS * 1_000), []);
    assert_eq!(hush.poll(MS * 1_001), [(turn(What::Ready, What::Unverified), "web".to_owned())]);
    assert_eq!(hush.poll(MS * 5_000), []);
    assert!(take(&mut hush, What::Unverified, What::Ready, MS * 5_000));
}

#[test]
fn what_changes_the_table_is_told_at_once() {
    let mut hush = Hush::default();
    assert!(take(&mut hush, What::Quiesced, What::Unverified, MS), "it may serve again");
    assert!(!take(&mut hush, What::Ready, What::Unverified, MS * 2));
    assert!(take(&mut hush, What::Unverified, What::Dead, MS * 3));
    assert_eq!(hush.next_wake(), Duration::MAX, "it is told that it is down");
    assert!(take(&mut hush, What::Ready, What::Quiesced, MS * 4));
}
