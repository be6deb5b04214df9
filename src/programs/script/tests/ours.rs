//! Programs for which nobody is named, of a daemon that is not root.

use std::os::unix::fs::chown;
use std::path::Path;

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
