//! A keepalived.conf as its owner brings it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{DIRECTOR, Place, check, run};

/// What it may run, and runs.
const GOOD: &str = "\
! two web servers
virtual_server 192.0.2.100 80 {
    delay_loop 6
    lb_algo wrr
    lb_kind DR
    protocol TCP
    real_server 192.0.2.1 80 {
        weight 3
        TCP_CHECK {
            connect_timeout 3
        }
    }
    real_server 192.0.2.2 80 {
        HTTP_GET {
            url {
                path /alive
                status_code 200
            }
        }
    }
}
";

/// The service is closed before its servers.
const EARLY_BRACE: &str = "\
virtual_server 192.0.2.100 80 {
    delay_loop 6
    lb_algo wrr
    lb_kind DR
    nat_mask 255.255.255.0
    protocol TCP
}
    real_server 192.0.2.1 80 {
        TCP_CHECK {
            connect_timeout 5
            nb_get_retry 3
        }
    }
    real_server 192.0.2.2 80 {
        TCP_CHECK {
            connect_timeout 5
        }
    }
";

/// keepalived would balance by NAT.
const LOWER_CASE: &str = "\
virtual_server 192.0.2.100 80 {
    lb_algo rr
    lb_kind dr
    protocol TCP
    real_server 192.0.2.1 80 {
    }
}
";

fn import(file: &Path, options: &[&str]) -> (i32, String, String) {
    run(DIRECTOR, &[&["import", file.to_str().unwrap()], options].concat())
}

/// Without the folder of the test, which is another on every machine.
fn neutral(place: &Place, text: &str) -> String {
    text.replace(&format!("{}/", place.0.display()), "")
}

#[test]
fn it_is_taken_by_its_content_whatever_its_name() {
    let place = Place::new("keepalived-name");
    for name in ["keepalived.conf", "director.toml"] {
        let (code, out, err) = check(DIRECTOR, &place.file(name, GOOD));
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.ends_with("fine as keepalived.conf: 1 service, 2 real servers\n"), "{out}");
    }
}

#[test]
fn what_import_writes_is_a_configuration_with_the_same_meaning() {
    let place = Place::new("keepalived-import");
    let file = place.file("keepalived.conf", GOOD);
    let (code, toml, err) = import(&file, &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!("import", toml);
    let effective = |file: &Path| run(DIRECTOR, &["check", "--effective", "-c", file.to_str().unwrap()]);
    let (code, before, _) = effective(&file);
    assert_eq!((code, effective(&place.file("director.toml", &toml))), (0, (0, before, String::new())));
}

#[test]
fn a_mistake_that_keepalived_swallows_is_shown_with_its_cure() {
    let place = Place::new("keepalived-refused");
    let file = place.file("keepalived.conf", EARLY_BRACE);
    let (code, out, err) = check(DIRECTOR, &file);
    assert_eq!((code, out.as_str()), (78, ""));
    insta::assert_snapshot!("refused", neutral(&place, &err));
    let (code, out, again) = import(&file, &[]);
    assert_eq!((code, out.as_str()), (78, ""), "nothing is printed that might be used");
    assert_eq!(again, err);
}

#[test]
fn import_mends_what_the_author_meant() {
    let place = Place::new("keepalived-fix");
    let (code, toml, err) = import(&place.file("keepalived.conf", EARLY_BRACE), &["--fix"]);
    assert_eq!(code, 0, "{err}");
    insta::assert_snapshot!("fixed", neutral(&place, &format!("{toml}\n--- on standard error\n{err}")));
    let (code, out, err) = check(DIRECTOR, &place.file("director.toml", toml));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("1 service, 2 real servers\n"), "{out}");
}

#[test]
fn lenient_says_what_keepalived_makes_of_it_and_takes_that() {
    let place = Place::new("keepalived-lenient");
    let file = place.file("keepalived.conf", LOWER_CASE);
    assert_eq!(check(DIRECTOR, &file).0, 78);
    let path = file.to_str().unwrap();
    for arguments in [["check", "--lenient", "-c", path], ["--lenient", "check", "-c", path]] {
        let (code, out, err) = run(DIRECTOR, &arguments);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("fine as keepalived.conf"), "{out}");
        assert!(err.contains("warning") && err.contains("NAT"), "{err}");
    }
    let (_, toml, _) = import(&file, &["--lenient"]);
    assert!(toml.contains("forward = \"nat\""), "{toml}");
    let (_, toml, _) = import(&file, &["--fix"]);
    assert!(!toml.contains("forward = \"nat\""), "{toml}");
    assert_eq!(import(&file, &["--fix", "--lenient"]).0, 2, "one or the other");
}

