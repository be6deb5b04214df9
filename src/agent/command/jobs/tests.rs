//! What systemctl says, by programs that say it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

const UNIT: &str = "lvs-rs-agent.service";

/// A program in a directory of its own.
struct Fake(PathBuf);

impl Fake {
    fn new(test: &str, script: &str) -> Self {
        let place = std::env::temp_dir().join(format!("lvs-agent-jobs-{test}-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let path = place.join("systemctl");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn ask(&self) -> Result<Job, JobsError> {
        // another test's child may hold the file open for writing for a moment (ETXTBSY)
        loop {
            match asked_of(&self.0, UNIT) {
                Err(JobsError::Run(_, error)) if error.kind() == io::ErrorKind::ExecutableFileBusy => {}
                answer => return answer,
            }
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

#[test]
fn a_stop_is_told_from_a_restart() {
    let told = [
        ("4711 lvs-rs-agent.service stop running", Job::Stop),
        ("4711 lvs-rs-agent.service restart running", Job::Other),
        ("4711 lvs-rs-agent.service try-restart waiting", Job::Other),
        ("4711 lvs-rs-agent.service start waiting", Job::Other),
        ("12 nginx.service stop running\n13 lvs-rs-agent.service restart waiting", Job::Other),
        ("12 nginx.service restart waiting\n  13   lvs-rs-agent.service   stop   running\n", Job::Stop),
        ("12 other-lvs-rs-agent.service stop running", Job::Other),
        ("", Job::Other),
    ];
    for (answer, job) in told {
        assert_eq!(job_in(answer, UNIT), job, "{answer}");
    }
}

#[test]
fn it_is_asked_without_a_shell_and_without_colours() {
    let fake = Fake::new(
        "asked",
        r#"[ "$*" = "list-jobs --no-legend --no-pager --full" ] && echo "1 lvs-rs-agent.service stop running""#,
    );
    assert_eq!(fake.ask().unwrap(), Job::Stop);
}

#[test]
fn a_shutdown_with_very_many_jobs_is_read_to_its_end() {
    let fake = Fake::new(
        "many",
        r#"seq -f "%g some-unit-with-a-name-as-long-as-they-are.service stop waiting" 1 5000
echo "5001 lvs-rs-agent.service stop running""#,
    );
    assert_eq!(fake.ask().unwrap(), Job::Stop);
}

#[test]
fn one_that_fails_or_is_not_there_is_named() {
    let fake = Fake::new("fails", "exit 3");
    assert_eq!(
        fake.ask().unwrap_err().to_string(),
        format!("{} ended with exit status: 3", fake.0.display())
    );
    let missing = fake.0.with_file_name("missing");
    assert!(matches!(asked_of(&missing, UNIT), Err(JobsError::Run(..))));
}

#[test]
fn one_that_hangs_is_ended() {
    let fake = Fake::new("hangs", "exec sleep 600");
    assert!(matches!(fake.ask(), Err(JobsError::Timeout(_))));
}
