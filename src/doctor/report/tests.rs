use alloc::format;
use alloc::string::ToString;

use super::{Marks, Report};
use crate::{Finding, Unseen};

fn report() -> Report {
    Report::new([
        Finding::fine("a", "", "good \"enough\""),
        Finding::not_applicable("b", "eth0", "none"),
        Finding::wrong("c", "eth0", "bad", ["cure it", "# and again"]),
        Finding::unknown(
            "d",
            "",
            &Unseen { why: "not permitted".to_string(), how: "run this as root".to_string() },
        ),
        Finding::wrong("e", "", "tab\there\\", [""; 0]),
    ])
}

#[test]
fn wrong_ones_come_first_with_their_cures() {
    let expected = "✗ c eth0: bad\n    cure it\n    # and again\n✗ e: tab\there\\\n? d: not permitted\n    \
                    # run this as root\n✓ a: good \"enough\"\n– b eth0: none\n\
                    2 wrong, 1 fine, 1 not applicable, 1 not looked at";
    assert_eq!(expected, report().text(Marks::UNICODE));
    assert!(report().text(Marks::ASCII).is_ascii());
}

#[test]
fn the_same_for_machines() {
    let findings = [
        r##"{"id":"c","subject":"eth0","verdict":"wrong","what":"bad","cure":["cure it","# and again"]}"##,
        r#"{"id":"e","subject":"","verdict":"wrong","what":"tab\u0009here\\","cure":[]}"#,
        r#"{"id":"d","subject":"","verdict":"not_looked_at","what":"not permitted","how":"run this as root"}"#,
        r#"{"id":"a","subject":"","verdict":"fine","what":"good \"enough\""}"#,
        r#"{"id":"b","subject":"eth0","verdict":"not_applicable","what":"none"}"#,
    ];
    let counts = r#""wrong":2,"fine":1,"not_applicable":1,"not_looked_at":1"#;
    let expected = format!("{{\"findings\":[{}],{counts}}}", findings.join(","));
    assert_eq!(expected, report().json());
}

#[test]
fn what_is_not_known_is_not_held_against_a_host() {
    assert_eq!(1, report().exit_code());
    let unknown = Finding::unknown("d", "", &Unseen { why: "why".to_string(), how: "how".to_string() });
    assert_eq!(0, Report::new([unknown]).exit_code());
}
