mod ours;

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, Uid, User, mkfifo};

use super::stuck::Start;
use super::{Ended, Run, Script, ScriptError, Who, check};
use crate::testing::{PATIENCE, Place, is_dead, mode, until};

const NOBODY: u32 = 65_534;

async fn run(command: Vec<String>, limit: Duration) -> Run {
    Script::new(command, None).run(&[], limit).await
}

fn refused(command: &[String], user: Option<&str>) -> String {
    daemon::errors::one_line(&check(command, user).expect_err("it is not safe"))
}

#[test]
fn a_program_that_only_root_may_write_is_good_for_everybody() {
    let place = Place::new();
    let script = place.script("check", "true");
    check(&script, None).unwrap();
    check(&script, Some("root")).unwrap();
    check(&script, Some("nobody")).unwrap();
    check(&["/bin/sh".into(), "-c".into(), "no matter".into()], None).unwrap();
}

#[test]
fn what_is_no_program_is_named() {
    let place = Place::new();
    fs::create_dir(place.path("directory")).unwrap();
    let pipe = place.path("pipe");
    mkfifo(pipe.as_str(), Mode::from_bits_truncate(0o700)).unwrap();
    let script = place.script("script", "true");
    let message = |path: &str| refused(&[path.to_owned()], None);
    let at = |name: &str| place.path(name);
    assert_eq!(refused(&[], None), "the command is empty");
    assert_eq!(message("check.sh"), "'check.sh' is no full path: write it from the first '/' on");
    assert_eq!(message(&at("gone")), format!("{} does not exist", at("gone")));
    assert_eq!(message(&at("gone/deep/check")), format!("{} does not exist", at("gone")));
    assert_eq!(message(&at("directory")), format!("{} is a directory, not a program", at("directory")));
    assert_eq!(
        message(&at("directory/..")),
        format!("{} is a directory, not a program", at("").trim_end_matches('/'))
    );
    assert_eq!(message("/.."), "/ is a directory, not a program");
    assert_eq!(message(&at("script/below")), format!("{} is no directory", at("script")));
    assert_eq!(message(&pipe), format!("{pipe} is no regular file"));
    assert_eq!(message("/check\0"), "cannot look at /check\0: Invalid argument (os error 22)");
    mode(&script[0], 0o644);
    assert_eq!(message(&script[0]), format!("{0} is not executable: chmod a+x {0}", script[0]));
}

#[test]
fn what_others_may_write_is_refused_with_the_remedy() {
    let place = Place::new();
    let script = place.script("check", "true");
    let path = &script[0];
    for (bits, who, remedy) in
        [(0o775, "its group", "g-w"), (0o757, "everybody", "go-w"), (0o777, "everybody", "go-w")]
    {
        mode(path, bits);
        let wanted = format!(
            "{path} is writable by {who}, who could so run anything as 'root': chmod {remedy} {path}"
        );
        assert_eq!(refused(&script, None), wanted);
        assert!(refused(&script, Some("nobody")).contains("as 'nobody'"));
    }
    mode(path, 0o755);
    for bits in [0o775, 0o757] {
        mode(&place.0, bits);
        let error = check(&script, None).unwrap_err();
        assert!(matches!(&error, ScriptError::Writable { path, .. } if *path == place.0), "{error}");
    }
    // nobody should be told to close /tmp
    mode(&place.0, 0o1777);
    let words = format!("{} is a directory for everybody's files", place.0.display());
    assert!(refused(&script, None).starts_with(&words), "{}", refused(&script, None));
}

