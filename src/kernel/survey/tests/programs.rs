use std::time::{Duration, Instant};

use crate::survey::program::{Limits, Silence, USUAL, ask, ask_within};

#[test]
fn words_of_a_program() {
    assert_eq!(Ok("good\n".to_owned()), ask("echo", &["good"]));
}

#[test]
fn one_that_is_not_there() {
    assert_eq!(Err(Silence::Missing), ask("lvs-no-such-program", &[]));
}

#[test]
fn why_one_failed() {
    let answer = ask("sh", &["-c", "echo part; echo 'not permitted' >&2; echo more >&2; exit 3"]);
    assert_eq!(Err(Silence::Failed("sh: not permitted".to_owned())), answer);
    let answer = ask("false", &[]);
    assert_eq!(Err(Silence::Failed("false: it failed and did not say why".to_owned())), answer);
}

/// Not even one whose child keeps the pipe open is waited for.
#[test]
fn one_that_does_not_end() {
    let began = Instant::now();
    let limits = Limits { patience: Duration::from_millis(300), ..USUAL };
    let answer = ask_within("sh", &["-c", "sleep 60 & sleep 60"], limits);
    assert!(matches!(answer, Err(Silence::Failed(why)) if why.starts_with("sh did not end")));
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn one_that_does_not_stop_talking() {
    let answer = ask("yes", &[]);
    assert_eq!(Err(Silence::TooMuch("yes prints more than 4 MiB".to_owned())), answer);
}
