use config::director::{DirectorConfig, parse};

use super::Rights;

const FILE: &str = "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]\n";

fn config(more: &str) -> DirectorConfig {
    parse(&format!("{FILE}{more}")).unwrap_or_else(|errors| panic!("{errors:?}")).0
}

const fn confined(user: String) -> Rights {
    Rights { user, switches_user: false, sees_processes: false }
}

#[test]
fn a_program_of_another_user_needs_the_right_to_become_that_user() {
    let script = "track_scripts = [\"chk\"]\n[[track_script]]\nname = \"chk\"\ncommand = \"/bin/true\"\nuser = \"nobody\"\n";
    let config = config(script);
    let said = confined("lvs-director".to_owned()).missing(&config).unwrap_or_default();
    assert!(
        said.starts_with("error: [[track_script]] \"chk\": it is to run as 'nobody', and the director, which is 'lvs-director'"),
        "{said}"
    );
    assert!(said.contains("\nhint: the drop-in lvs-director-scripts.conf"), "{said}");
    assert_eq!(confined("nobody".to_owned()).missing(&config), None);
    let free = Rights { user: "root".to_owned(), switches_user: true, sees_processes: false };
    assert_eq!(free.missing(&config), None);
}

#[test]
fn a_program_without_a_user_needs_no_right() {
    let script = "track_scripts = [\"chk\"]\n[[track_script]]\nname = \"chk\"\ncommand = \"/bin/true\"\n";
    assert_eq!(confined("lvs-director".to_owned()).missing(&config(script)), None);
}

#[test]
fn tracked_processes_need_to_be_seen() {
    let process = "track_processes = [\"web\"]\n[[track_process]]\nname = \"web\"\nprocess = \"nginx\"\n";
    let config = config(process);
    let said = confined("lvs-director".to_owned()).missing(&config).unwrap_or_default();
    assert!(
        said.contains("[[track_process]] \"web\"") && said.contains("lvs-director-processes.conf"),
        "{said}"
    );
    let seeing = Rights { sees_processes: true, ..confined("lvs-director".to_owned()) };
    assert_eq!(seeing.missing(&config), None);
}

#[test]
fn this_process_sees_itself() {
    let rights = Rights::of_this_process();
    assert_eq!(rights.user, programs::script::our_name());
    assert!(!rights.user.is_empty());
}

#[test]
fn without_a_real_time_priority_nothing_is_done_without() {
    assert_eq!(confined("lvs-director".to_owned()).done_without(&config(""), Some(50)), None);
}

#[test]
fn a_priority_that_no_thread_can_have_is_told_with_the_drop_in() {
    let mut config = config("");
    // as where the kernel refuses, which it does not do to root everywhere
    config.vrrp.realtime_priority = Some(100);
    let said = confined("lvs-director".to_owned()).done_without(&config, Some(50)).unwrap_or_default();
    assert!(said.starts_with("warning: [realtime] priority = 100: "), "{said}");
    assert!(said.contains("'lvs-director' here") && said.contains("lvs-director-realtime.conf"), "{said}");
    // by a reload that leaves it as it is
    assert_eq!(confined("lvs-director".to_owned()).done_without(&config, Some(100)), None);
}
