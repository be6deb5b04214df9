//! Reading the configuration again: on SIGHUP, or for a command that waits for the outcome.

use std::time::Duration;

use config::director::DirectorConfig;
use daemon::log;
use tokio::sync::oneshot;
use tracing::{info, warn};

use crate::load::{self, Loaded, Refused};
use crate::oneshot::counted;
use crate::run::host_name;
use crate::settings::Policy;
use crate::shell::Shell;

/// The table is waited for this long. Thousands of services take a second.
const INSTALLING: Duration = Duration::from_secs(10);

/// What became of a reload: a line about it, or why there was none.
pub(crate) enum Reloaded {
    /// in force, and the table is as it wants; with the file's warnings
    Taken(String),
    /// the file is refused: everything there is to print
    Refused(String),
    /// in force, but the table is not there yet
    NotInstalled(String),
}

/// Where the outcome goes.
pub(crate) type Asked = oneshot::Sender<Reloaded>;

/// A file that is being read: the configuration, or why it is refused.
type Reading = oneshot::Receiver<Result<Loaded, Refused>>;

/// Readings under way, and who waits for them.
#[derive(Default)]
pub(crate) struct Reloads {
    reading: Option<Reading>,
    asked: Vec<Asked>,
    /// told while the file was being read, which may have been too early for what is meant
    again: bool,
    asked_again: Vec<Asked>,
    installing: Option<Installing>,
}

/// A configuration that is in force, until the table is as it wants.
struct Installing {
    asked: Vec<Asked>,
    said: String,
    /// order to the worker without which it is not; none: the newest of the next turn
    order: Option<u64>,
    until: Duration,
}

impl Reloads {
    /// The next file that has been read.
    pub(crate) async fn next(&mut self) -> Result<Loaded, Refused> {
        match &mut self.reading {
            Some(reading) => {
                let failed = |_| Err(Refused::new("error: reading the file failed\n".to_owned()));
                reading.await.unwrap_or_else(failed)
            }
            None => std::future::pending().await,
        }
    }

    /// When somebody has waited long enough.
    pub(crate) fn next_wake(&self) -> Duration {
        self.installing.as_ref().map_or(Duration::MAX, |one| one.until)
    }
}

impl Shell {
    /// SIGHUP.
    pub(crate) fn begin_reload(&mut self) {
        if self.reloads.reading.is_some() {
            self.reloads.again = true;
            return;
        }
        daemon::notify::reloading();
        let (sender, receiver) = oneshot::channel();
        let (source, priority) = (self.source.clone(), self.core.config().vrrp.realtime_priority);
        // A disk may hang, that of the file or that of a program it names; checks go on meanwhile.
        tokio::task::spawn_blocking(move || sender.send(load::load_again(&source, priority)).is_ok());
        self.reloads.reading = Some(receiver);
    }

    /// By a command. Whoever ends answers nobody any more.
    pub(crate) fn reload_for(&mut self, asked: Asked) {
        if self.leaving.is_some() {
            return;
        }
        let reloads = &mut self.reloads;
        let is_reading = reloads.reading.is_some();
        if is_reading { &mut reloads.asked_again } else { &mut reloads.asked }.push(asked);
        self.begin_reload();
    }

    pub(crate) async fn finish_reload(&mut self, loaded: Result<Loaded, Refused>) {
        self.reloads.reading = None;
        let asked = std::mem::take(&mut self.reloads.asked);
        match loaded {
            Ok(Loaded { config, warnings, tls, .. }) => {
                if asked.is_empty() {
                    log::warn_lines(&warnings);
                }
                self.take_config(config).await;
                self.follow_agents(tls);
                self.wait_for_table(asked, warnings);
            }
            Err(Refused { text, reason }) => {
                self.refuse(reason);
                if asked.is_empty() {
                    log::warn_lines(&text);
                }
                answer(asked, || Reloaded::Refused(text.clone()));
            }
        }
        daemon::notify::ready(&self.one_line());
        if std::mem::take(&mut self.reloads.again) {
            self.reloads.asked = std::mem::take(&mut self.reloads.asked_again);
            self.begin_reload();
        }
    }

    async fn take_config(&mut self, config: DirectorConfig) {
        self.listeners.set(&config.http_listen).await;
        self.router.set(&config.vrrp, &config.addresses);
        self.router_id = config.router_id.clone().unwrap_or_else(host_name);
        self.herald.tell_gone(&self.core, &config);
        self.herald.set(&config, &self.router_id);
        let now = self.clock.now();
        self.core.reload(config, now);
        self.enforce(Policy::of(self.core.config(), self.core.roles()));
        self.begin_to_lead();
        self.config_status.loaded = self.clock.wall(now);
        self.config_status.refused = None;
        let (services, reals) = self.sizes();
        info!(services, reals, checks = self.core.checks().len(), "configuration reloaded");
    }

    /// Whoever asked prints the findings; beside that the log needs one line.
    fn refuse(&mut self, reason: String) {
        warn!(%reason, "reload refused, the earlier configuration stays");
        self.config_status.refused = Some(reason);
    }

    fn wait_for_table(&mut self, mut asked: Vec<Asked>, warnings: String) {
        // those of a reload before this one wait for this one
        asked.extend(self.reloads.installing.take().into_iter().flat_map(|before| before.asked));
        if !asked.is_empty() {
            let until = self.clock.now() + INSTALLING;
            self.reloads.installing = Some(Installing { asked, said: warnings, order: None, until });
        }
    }

    /// After the core's patches were handed to the worker.
    pub(crate) fn follow_reload(&mut self, now: Duration) {
        let Some(installing) = &mut self.reloads.installing else { return };
        let table = self.worker.standing(*installing.order.get_or_insert(self.worker.asked()));
        let is_installed = table.written && !table.lost;
        if !is_installed && now < installing.until {
            return;
        }
        let Some(Installing { asked, said, .. }) = self.reloads.installing.take() else { return };
        let line = self.one_line();
        let refused = self.worker.seen().failed.len();
        answer(asked, || match (is_installed, refused) {
            (true, 0) => Reloaded::Taken(format!("{said}in force: {line}\n")),
            (true, refused) => Reloaded::NotInstalled(format!(
                "{said}error: in force, but the kernel refuses {}\nhint: `lvs-director status` says which, and why\n",
                counted(refused, "change"),
            )),
            (false, _) => Reloaded::NotInstalled(format!(
                "{said}error: in force, but the table is not as it wants after {} s\nhint: `lvs-director status` says why\n",
                INSTALLING.as_secs(),
            )),
        });
    }
}

/// Whoever asked may have gone.
fn answer(asked: Vec<Asked>, outcome: impl Fn() -> Reloaded) {
    for one in asked {
        let _ = one.send(outcome());
    }
}
