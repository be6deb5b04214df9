use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::Turns;

/// Whether the turn is to be had without waiting.
async fn is_free(turns: &Turns<&str>, key: &'static str) -> bool {
    let mut take = pin!(turns.take(key));
    poll_fn(|context| Poll::Ready(take.as_mut().poll(context).is_ready())).await
}

#[tokio::test]
async fn only_those_that_want_the_same_wait() {
    let turns = Turns::new();
    let turn = turns.take("a").await;
    assert!(!is_free(&turns, "a").await);
    assert!(is_free(&turns, "b").await);
    drop(turn);
    assert!(is_free(&turns, "a").await);
}

#[tokio::test]
async fn what_nobody_wants_any_more_is_forgotten() {
    let turns = Turns::new();
    let kept = turns.take("a").await;
    for key in ["b", "c", "d"] {
        drop(turns.take(key).await);
    }
    let known: Vec<&str> = turns.0.lock().unwrap().keys().copied().collect();
    assert_eq!(known, ["a", "d"]);
    drop(kept);
}