#[test]
fn somebody_elses_program_runs_as_its_owner_only() {
    let place = Place::new();
    let script = place.script("check", "true");
    chown(&script[0], Some(NOBODY), None).unwrap();
    let owner = User::from_uid(Uid::from_raw(NOBODY)).unwrap().unwrap().name;
    assert_eq!(
        refused(&script, None),
        format!(
            "{0} belongs to '{owner}', who could so run anything as 'root': chown root {0}, or let it run as '{owner}' (user = \"{owner}\")",
            script[0]
        )
    );
    assert!(matches!(check(&script, Some("daemon")), Err(ScriptError::Owner { .. })));
    check(&script, Some(&owner)).unwrap();
    // nor may a directory above it be somebody else's
    chown(&script[0], Some(0), None).unwrap();
    chown(&place.0, Some(NOBODY), None).unwrap();
    assert!(matches!(check(&script, None), Err(ScriptError::Owner { path, .. }) if path == place.0));
}

#[test]
fn a_user_who_is_unknown_or_may_not_run_it_is_named() {
    let place = Place::new();
    let script = place.script("check", "true");
    let path = &script[0];
    assert_eq!(refused(&script, Some("no-such-user")), "there is no user 'no-such-user'");
    for bits in [0o700, 0o710, 0o744] {
        mode(path, bits);
        check(&script, None).unwrap();
        assert_eq!(
            refused(&script, Some("nobody")),
            format!("user 'nobody' may not run {path}: chmod a+x {path}")
        );
    }
    mode(path, 0o755);
    mode(&place.0, 0o700);
    let directory = place.0.display();
    assert_eq!(
        refused(&script, Some("nobody")),
        format!(
            "user 'nobody' may not enter {directory}: chmod a+x {directory}, or keep the program elsewhere"
        )
    );
    // by group
    mode(&place.0, 0o755);
    mode(path, 0o750);
    chown(path, None, Some(NOBODY)).unwrap();
    check(&script, Some("nobody")).unwrap();
}

#[test]
fn symbolic_links_are_followed_and_every_directory_on_the_way_is_looked_at() {
    let place = Place::new();
    let script = place.script("real", "true");
    fs::create_dir_all(place.path("open/closed")).unwrap();
    mode(place.path("open"), 0o777);
    fs::copy(&script[0], place.path("open/closed/check")).unwrap();
    let link = |target: &str, name: &str| {
        symlink(target, place.path(name)).unwrap();
        vec![place.path(name)]
    };
    check(&link("real", "good"), None).unwrap();
    check(&link(&place.path("good"), "far"), None).unwrap();
    check(&link("./../../.././var/lib/..//../bin/true", "up"), None).unwrap();
    for target in ["open/closed/check", "open/../real"] {
        let name = target.replace('/', "-");
        let error = check(&link(target, &name), None).unwrap_err();
        let open = PathBuf::from(place.path("open"));
        assert!(
            matches!(&error, ScriptError::Writable { path, who: Who::Everybody, .. } if *path == open),
            "{error}"
        );
    }
    let broken = link("nothing", "broken");
    assert_eq!(refused(&broken, None), format!("{} does not exist", place.path("nothing")));
    symlink("circle-b", place.path("circle-a")).unwrap();
    let circle = link("circle-a", "circle-b");
    assert_eq!(refused(&circle, None), format!("{} leads through more than 40 symbolic links", circle[0]));
}

#[test]
fn a_file_system_mounted_noexec_is_named() {
    const INSIDE: &str = "LVS_TEST_NOEXEC";
    if let Ok(script) = std::env::var(INSIDE) {
        assert_eq!(
            refused(std::slice::from_ref(&script), None),
            format!("{script} is on a file system that is mounted noexec")
        );
        return;
    }
    let place = Place::new();
    let below = place.path("mount");
    fs::create_dir(&below).unwrap();
    // its own mount namespace, so that nothing is left behind
    let mount = "mount -t tmpfs -o noexec,mode=755 test \"$1\" && cp /bin/true \"$1/check\" && exec \"$2\" --exact script::tests::a_file_system_mounted_noexec_is_named";
    let done = Command::new("unshare")
        .args(["-m", "--", "sh", "-c", mount, "sh", &below])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, format!("{below}/check"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && printed.contains("1 passed"), "{printed}");
}

