use super::{SHOWN, holds, quoted};

#[test]
fn what_a_server_says_is_one_short_line() {
    assert_eq!(quoted(b"220 hi\r\n"), r#""220 hi\r\n""#);
    assert_eq!(quoted(b"say \"x\"\0\xff"), "\"say \\\"x\\\"\\0\u{fffd}\"");
    assert_eq!(quoted(&[b'x'; SHOWN]), format!("\"{}\"", "x".repeat(SHOWN)));
    assert_eq!(quoted(&[b'x'; 9000]), format!("\"{}…\"", "x".repeat(SHOWN)));
}

#[test]
fn a_part_is_found_anywhere() {
    assert!(holds(b"abc", b"") && holds(b"", b"") && holds(b"abc", b"a") && holds(b"abc", b"bc"));
    assert!(!holds(b"abc", b"ac") && !holds(b"", b"a") && !holds(b"ab", b"abc"));
}
