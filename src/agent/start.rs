//! The beginning of the daemon: everything that can fail before anything is changed.

use std::path::PathBuf;
use std::rc::Rc;

use config::agent::{AgentConfig, WeightConfig};
use daemon::errors::one_line;
use daemon::exit::Exit;
use daemon::http as server;
use daemon::http::{Listeners, ServerTls};
use daemon::log::warn_lines;
use daemon::signals::Signals;
use host::HostState;
use kernel::address::{Addresses, events};
use kernel::sysctl::Sysctls;

use crate::act::Hands;
use crate::control::{Heard, Published, chance};
use crate::core::{Core, Depth, Run, Settings};
use crate::deaths::Deaths;
use crate::http;
use crate::load::{Loaded, Refused, load_to_run};
use crate::look::{Looker, Needs};
use crate::run::{Daemon, Ears};
use crate::store::{Store, Stored};
use crate::time::Time;
use crate::weight::{self, Weighing};
use crate::writes::Writes;

/// The caller holds the run directory's lock.
pub(crate) async fn start(path: PathBuf, store: Store) -> Result<(Daemon, Ears), Exit> {
    let loaded = load_to_run(&path).map_err(|refused| refuse(&refused))?;
    let tls = loaded.tls().map_err(|refused| refuse(&refused))?;
    let (addresses, sysctls) = (Addresses::open().map_err(|error| failed(&error))?, Sysctls::default());
    // before the first look, so that nothing is missed between the two
    let events = events().map_err(|error| failed(&error))?;
    let signals = Signals::new().map_err(|error| failed(&error))?;
    let mut looker = Looker::new(addresses.clone(), sysctls.clone());
    let state = look(&mut looker, &loaded.config).await.map_err(|reason| {
        tracing::error!(%reason, "cannot look at the kernel");
        Exit::Failed
    })?;
    // such a VIP is not ready, for this very reason; the others are served
    if let Err(refused) = loaded.fits(&state) {
        warn_lines(&refused.text());
    }
    let stored = store.read_or_set_aside().map_err(|error| failed(&error))?;
    let (weight, weighing) = weight::start(loaded.config.weight.clone());
    let weighing = (loaded.config.weight.clone(), weighing);
    let limbs = Limbs { store, looker, hands: Hands { addresses, sysctls }, weighing };
    let (daemon, heard) = assemble(path, loaded, tls, stored, limbs).await?;
    let writes = Writes::open();
    // after a look, which has the kernel load what tells of them
    let deaths = Deaths::of(daemon.core.vips());
    Ok((daemon, Ears { heard, events, signals, deaths, writes, weight }))
}

struct Limbs {
    store: Store,
    looker: Looker,
    hands: Hands,
    weighing: (Option<WeightConfig>, Weighing),
}

async fn assemble(
    path: PathBuf,
    loaded: Loaded,
    tls: Option<ServerTls>,
    stored: Stored,
    limbs: Limbs,
) -> Result<(Daemon, Heard), Exit> {
    warn(&loaded);
    let Limbs { store, looker, hands, weighing } = limbs;
    let Stored { owned, drains } = stored;
    let AgentConfig { vips, health_listen, watch_interval: interval, drain_deadline: deadline, .. } =
        loaded.config;
    let core = Core::new(Settings { vips, interval, deadline }, owned, drains.at_start(), this_run());
    let (published, heard) = Published::new(core.status(), deadline);
    let published = Rc::new(published);
    let handler = http::handler(Rc::clone(&published));
    let control = server::bind_control(store.directory().control_socket()).map_err(|error| failed(&error))?;
    tokio::task::spawn_local(server::serve_unix(control, handler.clone()));
    let mut listeners = Listeners::new(handler);
    listeners.allow_post(http::takes_post);
    listeners.set_tls(tls);
    listeners.set(&health_listen).await;
    let (time, started) = (Time::start(), false);
    let daemon = Daemon { path, core, time, looker, hands, store, published, listeners, weighing, started };
    Ok((daemon, heard))
}

fn this_run() -> Run {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    Run { host: host.trim().to_owned(), instance: chance(std::process::id().into()) }
}

pub(crate) async fn look(looker: &mut Looker, config: &AgentConfig) -> Result<HostState, String> {
    looker.look(Depth::Everything, &Needs::of(&config.vips)).await
}

fn warn(loaded: &Loaded) {
    if let Some(warnings) = loaded.warnings() {
        warn_lines(&warnings);
    }
}

fn refuse(refused: &Refused) -> Exit {
    refused.print();
    Exit::ConfigRefused
}

fn failed(error: &dyn std::error::Error) -> Exit {
    tracing::error!(error = one_line(error), "cannot start");
    Exit::Failed
}
