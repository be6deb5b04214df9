use lvs_keepalived::Mode;
use vrrp::Password;

use super::{instance, only, refused_always, router, swallowed, taken, warned};

fn auth(lines: &str) -> String {
    format!("authentication {{\n{lines}\n}}")
}

fn password(text: &str) -> Option<Password> {
    Password::new(text.as_bytes())
}

#[test]
fn pass() {
    assert_eq!(router(&auth("auth_type PASS\nauth_pass 1111")).password, password("1111"));
    assert_eq!(router(&auth("auth_type PASS\nauth_pass \"a b!c\"")).password, password("a b!c"));
}

#[test]
fn a_comment_sign_cuts_a_password() {
    for (written, sent, meant) in [
        ("ab!cd#ef", "ab", "ab!cd#ef"),
        ("secret#1", "secret", "secret#1"),
        ("abcdef!ghijk", "abcdef", "abcdef!g"),
    ] {
        let text = instance(&auth(&format!("auth_type PASS\nauth_pass {written}")));
        let words = ["begins a comment: the password is cut", &format!("what is sent is `{sent}`")];
        assert_eq!(only(swallowed(&text, &words)).password, password(sent), "{written}");
        assert_eq!(only(taken(&text, Mode::Fix)).password, password(meant), "{written}");
    }
    assert_eq!(router(&auth("auth_type PASS\nauth_pass 1111 # as on the other")).password, password("1111"));
}

#[test]
fn eight_characters_are_sent() {
    let text = instance(&auth("auth_type PASS\nauth_pass abcdefghijkl"));
    assert_eq!(only(warned(&text, &["longer than 8", "`abcdefgh`"])).password, password("abcdefgh"));
}

#[test]
fn the_type_is_pass_in_capitals() {
    let text = instance(&auth("auth_type pass\nauth_pass 1111"));
    assert_eq!(
        only(swallowed(&text, &["no auth_type `pass`", "keepalived sends no password"])).password,
        None
    );
    assert_eq!(only(taken(&text, Mode::Fix)).password, password("1111"));
    let text = instance(&auth("auth_pass 1111"));
    assert_eq!(only(swallowed(&text, &["`authentication` without `auth_type`"])).password, None);
    assert_eq!(only(taken(&text, Mode::Fix)).password, password("1111"));
    let text = instance(&auth("auth_type PASS"));
    assert_eq!(only(swallowed(&text, &["without a password"])).password, None);
}

#[test]
fn two_statements_on_a_line_are_two_when_mended() {
    let text = instance(&auth("auth_type PASS auth_pass 1111"));
    assert_eq!(only(swallowed(&text, &["words behind its value"])).password, None);
    assert_eq!(only(taken(&text, Mode::Fix)).password, password("1111"));
}

#[test]
fn ah_is_refused() {
    refused_always(&instance(&auth("auth_type AH\nauth_pass 1111")), &["AH is not supported"]);
}

#[test]
fn version_3_has_none() {
    let text = instance(&format!("version 3\n{}", auth("auth_type PASS\nauth_pass 1111")));
    assert_eq!(only(warned(&text, &["the password is left away", "version 3"])).password, None);
    let strict =
        format!("global_defs {{\nvrrp_strict\n}}\n{}", instance(&auth("auth_type PASS\nauth_pass 1111")));
    assert_eq!(only(warned(&strict, &["the password is left away", "strict mode"])).password, None);
}

#[test]
fn bytes_that_are_no_ascii_are_refused() {
    refused_always(&instance(&auth("auth_type PASS\nauth_pass p\u{e4}ss")), &["not plain ASCII"]);
}
