//! What many checks cost: `load serve PORT` takes connections and closes them; `load check PORT COUNT SECONDS` checks COUNT targets
//! of 127.0.0.0/8 by TCP each 3 s, as the director does, and prints CPU time, results and how late attempts began. For a network
//! namespace of its own: `unshare -n sh -c 'ip link set lo up; …'`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use health::{CheckKind, CheckSpec, Checks, Outcome, Start, TcpCheck};
use lvs_probe::Prober;
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use tokio::sync::mpsc;

const INTERVAL: Duration = Duration::from_secs(3);
/// The first round is spread over an interval and counts only as warming up.
const WARM: Duration = Duration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| words.get(place).unwrap().parse::<u32>().unwrap();
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
    let port = u16::try_from(number(1)).unwrap();
    match words.first().unwrap().as_str() {
        "serve" => serve(port).await,
        _ => check(port, number(2), Duration::from_secs(number(3).into())).await,
    }
}

async fn serve(port: u16) {
    let listener = tokio::net::TcpSocket::new_v4().unwrap();
    listener.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)).unwrap();
    let listener = listener.listen(4096).unwrap();
    loop {
        drop(listener.accept().await);
    }
}

async fn check(port: u16, count: u32, seconds: Duration) {
    let mut checks = Checks::new(1);
    let wanted = (0..count).map(|number| (Arc::new(spec(target(number, port))), Start::Unknown));
    let began = Instant::now();
    checks.set(wanted, Duration::ZERO);
    let (send, mut results) = mpsc::channel(1024);
    let prober = Prober::new(16_000, send);
    let (mut late, mut passed, mut failed, mut cpu) = (Vec::new(), 0_u64, 0_u64, Duration::ZERO);
    while began.elapsed() < WARM + seconds {
        let measures = began.elapsed() > WARM;
        if measures && cpu.is_zero() {
            cpu = used();
        }
        while let Some(due) = checks.poll_timeout() {
            let now = began.elapsed();
            let Some((id, spec)) = checks.poll_due(now) else { break };
            if measures {
                late.push(now.saturating_sub(due));
            }
            prober.start(id, spec);
        }
        let wake = began + checks.poll_timeout().unwrap_or(began.elapsed() + INTERVAL);
        tokio::select! {
            Some(result) = results.recv() => {
                let mut next = Some(result);
                while let Some((id, outcome)) = next {
                    let counter = if outcome == Outcome::Pass { &mut passed } else { &mut failed };
                    *counter += u64::from(measures);
                    checks.handle_result(id, outcome, began.elapsed());
                    next = results.try_recv().ok();
                }
            }
            () = tokio::time::sleep_until(wake.into()) => {}
        }
    }
    late.sort();
    let at =
        |share: usize| late.get(late.len().saturating_sub(1) * share / 1000).copied().unwrap_or_default();
    println!(
        "{count} targets each {INTERVAL:?}: {:.1} % of a core, {:.0} results a second, {failed} failed; late: median {:?}, 99.9 % {:?}, most {:?}",
        100.0 * used().saturating_sub(cpu).as_secs_f64() / seconds.as_secs_f64(),
        f64::from(u32::try_from(passed).unwrap()) / seconds.as_secs_f64(),
        at(500),
        at(999),
        at(1000),
    );
}

fn used() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| {
            Duration::new(time.tv_sec().unsigned_abs(), 0)
                + Duration::from_micros(time.tv_usec().unsigned_abs())
        })
        .sum()
}

fn target(number: u32, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::from_bits(0x7f01_0001 + number)), port)
}

fn spec(target: SocketAddr) -> CheckSpec {
    let check = CheckSpec::new(target, CheckKind::Tcp(TcpCheck::CONNECT));
    CheckSpec { interval: INTERVAL, interval_down: INTERVAL, ..check }
}
