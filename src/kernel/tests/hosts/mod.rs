//! Hosts on a cable: threads with a network namespace of their own, which ends with the thread.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]

use std::any::Any;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use lvs_kernel::arp::{Claim, Listener};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{geteuid, gettid};

type Answer = Result<Box<dyn Any + Send>, Box<dyn Any + Send>>;
type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

/// A host, on which work is done.
pub(crate) struct Host {
    work: Sender<Work>,
    answers: Mutex<Receiver<Answer>>,
    task: i32,
}

impl Host {
    fn new() -> Self {
        let (work, jobs) = channel::<Work>();
        let (answer, answers) = channel();
        let (told, task) = channel();
        thread::spawn(move || {
            unshare(CloneFlags::CLONE_NEWNET).unwrap();
            told.send(gettid().as_raw()).unwrap();
            for job in jobs {
                if answer.send(catch_unwind(AssertUnwindSafe(job))).is_err() {
                    return;
                }
            }
        });
        let host = Self { work, answers: Mutex::new(answers), task: task.recv().unwrap() };
        host.run(|| {
            ip("link set lo up");
            // addresses are usable at once
            std::fs::write("/proc/sys/net/ipv6/conf/default/accept_dad", "0").unwrap();
        });
        host
    }

    /// Does something there.
    pub(crate) fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let answers = self.answers.lock().unwrap();
        self.work.send(Box::new(move || Box::new(job()))).unwrap();
        let answer = answers.recv().unwrap().unwrap_or_else(|panic| resume_unwind(panic));
        *answer.downcast().unwrap()
    }

    /// Does something asynchronous there.
    pub(crate) fn wait<T, F>(&self, job: impl FnOnce() -> F + Send + 'static) -> T
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        self.run(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(job())
        })
    }

    pub(crate) fn ip(&self, command: &str) {
        let command = command.to_owned();
        self.run(move || ip(&command));
    }

    /// What a command prints there.
    pub(crate) fn output(&self, command: &str) -> String {
        let command = command.to_owned();
        self.run(move || output(&command))
    }

    pub(crate) fn mac(&self, interface: &str) -> String {
        let link = self.output(&format!("ip -o link show {interface}"));
        link.split_once("link/ether ").unwrap().1.split(' ').next().unwrap().to_owned()
    }
}

/// Hosts `a` (10.0.0.1, 2001:db8::1) and `b` (.2, ::2), each with `eth0`, joined. None without the right to make them.
pub(crate) fn pair(test: &str) -> Option<(Host, Host)> {
    if !geteuid().is_root() || thread::spawn(|| unshare(CloneFlags::CLONE_NEWNET)).join().unwrap().is_err() {
        eprintln!("{test}: skipped, no right to make a network namespace");
        return None;
    }
    let (a, b) = (Host::new(), Host::new());
    cable(&a, &b, "eth0");
    for (host, number) in [(&a, 1), (&b, 2)] {
        host.ip(&format!("address add 10.0.0.{number}/24 dev eth0"));
        host.ip(&format!("-6 address add 2001:db8::{number}/64 dev eth0 nodad"));
    }
    for host in [&a, &b] {
        until("its link-local address is there", || {
            host.output("ip -6 -o address show dev eth0 scope link").contains("fe80::")
        });
    }
    Some((a, b))
}

/// Joins the two hosts by one more interface, which is up on both.
pub(crate) fn cable(a: &Host, b: &Host, name: &str) {
    a.ip(&format!("link add {name} type veth peer name {name} netns {}", b.task));
    a.ip(&format!("link set {name} up"));
    b.ip(&format!("link set {name} up"));
    until("both ends have a carrier", || {
        [a, b].iter().all(|host| host.output(&format!("ip link show {name}")).contains("LOWER_UP"))
    });
}

pub(crate) fn ip(command: &str) {
    assert!(Command::new("ip").args(command.split(' ')).status().unwrap().success(), "ip {command}");
}

pub(crate) fn output(command: &str) -> String {
    let mut words = command.split(' ');
    let ran = Command::new(words.next().unwrap()).args(words).output().unwrap();
    assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn index(interface: &str) -> u32 {
    nix::net::if_::if_nametoindex(interface).unwrap()
}

pub(crate) fn mac(text: &str) -> [u8; 6] {
    let bytes: Vec<u8> = text.split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

/// Whether this process has fewer rights: it runs the test again with `setpriv` and its `options`, unless it was run so. Not
/// without root, who alone can give rights away.
pub(crate) fn without_rights(test: &str, options: &str) -> bool {
    const INSIDE: &str = "LVS_KERNEL_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    if !geteuid().is_root() {
        eprintln!("{test}: skipped, no right to give away");
        return false;
    }
    let mut again = Command::new("setpriv");
    again.args(options.split(' ')).arg(std::env::current_exe().unwrap());
    let ran = again.args(["--exact", "--nocapture", test]).env(INSIDE, "1").output().unwrap();
    let text = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    false
}

/// Waits, at most five seconds.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(5);
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        sleep(Duration::from_millis(10));
    }
}

/// The claims that come within `time`.
pub(crate) async fn claims(listener: &mut Listener, time: Duration) -> Vec<Claim> {
    let mut heard = Vec::new();
    let end = tokio::time::Instant::now() + time;
    while let Ok(claim) = tokio::time::timeout_at(end, listener.next()).await {
        heard.push(claim.unwrap());
    }
    heard
}
