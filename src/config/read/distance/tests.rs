use super::{distance, nearest};

#[test]
fn swaps_count_once() {
    assert_eq!(distance(b"wieght", b"weight"), 1);
    assert_eq!(distance(b"", b"weight"), 6);
    assert_eq!(distance(b"rr", b"wrr"), 1);
    assert_eq!(distance(b"kitten", b"sitting"), 3);
}

#[test]
fn the_nearest_is_near() {
    let known = ["weight", "forward", "interval", "interval_down"];
    assert_eq!(nearest("wieght", known), Some("weight"));
    assert_eq!(nearest("Weight", known), Some("weight"));
    assert_eq!(nearest("interval-down", known), Some("interval_down"));
    assert_eq!(nearest("fwd", known), None);
    assert_eq!(nearest("int", known), Some("interval"));
    assert_eq!(nearest(&"w".repeat(100_000), known), None);
}
