use core::time::Duration;

use super::{format, parse};

#[test]
fn every_unit_both_ways() {
    for (text, milliseconds) in
        [("250ms", 250), ("6s", 6_000), ("2m", 120_000), ("1h", 3_600_000), ("1d", 86_400_000), ("0s", 0)]
    {
        assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)));
        assert_eq!(format(Duration::from_millis(milliseconds)), text);
    }
    assert_eq!(format(Duration::from_millis(1_500)), "1500ms");
    assert_eq!(format(Duration::from_secs(90)), "90s");
}

#[test]
fn what_to_write_instead() {
    let advice = |text| parse(text).unwrap_err();
    assert_eq!(advice("6"), "add the unit: \"6s\" for seconds, \"6ms\" for milliseconds");
    assert_eq!(advice("6 sec"), "write \"6s\"");
    assert_eq!(advice("1.5s"), "write \"1500ms\"");
    assert_eq!(advice("0.00001s"), "the units are ms, s, m, h and d, as in \"6s\" or \"250ms\"");
    assert_eq!(advice("2M"), "write \"2m\"");
    assert_eq!(advice("-1s"), "write a whole number and a unit, as in \"6s\" or \"250ms\"");
    assert_eq!(advice(""), "write a whole number and a unit, as in \"6s\" or \"250ms\"");
    assert_eq!(advice("99999999999999999d"), "that is longer than a computer lives");
    assert_eq!(advice("6µs"), "the units are ms, s, m, h and d, as in \"6s\" or \"250ms\"");
}
