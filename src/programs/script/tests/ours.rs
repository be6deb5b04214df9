//! Programs for which nobody is named, of a daemon that is not root.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use rustix::fs::{XattrFlags, setxattr};

use super::super::{Ended, Script, ScriptError, check, check_to_run, may_become, our_name};
use crate::becoming;
use crate::testing::{PATIENCE, Place, mode};

const NOBODY: u32 = 65_534;
/// a group that nobody has
const GROUP: u32 = 4_242;

const AS_NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--groups=4242"];

#[tokio::test]
async fn they_are_judged_and_run_as_its_own_user_with_its_groups() {
    if let Some(place) = becoming::place() {
        judged(&place);
        return ran(&place).await;
    }
    let place = Place::new();
    for (name, owner, group, bits) in
        [("roots", 0, 0, 0o700), ("groups", 0, GROUP, 0o750), ("own", NOBODY, NOBODY, 0o700)]
    {
        let script = place.script(name, "echo $HOME $USER $LOGNAME; id -u; id -G");
        mode(&script[0], bits);
        chown(&script[0], Some(owner), Some(group)).unwrap();
    }
    let test = "script::tests::ours::they_are_judged_and_run_as_its_own_user_with_its_groups";
    becoming::again(test, &place, &AS_NOBODY);
}

fn named(place: &Path, name: &str) -> Vec<String> {
    vec![place.join(name).display().to_string()]
}

fn judged(place: &Path) {
    let roots = named(place, "roots");
    let error = check_to_run(&roots, None).unwrap_err();
    assert_eq!(error.to_string(), format!("user '{}' may not run {1}: chmod a+x {1}", our_name(), roots[0]));
    // elsewhere it may be root who runs it
    check(&roots, None).unwrap();
    for user in [None, Some("nobody")] {
        check_to_run(&named(place, "groups"), user).unwrap();
        check_to_run(&named(place, "own"), user).unwrap();
    }
    assert!(matches!(check(&named(place, "own"), None), Err(ScriptError::Owner { .. })));
    assert!(may_become("nobody") && !may_become("root") && !may_become("no-such-user"));
}

async fn ran(place: &Path) {
    for (name, user) in [("groups", None), ("own", None), ("own", Some("nobody".to_owned()))] {
        let run = Script::new(named(place, name), user).run(&[], PATIENCE).await;
        assert_eq!(run.output, "/nonexistent nobody nobody\n65534\n65534 4242", "{name}: {}", run.ended);
    }
    let run = Script::new(named(place, "roots"), None).run(&[], PATIENCE).await;
    assert!(matches!(run.ended, Ended::NotRun(ScriptError::NotAllowed { .. })), "{}", run.ended);
}

#[test]
fn root_may_become_anybody() {
    assert!(may_become("nobody") && may_become("root"));
    assert_eq!(our_name(), "root");
}

#[tokio::test]
async fn an_access_control_list_lets_its_own_user_enter_and_run() {
    if let Some(place) = becoming::place() {
        return judged_by_list(&place).await;
    }
    let place = Place::new();
    let directory = place.path("directory");
    for name in ["let", "shut"] {
        place.script(name, "id -u");
    }
    fs::create_dir(&directory).unwrap();
    let inside = place.script("directory/let", "id -u");
    for (path, bits) in [(&directory, 5), (&inside[0], 5), (&place.path("let"), 5), (&place.path("shut"), 0)]
    {
        let_nobody(path, bits);
    }
    let test = "script::tests::ours::an_access_control_list_lets_its_own_user_enter_and_run";
    becoming::again(test, &place, &AS_NOBODY);
}

async fn judged_by_list(place: &Path) {
    for (name, user) in [("let", None), ("let", Some("nobody")), ("directory/let", None)] {
        let program = named(place, name);
        check_to_run(&program, user).unwrap();
        let run = Script::new(program, user.map(str::to_owned)).run(&[], PATIENCE).await;
        assert_eq!(run.output, "65534", "{name}: {}", run.ended);
    }
    let shut = check_to_run(&named(place, "shut"), None);
    assert!(matches!(shut, Err(ScriptError::NotAllowed { directory: false, .. })), "{shut:?}");
}

/// `setfacl -m u::rwx,u:nobody:BITS,g::-,o::- PATH`, or with everybody's `r-x` where nobody has nothing, as `linux/posix_acl_xattr.h`
/// has it: a version, then tag, bits and user of each entry.
fn let_nobody(path: &str, bits: u16) {
    const EVERYBODY: u32 = u32::MAX;
    let others = if bits == 0 { 5 } else { 0 };
    let entries = [
        (0x01, 7, EVERYBODY),
        (0x02, bits, NOBODY),
        (0x04, 0, EVERYBODY),
        (0x10, 5, EVERYBODY),
        (0x20, others, EVERYBODY),
    ];
    let entries = entries.map(|(tag, bits, user): (u16, u16, u32)| {
        [&tag.to_le_bytes()[..], &bits.to_le_bytes(), &user.to_le_bytes()].concat()
    });
    let list = [&2_u32.to_le_bytes()[..], &entries.concat()].concat();
    setxattr(path, "system.posix_acl_access", &list, XattrFlags::empty()).unwrap();
}
