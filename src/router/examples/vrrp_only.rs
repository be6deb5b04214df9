//! The VRRP side of a director alone, without IPVS: for trying it in network namespaces.
//!
//! `vrrp_only director.toml RUN_DIRECTORY`: SIGHUP reads the file again, SIGUSR1 prints the status as JSON, SIGTERM hands over.
//! Services count as installed and served; `SERVING=no` says that they are installed only.
#![allow(clippy::print_stdout, reason = "it is for people")]

use std::error::Error;
use std::time::{Duration, Instant};

use config::director::DirectorConfig;
use daemon::clock::Clock;
use daemon::run_dir::RunDir;
use lvs_router::Router;
use programs::Notices;
use tokio::signal::unix::{SignalKind, signal};
use vrrp::Readiness;

/// For commands of the last transitions.
const FINISHING: Duration = Duration::from_secs(5);

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(dir)) = (arguments.next(), arguments.next()) else {
        return Err("vrrp_only FILE RUN_DIRECTORY".into());
    };
    let dir = RunDir::open(dir, true)?;
    let _lock = dir.lock()?;
    let config = read(&file)?;
    let notices = Notices::new();
    let router = Router::start(&dir, Clock::start(), &config.vrrp, &config.addresses, &notices)?;
    let is_serving = std::env::var_os("SERVING").is_none_or(|word| word != "no");
    router.set_readiness(if is_serving { Readiness::Serving } else { Readiness::Installed });
    let [mut hangup, mut status, mut end] =
        [SignalKind::hangup(), SignalKind::user_defined1(), SignalKind::terminate()].map(signal);
    let (hangup, status, end) = (hangup.as_mut(), status.as_mut(), end.as_mut());
    let (Ok(hangup), Ok(status), Ok(end)) = (hangup, status, end) else { return Err("no signals".into()) };
    loop {
        tokio::select! {
            moved = router.next() => for moved in moved {
                let (from, to) = (moved.transition.from, moved.transition.to);
                tracing::info!("{} {from} -> {to}: {}", moved.router, moved.transition.reason);
            },
            _ = hangup.recv() => match read(&file) {
                Ok(config) => router.set(&config.vrrp, &config.addresses),
                Err(error) => tracing::error!("{error}"),
            },
            _ = status.recv() => println!("{}", serde_json::to_string_pretty(&router.status())?),
            _ = end.recv() => break,
        }
        if router.is_dead() {
            return Err("a thread has ended".into());
        }
    }
    let begun = Instant::now();
    router.hand_over().await;
    notices.finish(FINISHING).await;
    tracing::info!("handed over in {:?}", begun.elapsed());
    Ok(())
}

fn read(file: &str) -> Result<DirectorConfig, Box<dyn Error>> {
    let text = std::fs::read_to_string(file)?;
    let read = config::director::parse(&text);
    let (config, warnings) = read.map_err(|errors| format!("{errors:?}"))?;
    for warning in warnings {
        tracing::warn!("{warning:?}");
    }
    Ok(config)
}