#[tokio::test]
async fn a_run_tells_how_it_ended_and_what_was_printed() {
    let place = Place::new();
    let script = place.script("check", "echo \"$1 $2\"; echo trouble >&2; exit 7");
    let script = Script::new([script, vec!["one".into()]].concat(), None);
    let run = script.run(&["two words".into()], PATIENCE).await;
    assert!(matches!(run.ended, Ended::Exit(7)), "{run:?}");
    assert_eq!(run.output, "one two words\ntrouble");
    let run = super::tests::run(place.script("signal", "kill -9 $$"), PATIENCE).await;
    assert!(matches!(run.ended, Ended::Signal(9)), "{run:?}");
}

#[tokio::test]
async fn a_program_gets_no_input_no_environment_and_no_directory_of_ours() {
    let place = Place::new();
    let run = run(place.script("check", "cat; pwd; env"), PATIENCE).await;
    let mut lines: Vec<_> = run.output.lines().filter(|line| !line.starts_with("_=")).collect();
    lines.sort_unstable();
    let wanted = [
        "/",
        "HOME=/root",
        "LANG=C.UTF-8",
        "LOGNAME=root",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PWD=/",
        "SHELL=/bin/sh",
        "USER=root",
    ];
    assert_eq!(lines, wanted);
}

#[tokio::test]
async fn a_name_without_a_path_is_looked_for_and_looked_at() {
    let by_env = |words: &[&str]| [&["/usr/bin/env"], words].concat().into_iter().map(String::from).collect();
    let run = run(by_env(&["sh", "-c", "echo $0 $1; exit 3", "a", "b"]), PATIENCE).await;
    assert_eq!((run.ended.to_string(), run.output.as_str()), ("exit status 3".to_owned(), "a b"));
    assert_eq!(
        refused(&by_env(&["nowhere-to-be-found", "-0"]), None),
        "there is no program 'nowhere-to-be-found' in /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    );
    // what env is told to do otherwise is its own
    check(&by_env(&["-i", "nowhere-to-be-found"]), None).unwrap();
}

#[tokio::test]
async fn a_named_user_runs_it_without_the_groups_of_root() {
    let place = Place::new();
    let script = place.script("check", "id -u; id -g; id -G; touch \"$0\".mine 2>/dev/null || echo no");
    let run = Script::new(script, Some("nobody".into())).run(&[], PATIENCE).await;
    assert_eq!(run.output, "65534\n65534\n65534\nno");
    let run = super::tests::run(place.script("root", "id -u; id -G"), PATIENCE).await;
    assert_eq!(run.output, "0\n0");
}

#[tokio::test]
async fn what_is_not_safe_any_more_is_not_run() {
    let place = Place::new();
    let command = place.script("check", "touch \"$0\".ran");
    let script = Script::new(command.clone(), None);
    assert!(matches!(script.run(&[], PATIENCE).await.ended, Ended::Exit(0)));
    fs::remove_file(place.path("check.ran")).unwrap();
    mode(&command[0], 0o757);
    let ended = script.run(&[], PATIENCE).await.ended;
    assert!(matches!(&ended, Ended::NotRun(ScriptError::Writable { .. })), "{ended}");
    assert!(!Path::new(&place.path("check.ran")).exists());
    mode(&command[0], 0o755);
    assert!(matches!(script.run(&[], PATIENCE).await.ended, Ended::Exit(0)));
}

#[tokio::test]
async fn the_first_line_says_who_interprets_it() {
    let place = Place::new();
    let command = place.script("check", "");
    fs::write(&command[0], "#!/no/such/shell\n").unwrap();
    let ended = run(command.clone(), PATIENCE).await.ended;
    let wanted = "the interpreter in its first line, or the loader it was linked for, does not exist";
    assert_eq!(ended.to_string(), format!("not run: cannot run {}: {wanted}", command[0]));
    // as execvp(3) does it: the shell, where it says nothing
    fs::write(&command[0], "exit 5").unwrap();
    let ended = run(command, PATIENCE).await.ended;
    assert!(matches!(ended, Ended::Exit(5)), "{ended}");
}

#[tokio::test]
async fn a_hanging_program_is_killed_with_its_children() {
    let place = Place::new();
    // the child ignores what can be ignored, and holds the pipe
    let text = "echo $$ >\"$0\".leader; (trap '' TERM HUP INT; sleep 1000) & echo $! >\"$0\".child; wait";
    let script = place.script("check", text);
    // short, and yet the program must have come so far: a longer limit each time
    let mut limit = Duration::from_millis(50);
    while place.read("check.child").is_empty() {
        limit *= 2;
        let run = run(script.clone(), limit).await;
        assert!(matches!(run.ended, Ended::TimedOut(told) if told == limit), "{run:?}");
    }
    let child = place.read("check.child").trim().to_owned();
    until("the child is killed", || is_dead(&child)).await;
    let leader = place.read("check.leader").trim().to_owned();
    until("the leader is reaped", || !Path::new(&format!("/proc/{leader}")).exists()).await;
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_is_killed_with_its_children() {
    let place = Place::new();
    let script = place.script("check", "echo $$ >\"$0\".leader; sleep 1000 & echo $! >\"$0\".child; wait");
    let task = tokio::spawn(async move { run(script, Duration::MAX).await });
    until("it runs", || !place.read("check.child").is_empty()).await;
    task.abort();
    let child = place.read("check.child").trim().to_owned();
    until("the child is killed", || is_dead(&child)).await;
    let leader = place.read("check.leader").trim().to_owned();
    until("the leader is reaped", || !Path::new(&format!("/proc/{leader}")).exists()).await;
}

#[tokio::test]
async fn children_left_behind_do_not_hold_up_the_result() {
    let place = Place::new();
    let run = run(place.script("check", "sleep 1000 & echo $!; exit 3"), PATIENCE).await;
    assert!(matches!(run.ended, Ended::Exit(3)), "{run:?}");
    // and go on: they may be what the program was to start
    assert!(!is_dead(&run.output));
    kill(Pid::from_raw(run.output.parse().unwrap()), Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn megabytes_are_read_and_dropped() {
    let place = Place::new();
    let run = run(place.script("check", "head -c 5000000 /dev/zero | tr '\\0' x; exit 4"), PATIENCE).await;
    assert!(matches!(run.ended, Ended::Exit(4)), "{:?}", run.ended);
    assert_eq!(run.output, "x".repeat(4096));
}

#[tokio::test]
async fn a_program_that_never_ends_to_print_is_killed() {
    let place = Place::new();
    let run = run(place.script("check", "echo $$ >\"$0\".leader; exec yes"), PATIENCE).await;
    assert!(matches!(run.ended, Ended::Printed), "{:?}", run.ended);
    assert_eq!(run.ended.to_string(), "killed: printed more than 16 MiB");
    let leader = place.read("check.leader").trim().to_owned();
    until("it is reaped", || !Path::new(&format!("/proc/{leader}")).exists()).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_do_no_harm() {
    let place = Place::new();
    let run = run(place.script("check", "printf '\\377\\000ok\\n\\n'"), PATIENCE).await;
    assert_eq!(run.output, "\u{fffd}\0ok");
}

#[tokio::test]
async fn a_program_whose_starts_hang_is_not_started_again_and_again() {
    let place = Place::new();
    let script = place.script("hanging", "exit 3");
    let starts: Vec<Start> = (0..4).map(|_| Start::of(&script[0]).unwrap()).collect();
    for start in &starts {
        start.give_up(&script[0]);
    }
    let ended = run(script.clone(), PATIENCE).await.ended.to_string();
    assert!(ended.contains("have not come back"), "{ended}");
    let other = place.script("other", "exit 4");
    assert!(matches!(run(other, PATIENCE).await.ended, Ended::Exit(4)));
    starts[0].over();
    // one that is over is not given up any more
    starts[0].give_up(&script[0]);
    assert!(matches!(run(script, PATIENCE).await.ended, Ended::Exit(3)));
}
