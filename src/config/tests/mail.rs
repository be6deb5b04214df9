//! What is wrong in `[mail]`, and in what is told by it.

mod common;

use common::{beside, refused, router, service, taken};
use lvs_config::director::DirectorConfig;

/// A section with the lines given, from line 8.
fn mail(lines: &str) -> String {
    beside(&format!("[mail]\nfrom = \"lvs@example.org\"\nserver = \"mail.example.org\"\n{lines}"))
}

/// What is said about each of some servers.
fn said_of_servers(servers: &[&str]) -> String {
    let one = |server: &&str| {
        refused(&beside(&format!("[mail]\nto = [\"a@b\"]\nfrom = \"a@b\"\nserver = \"{server}\"")))
    };
    servers.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_empty_section() {
    insta::assert_snapshot!(refused(&beside("[mail]")), @r#"
    5:1 error: [mail] has no `to` [`to` is missing] / write who gets the mails: `to = ["admin@example.org"]`
    5:1 error: [mail] has no `from` [`from` is missing] / write whom they are from: `from = "lvs@example.org"`
    5:1 error: [mail] has no `server` [`server` is missing] / write where they are handed in: `server = "mail.example.org"`
    "#);
}

#[test]
fn words_of_keepalived() {
    insta::assert_snapshot!(refused(&beside("[mail]\nnotification_email = [\"a@b\"]\nnotification_email_from = \"a@b\"\nsmtp_server = \"x\"\nsmtp_connect_timeout = 30")), @r#"
    6:1 error: [mail] has no key `notification_email` [not known] / write `to = ["admin@example.org"]`
    7:1 error: [mail] has no key `notification_email_from` [not known] / write `from = "lvs@example.org"`
    8:1 error: [mail] has no key `smtp_server` [not known] / write `server = "mail.example.org:25"`
    9:1 error: [mail] has no key `smtp_connect_timeout` [not known] / write `timeout = "30s"`
    "#);
}

#[test]
fn addresses() {
    let to = r#"to = ["a", "a@", "@b", "a b@c", "Admin <a@b.c>", "a@b..c", "ä@ö.example"]"#;
    insta::assert_snapshot!(refused(&mail(to)), @r#"
    8:7 error: "a" is no mail address / write it as "admin@example.org"
    8:12 error: "a@" is no mail address / write it as "admin@example.org"
    8:18 error: "@b" is no mail address / write it as "admin@example.org"
    8:24 error: "a b@c" is no mail address / write it as "admin@example.org"
    8:33 error: "Admin <a@b.c>" is no mail address / write the address alone: "a@b.c"
    8:50 error: "a@b..c" is no mail address / write it as "admin@example.org"
    "#);
}

#[test]
fn nobody() {
    insta::assert_snapshot!(refused(&mail("to = []")), @r#"8:6 error: `to` is empty [nobody would hear of it] / write an address, or leave [mail] away"#);
}

#[test]
fn servers() {
    insta::assert_snapshot!(said_of_servers(&["mail:0", "mail:smtp", "a b", "", "[2001:db8::1", "[2001:db8::1]25", "[192.0.2.1]:25", "mail:65536", "-:25:25"]), @r#"
    8:10 error: "mail:0" has no valid port / write a port from 1 to 65535, or none for the usual one
    8:10 error: "mail:smtp" has no valid port / write a port from 1 to 65535, or none for the usual one
    8:10 error: "a b" is no mail server / write a name or an address, and a port where it is not the usual one: "mail.example.org:25", "[2001:db8::25]:25"
    8:10 error: "" is no mail server / write a name or an address, and a port where it is not the usual one: "mail.example.org:25", "[2001:db8::25]:25"
    8:10 error: "[2001:db8::1" is no mail server / write a name or an address, and a port where it is not the usual one: "mail.example.org:25", "[2001:db8::25]:25"
    8:10 error: "[2001:db8::1]25" is no mail server / write a name or an address, and a port where it is not the usual one: "mail.example.org:25", "[2001:db8::25]:25"
    8:10 error: "[192.0.2.1]:25" is no mail server / write a name or an address, and a port where it is not the usual one: "mail.example.org:25", "[2001:db8::25]:25"
    8:10 error: "mail:65536" has no valid port / write a port from 1 to 65535, or none for the usual one
    8:10 error: "-:25:25" has no valid port / write a port from 1 to 65535, or none for the usual one
    "#);
}

#[test]
fn a_password_in_clear() {
    insta::assert_snapshot!(refused(&mail("to = [\"a@b\"]\nlogin = { user = \"a\", password = \"b\" }")), @r#"9:9 error: the password would go to mail.example.org in clear [there is no `tls`] / write `tls = "starttls"`, or `tls = "tls"` for a server on port 465"#);
}

#[test]
fn nothing_to_verify() {
    insta::assert_snapshot!(refused(&mail("to = [\"a@b\"]\nverify = false")), @r#"9:1 error: `verify` without `tls` [there is no certificate to verify] / write `tls = "starttls"` or "tls", or leave it away"#);
}

#[test]
fn times_and_words() {
    insta::assert_snapshot!(refused(&mail("to = [\"a@b\"]\ntls = \"ssl\"\ntimeout = \"0s\"\nmerge = \"2h\"\nabout = [\"router\"]\nhelo = \"a b\"")), @r#"
    9:7 error: `tls` has no value "ssl" [not known] / there are off, starttls and tls
    10:11 error: `timeout` is out of range [not in 100ms to 1h] / write a duration from "100ms" to "1h"
    11:9 error: `merge` is out of range [not in 0s to 1h] / write a duration from "0s" to "1h"
    12:10 error: `about` has no value "router" [not known] / did you mean "routers"? there are routers, services and servers
    13:8 error: "a b" is no name to greet with / write a host name such as "lvs01.example.org", or an address: "[192.0.2.2]"
    "#);
}

#[test]
fn alerts_without_mail() {
    insta::assert_snapshot!(refused(&format!("{}{}", router("alert = true"), service("alert = true"))), @r#"
    6:9 error: `alert` is true, but there is no [mail] [nobody would hear of it] / write a [mail] section, or leave it away
    9:9 error: `alert` is true, but there is no [mail] [nobody would hear of it] / write a [mail] section, or leave it away
    "#);
}

#[test]
fn alerts_that_are_no_truth() {
    insta::assert_snapshot!(refused(&service("alert = \"me@example.org\"")), @r#"3:9 error: `alert` takes true or false, not a string [this is a string] / write `alert = true` or `alert = false`"#);
}

#[test]
fn servers_and_their_ports() {
    for (lines, host, port) in [
        ("server = \"mail\"", "mail", 25),
        ("server = \"mail.example.org\"\ntls = \"starttls\"", "mail.example.org", 587),
        ("server = \"2001:db8::25\"\ntls = \"tls\"", "2001:db8::25", 465),
        ("server = \"[2001:db8::25]\"", "2001:db8::25", 25),
        ("server = \"[2001:db8::25]:26\"", "2001:db8::25", 26),
        ("server = \"192.0.2.25:2525\"", "192.0.2.25", 2_525),
        ("server = \"localhost\"\nlogin = { user = \"a\", password = \"b\" }", "localhost", 25),
        ("server = \"[::1]:25\"\nlogin = { user = \"a\", password = \"b\" }", "::1", 25),
    ] {
        let text = beside(&format!("[mail]\nto = [\"a@b\"]\nfrom = \"a@b\"\n{lines}"));
        let mail = taken(&text).mail.unwrap();
        assert_eq!((mail.server.0.as_str(), mail.server.1), (host, port), "{lines}");
    }
}

/// `about` is what holds where nobody says otherwise.
#[test]
fn who_is_told_of() {
    let mail = "[mail]\nto = [\"a@b\"]\nfrom = \"a@b\"\nserver = \"mail\"\nabout = [\"servers\"]\n";
    let config = taken(&(router("") + mail + &service("alert = true")));
    let told = |config: &DirectorConfig| {
        let service = &config.services[0];
        (config.vrrp.routers[0].alert, service.alert, service.reals[0].alert)
    };
    assert_eq!(told(&config), (false, true, true));
    assert_eq!(told(&taken(&(router("") + &service("")))), (false, false, false));
}
