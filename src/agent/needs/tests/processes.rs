//! Processes by name.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use host::Need;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Host, no};
use crate::needs::Runs;

fn process(name: &str) -> Need {
    Need::Process(name.into())
}

#[test]
fn one_process_of_the_name_is_enough() {
    let mut host = Host::new();
    host.write("proc/meminfo", "not a process");
    host.process(1, "systemd", 'S');
    host.process(20, "nginx", 'S');
    host.process(21, "nginx", 'R');
    assert_eq!(host.later(&process("nginx")), Ok(()));
    host.remove("proc/20");
    assert_eq!(host.at_once(&process("nginx")), Ok(()), "the other one is found at once");
    host.remove("proc/21");
    assert_eq!(host.at_once(&process("nginx")), no("no such process runs"));
}

#[test]
fn a_new_one_is_found_by_a_later_search() {
    let mut host = Host::new();
    assert_eq!(host.later(&process("nginx")), no("no such process runs"));
    host.process(20, "nginx", 'S');
    assert_eq!(host.at_once(&process("nginx")), no("no such process runs"), "not searched for each time");
    assert_eq!(host.later(&process("nginx")), Ok(()));
}

#[test]
fn a_number_that_another_process_got_does_not_count() {
    let mut host = Host::new();
    host.process(20, "nginx", 'S');
    assert_eq!(host.later(&process("nginx")), Ok(()));
    host.process(20, "nginxx", 'S');
    assert_eq!(host.at_once(&process("nginx")), no("no such process runs"));
    host.process(30, "nginx", 'S');
    assert_eq!(host.later(&process("nginx")), Ok(()));
}

#[test]
fn the_dead_and_the_stopped_serve_nobody() {
    let mut host = Host::new();
    for dead in ['Z', 'X'] {
        host.process(20, "nginx", dead);
        assert_eq!(host.later(&process("nginx")), no("no such process runs"), "{dead}");
    }
    host.process(20, "nginx", 'T');
    assert_eq!(host.later(&process("nginx")), no("process 20 is stopped by a signal"));
    for alive in ['R', 'S', 'D', 't', 'I'] {
        host.process(20, "nginx", alive);
        assert_eq!(host.later(&process("nginx")), Ok(()), "{alive}");
    }
    host.process(20, "nginx", 'T');
    assert_eq!(host.at_once(&process("nginx")), no("process 20 is stopped by a signal"));
    host.process(21, "nginx", 'S');
    assert_eq!(host.later(&process("nginx")), Ok(()));
}

#[test]
fn long_and_odd_names() {
    let mut host = Host::new();
    host.process(20, "a-very-long-nam", 'S');
    assert_eq!(host.later(&process("a-very-long-name-of-a-daemon")), Ok(()));
    assert_eq!(host.later(&process("a-very-long-na")), no("no such process runs"));
    host.process(21, "a) Z (b", 'S');
    assert_eq!(host.later(&process("a) Z (b")), Ok(()), "a name with what ends names");
    std::fs::write(host.root.join("proc/20/stat"), "20 (a-very").unwrap();
    assert_eq!(host.later(&process("a-very-long-nam")), no("no such process runs"));
}

#[test]
fn a_proc_that_cannot_be_listed_is_said() {
    let mut host = Host::new();
    host.remove("proc");
    let said = host.later(&process("nginx"));
    assert!(
        said.as_ref().is_err_and(|words| words.starts_with("cannot list the processes in /")),
        "{said:?}"
    );
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_real_process_starts_stops_goes_on_and_dies() {
    let directory = Host::new();
    let name = format!("lvs-t{}", std::process::id());
    let program = directory.root.join(&name);
    std::os::unix::fs::symlink("/bin/sleep", &program).unwrap();
    let (mut runs, need) = (Runs::new(), process(&name));
    let mut look = || runs.look([&need].into_iter()).remove(&need).unwrap();
    assert_eq!(look(), no("no such process runs"));
    let mut running = Running(Command::new(&program).arg("600").spawn().unwrap());
    until("it runs", || look() == Ok(()));
    let pid = Pid::from_raw(running.0.id().try_into().unwrap());
    kill(pid, Signal::SIGSTOP).unwrap();
    until("it is stopped", || look() == Err(format!("process {pid} is stopped by a signal")));
    kill(pid, Signal::SIGCONT).unwrap();
    until("it goes on", || look() == Ok(()));
    running.0.kill().unwrap();
    until("it is dead, though not collected", || look() == no("no such process runs"));
}