#[test]
fn included_files_belong_to_it() {
    let place = Place::new("keepalived-include");
    let main = place.file("main.conf", "include services-{b,a}.conf\n");
    place.file("services-a.conf", GOOD);
    place.file("services-b.conf", GOOD.replace("192.0.2.100", "192.0.2.101"));
    let (code, out, err) = check(DIRECTOR, &main);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("2 services, 4 real servers\n"), "{out}");
    place.file("services-b.conf", LOWER_CASE);
    let (code, _, err) = check(DIRECTOR, &main);
    assert_eq!(code, 78);
    assert!(err.contains("services-b.conf:3:13"), "the place is in the included file\n{err}");
    fs::set_permissions(place.0.join("services-b.conf"), fs::Permissions::from_mode(0o666)).unwrap();
    let (code, _, err) = run(DIRECTOR, &["check", "--lenient", "-c", main.to_str().unwrap()]);
    assert_eq!(code, 78, "everybody could write it: {err}");
    assert!(err.contains("main.conf:1:1") && err.contains("chmod go-w"), "{err}");
}

#[test]
fn lines_for_one_machine_follow_config_id() {
    let place = Place::new("keepalived-id");
    let text = GOOD.replace("    delay_loop 6", "@LVS01     delay_loop 7\n@^LVS01     delay_loop 12");
    let file = place.file("keepalived.conf", text);
    let intervals = |options: &[&str]| {
        let (code, toml, err) = import(&file, options);
        assert_eq!((code, err.as_str()), (0, ""));
        (toml.contains("\"7s\""), toml.contains("\"12s\""))
    };
    assert_eq!(intervals(&["-i", "LVS01"]), (true, false));
    assert_eq!(intervals(&["--config-id", "LVS02"]), (false, true));
}

#[test]
fn import_of_another_file_says_so() {
    let place = Place::new("keepalived-other");
    let toml = place.file("director.toml", super::GOOD_DIRECTOR);
    let (code, out, err) = import(&toml, &[]);
    assert_eq!((code, out.as_str()), (78, ""));
    assert!(err.contains("is a director.toml already"), "{err}");
    let (code, out, err) = import(&place.file("notes.txt", "hello = [world\n"), &[]);
    assert_eq!((code, out.as_str()), (78, ""));
    assert!(err.contains("is no keepalived.conf"), "{err}");
    let (code, _, err) = import(&place.0.join("missing.conf"), &[]);
    assert_eq!(code, 78);
    assert!(err.contains("does not exist"), "{err}");
}

#[test]
fn an_option_that_says_nothing_about_a_director_toml_is_told() {
    let place = Place::new("keepalived-needless");
    let file = place.file("director.toml", super::GOOD_DIRECTOR);
    let (code, _, err) = run(DIRECTOR, &["check", "--lenient", "-i", "LVS01", "-c", file.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(err.contains("--lenient is about a keepalived.conf"), "{err}");
    assert!(err.contains("--config-id is about a keepalived.conf"), "{err}");
}

#[test]
fn a_program_that_is_missing_is_named() {
    let place = Place::new("keepalived-program");
    let router = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.100\n    }\n    \
                  notify_master /no/such/program\n}\n";
    let file = place.file("keepalived.conf", format!("{router}{GOOD}"));
    let (code, out, err) = check(DIRECTOR, &file);
    assert_eq!((code, out.as_str()), (78, ""));
    assert!(err.contains("/no/such/program") && err.contains("does not exist"), "{err}");
    let (code, toml, err) = import(&file, &[]);
    assert_eq!(code, 0, "it may be meant for another machine");
    assert!(
        toml.contains("/no/such/program") && err.contains("warning") && err.contains("does not exist"),
        "{err}"
    );
}
