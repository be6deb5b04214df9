//! `include` and its kin.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use super::{NoneAtAll, Parsed, with};
use crate::Mode;

fn files(files: &[(&str, &str)]) -> NoneAtAll {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn read(text: &str, mode: Mode) -> Parsed {
    let mut files = files(&[
        ("/etc/a.conf", "top a\n"),
        ("/etc/b.conf", "top b ${_PWD}"),
        ("/etc/d/1", "top d1\ninclude 2"),
        ("/etc/d/2", "top d2 ${_PWD} $A\n"),
        ("/etc/half", "service x {\n delay 1"),
        ("/etc/loop", "top l\ninclude loop\n"),
        ("/etc/main.conf", "top main\n"),
        ("/etc/wrong", "service y {\n chek {\n }\n}\n"),
    ]);
    with(text, mode, &mut files)
}

#[test]
fn files_are_found_where_the_including_one_is() {
    for (text, tree) in [
        ("include a.conf\ntop 1", "top a; top 1"),
        ("include /etc/a.conf", "top a"),
        ("include \"a.conf\"", "top a"),
        ("$A=9\ninclude d/1", "top d1; top d2 /etc/d 9"),
        ("$A=9\ninclude d/*", "top d1; top d2 /etc/d 9; top d2 /etc/d 9"),
        ("include none*\ntop 1", "top 1"),
        ("includer a.conf\nincludem a.conf\nincludew b*\nincludea a*", "top a; top a; top b /etc; top a"),
        ("includeb {a,b}.conf", "top a; top b /etc"),
        ("include half\n}\ntop 1", "service x { delay 1 }; top 1"),
        ("service y { include a.conf\n}", "service y { top a }"),
        ("@main include a.conf\n@other include b.conf", "top a"),
        ("$F=a.conf\ninclude $F", "top a"),
    ] {
        let read = read(text, Mode::Strict);
        assert_eq!(read.tree, tree, "{text}");
        assert_eq!(read.findings, [""; 0], "{text}");
    }
}

#[test]
fn what_cannot_be_included() {
    for (text, finding, swallowed) in [
        ("include none.conf", "no file none.conf to include", true),
        ("includer none.conf", "no file none.conf to include", true),
        ("includem none*", "no file matches none*", false),
        ("includeb {a,c}.conf", "includeb {a,c}.conf: no file c.conf", false),
        ("include broken", "cannot include broken: permission denied", false),
        ("include loop", "/etc/loop includes itself", false),
        ("include main.conf", "/etc/main.conf includes itself", false),
    ] {
        let strict = read(text, Mode::Strict);
        assert!(strict.findings[0].starts_with("error at "), "{text}: {:?}", strict.findings);
        assert!(strict.findings[0].contains(finding), "{text}: {:?}", strict.findings);
        let lenient = read(text, Mode::Lenient);
        assert_eq!(lenient.findings[0].starts_with("warning"), swallowed, "{text}: {:?}", lenient.findings);
    }
}

#[test]
fn text_behind_the_name() {
    let text = "service y { include a.conf }\ntop 1\n";
    assert!(read(text, Mode::Strict).findings[0].starts_with("error at 1: text behind the name of the file"));
    assert_eq!(read(text, Mode::Fix).tree, "service y { top a }; top 1");
    assert_eq!(read(text, Mode::Lenient).tree, "service y { top 1 ");
    // not a name of keepalived's
    assert_eq!(read("included a.conf", Mode::Strict).tree, "included a.conf");
}

#[test]
fn findings_name_the_file_they_are_in() {
    let read = read("top 1\ninclude wrong\n", Mode::Lenient);
    assert_eq!(read.found[0].source, 1);
    assert_eq!(read.sources[1].path, "/etc/wrong");
    assert!(read.findings[0].contains("closes `service` of line 1 of /etc/wrong"), "{:?}", read.findings);
}

#[test]
fn depth_and_number_are_limited() {
    let mut chain = NoneAtAll::new();
    for n in 0..40 {
        chain.insert(format!("/etc/f{n}"), format!("top {n}\ninclude f{}\n", n + 1));
    }
    let read = with("include f0", Mode::Strict, &mut chain);
    assert_eq!(read.sources.len(), 16);
    assert!(read.findings[0].contains("16 files include each other"), "{:?}", read.findings);
    let mut wide = NoneAtAll::new();
    for n in 0..100 {
        wide.insert(format!("/etc/f{n}"), "include g*\n".to_owned());
        wide.insert(format!("/etc/g{n}"), String::new());
    }
    let read = with("include f*", Mode::Strict, &mut wide);
    assert_eq!(read.sources.len(), 4096);
    assert!(read.findings[0].contains("more than 4096 files"), "{:?}", read.findings);
}
