//! Two hosts on a cable, each a thread with a network namespace of its own: on one a router, on the other a peer that a
//! test speaks for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may fail it")]

use std::any::Any;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use daemon::run_dir::RunDir;
use kernel::arp::{Announcer, Claim, Listener};
use kernel::vrrp::Socket;
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{geteuid, gettid};
use vrrp::{Advert, Family, Interval, Packet, Version, Vrid};

/// The address that moves.
pub(crate) const VIP: &str = "10.0.0.100";

type Answer = thread::Result<Box<dyn Any + Send>>;
type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

/// A thread that does what it is told in a network of its own.
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
        Self { work, answers: Mutex::new(answers), task: task.recv().unwrap() }
    }

    pub(crate) fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let answers = self.answers.lock().unwrap();
        self.work.send(Box::new(move || Box::new(job()))).unwrap();
        *answers.recv().unwrap().unwrap_or_else(|panic| resume_unwind(panic)).downcast().unwrap()
    }

    /// Runs a future there, with tasks of its own.
    pub(crate) fn wait<T: Send + 'static, F: Future<Output = T>>(
        &self,
        job: impl FnOnce() -> F + Send + 'static,
    ) -> T {
        self.run(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, async move { job().await })
        })
    }

    pub(crate) fn ip(&self, command: &str) {
        let command = command.to_owned();
        self.run(move || ip(&command));
    }
}

/// The hosts, joined by `eth0`: 10.0.0.1 and 10.0.0.2. None without the right to make them.
pub(crate) fn pair(test: &str) -> Option<(Host, Peer)> {
    if !geteuid().is_root() || thread::spawn(|| unshare(CloneFlags::CLONE_NEWNET)).join().unwrap().is_err() {
        eprintln!("{test}: skipped, no right to make a network namespace");
        return None;
    }
    let (here, there) = (Host::new(), Host::new());
    here.ip("link set lo up");
    here.ip(&format!("link add eth0 type veth peer name eth0 netns {}", there.task));
    there.ip("link set eth0 up");
    there.ip("address add 10.0.0.2/24 dev eth0");
    here.ip("link set eth0 up");
    here.ip("address add 10.0.0.1/24 dev eth0");
    Some((here, Peer::new(there)))
}

/// The other host.
pub(crate) struct Peer {
    host: Host,
    socket: Socket,
    claims: Arc<Mutex<Vec<Claim>>>,
}

impl Peer {
    fn new(host: Host) -> Self {
        let claims = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&claims);
        let socket = host.run(move || {
            thread::spawn(move || listen(&heard));
            let index = nix::net::if_::if_nametoindex("eth0").unwrap();
            Socket::open("eth0", index, false, &[Family::V4.group()]).unwrap()
        });
        Self { host, socket, claims }
    }

    /// The same after a cable was made anew to the host of that task.
    pub(crate) fn rejoined(self, task: i32) -> Self {
        self.host.ip(&format!("link add eth0 type veth peer name eth0 netns {task}"));
        self.host.ip("link set eth0 up");
        self.host.ip("address add 10.0.0.2/24 dev eth0");
        Self::new(self.host)
    }

    /// An advert that waits; other packets are left out.
    pub(crate) fn heard(&self) -> Option<Advert> {
        let mut buffer = [0; 2048];
        let received = self.socket.receive(&mut buffer).unwrap()?;
        let packet = Packet {
            source: received.source,
            destination: received.destination,
            ttl: received.ttl,
            payload: &buffer[..received.length],
        };
        Some(Advert::parse(&packet, true).unwrap())
    }

    /// Waits for an advert of this priority.
    pub(crate) async fn hears(&self, priority: u8) {
        until(&format!("an advert of priority {priority}"), || {
            std::iter::from_fn(|| self.heard()).any(|advert| advert.priority == priority)
        })
        .await;
    }

    /// Sends an advert.
    pub(crate) fn says(&self, priority: u8) {
        let advert = Advert {
            version: Version::V3,
            vrid: Vrid::new(51).unwrap(),
            priority,
            interval: Interval::centiseconds(10).unwrap(),
            addresses: vec![address(VIP)],
            password: None,
        };
        let source = address("10.0.0.2");
        let packet = advert.emit(source, Family::V4.group(), true);
        self.socket.send(source, Family::V4.group(), &packet).unwrap();
    }

    /// Who said since the last call that it has the VIP.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        std::mem::take(&mut self.claims.lock().unwrap())
    }

    pub(crate) fn ip(&self, command: &str) {
        self.host.ip(command);
    }

    /// Says that it has the VIP.
    pub(crate) fn announces(&self) {
        self.host.run(|| Announcer::open("eth0").unwrap().announce(address(VIP)).unwrap());
    }

    /// `arp_ignore`: else each interface answers for the addresses of all.
    pub(crate) fn answers_only_on_the_interface(&self) {
        self.host.run(|| std::fs::write("/proc/sys/net/ipv4/conf/all/arp_ignore", "1").unwrap());
    }

    /// The hardware address of its `eth0`.
    pub(crate) fn mac(&self) -> String {
        self.mac_of("eth0")
    }

    pub(crate) fn mac_of(&self, interface: &str) -> String {
        let command = format!("-o link show {interface}");
        let text = self.host.run(move || output(&command));
        let mac = text.split("link/ether ").nth(1).and_then(|rest| rest.split_whitespace().next());
        mac.unwrap().to_owned()
    }

    /// Whether anybody answers ARP for the VIP.
    pub(crate) fn is_answered(&self) -> bool {
        let arping = ["-D", "-I", "eth0", "-c", "1", "-w", "1", VIP];
        !self.host.run(move || Command::new("arping").args(arping).output().unwrap().status.success())
    }
}

fn listen(heard: &Mutex<Vec<Claim>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut listener = Listener::open("eth0").unwrap();
        while let Ok(claim) = listener.next().await {
            if claim.address == address(VIP) {
                heard.lock().unwrap().push(claim);
            }
        }
    });
}

/// A run directory that goes with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("lvs-router-{test}-{}", std::process::id())))
    }

    pub(crate) fn dir(&self) -> RunDir {
        RunDir::open(&self.0, true).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// On this thread's network.
pub(crate) fn ip(command: &str) {
    assert!(Command::new("ip").args(command.split(' ')).status().unwrap().success(), "ip {command}");
}

/// What `ip` prints on this thread's network.
pub(crate) fn output(command: &str) -> String {
    String::from_utf8(Command::new("ip").args(command.split(' ')).output().unwrap().stdout).unwrap()
}

/// Where the VIP is on this thread's network: names of interfaces.
pub(crate) fn places() -> Vec<String> {
    let text = output(&format!("-o address show to {VIP}"));
    text.lines().filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned).collect()
}

/// `arp_ignore` of an interface of this thread's network.
pub(crate) fn arp_ignore(interface: &str) -> String {
    let path = format!("/proc/sys/net/ipv4/conf/{interface}/arp_ignore");
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

/// Waits, at most thirty seconds, and lets other tasks work meanwhile.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
