use super::translated;

#[test]
fn the_end_of_a_text_may_have_a_line_break() {
    assert_eq!(translated("OK$", true), r"OK(?:\n?\z)");
    assert_eq!(translated(r"OK\Z", true), r"OK(?:\n?\z)");
    assert_eq!(translated("OK$", false), "OK$");
}

#[test]
fn other_dollars_stay() {
    for regex in [r"costs \$5", "[$]", "[^$]x", "[]$]", r"[\]$]", r"\\"] {
        assert_eq!(translated(regex, true), regex);
    }
    assert_eq!(translated("[a]$", true), r"[a](?:\n?\z)");
}
