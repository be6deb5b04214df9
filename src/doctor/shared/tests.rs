#![allow(clippy::unwrap_used, reason = "a test may panic")]

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::{clock, comment_out, confinement, edit, names, quoted, said};
use crate::{Confinement, Facts, File, Finding, Seen, Verdict};

fn file(path: &str, text: &str) -> File {
    File { path: path.to_string(), text: Seen::Known(text.to_string()), executable: false }
}

#[test]
fn clock_of_each_kind() {
    let with = |clock| clock_of(&Facts { clock_synchronised: clock, ..Facts::default() });
    assert!(matches!(with(Seen::Known(true)), Verdict::Fine(_)));
    assert!(
        matches!(with(Seen::Known(false)), Verdict::Wrong { cure, .. } if cure[0].contains("chronyc -n sources"))
    );
    assert!(matches!(with(Seen::unseen("why", "how")), Verdict::Unknown { .. }));
}

fn clock_of(host: &Facts) -> Verdict {
    clock(host).verdict
}

#[test]
fn security_modules() {
    let of = |confinement_of| {
        let host = Facts { confinement: confinement_of, ..Facts::default() };
        confinement(&host, "lvs-rs-agent")
            .into_iter()
            .map(|finding: Finding| finding.verdict)
            .collect::<Vec<_>>()
    };
    let none = of(Confinement::default());
    assert!(none.iter().all(|verdict| matches!(verdict, Verdict::NotApplicable(_))));
    let both = of(Confinement { selinux: Some(true), apparmor: Some("unconfined".to_string()) });
    assert!(
        both.iter().all(|verdict| matches!(verdict, Verdict::Fine(seen) if seen.contains("lvs-rs-agent")))
    );
    let permissive = of(Confinement { selinux: Some(false), apparmor: None });
    assert_eq!(Verdict::Fine("permissive".to_string()), permissive[0]);
}

#[test]
fn addresses_in_words() {
    let vip = "192.168.100.24".parse().unwrap();
    for line in
        ["addresses: [192.168.100.24/24]", "- 192.168.100.24", "VIP=192.168.100.24", "a 192.168.100.24."]
    {
        assert!(names(line, vip), "{line}");
    }
    for line in ["192.168.100.240", "1192.168.100.24", "192.168.100.24.5", "nothing"] {
        assert!(!names(line, vip), "{line}");
    }
    assert!(names("Address=2001:db8::24/128", "2001:db8::24".parse().unwrap()));
    assert!(names("address 2001:0DB8:0::24", "2001:db8::24".parse().unwrap()));
}

#[test]
fn lines_that_say_something() {
    let file = file("/etc/x", "# a\n\n  b\n;c\nd\n");
    let found: Vec<(usize, &str)> = said(&file).map(|line| (line.number, line.text)).collect();
    assert_eq!(vec![(3, "b"), (5, "d")], found);
    let cure = comment_out("/etc/x y", [3, 5].into_iter());
    assert_eq!("sed -i --follow-symlinks '3s/^/# /;5s/^/# /' '/etc/x y'", cure);
}

#[test]
fn words_of_files_are_words_of_a_shell() {
    assert_eq!("/etc/netplan/50-a_b.yaml", quoted("/etc/netplan/50-a_b.yaml"));
    for (word, expected) in [("", "''"), ("$(reboot)", "'$(reboot)'"), ("a'b", "'a'\\''b'"), ("a b", "'a b'")]
    {
        assert_eq!(expected, quoted(word));
    }
}

#[test]
fn what_is_to_be_edited_stays_one_comment() {
    let line = edit("/etc/a\nb", 7, "take it off", "  x\u{1b}[0m\r\ty  ");
    assert_eq!("# edit /etc/a?b, line 7: take it off: x?[0m??y", line);
    assert!(edit("/etc/x", 1, "take it off", &"x".repeat(4096)).len() < 200);
}
