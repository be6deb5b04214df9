//! The three named pipes.

use std::sync::{Arc, Mutex};

use config::director::{Fifo as FifoConfig, VrrpConfig};

use super::reader::Reader;
use super::{Channel, lock};
use crate::fifo::Fifo;

/// `[scripts] fifo`, `vrrp_fifo` and `lvs_fifo`.
#[derive(Default)]
pub(super) struct Pipes {
    both: Option<Pipe>,
    vrrp: Option<Pipe>,
    lvs: Option<Pipe>,
    /// lines that did not get into any of them, since the start
    dropped: u64,
    closed: bool,
}

impl Pipes {
    pub(super) fn set(&mut self, config: &VrrpConfig) {
        if self.closed {
            return;
        }
        let user = config.script_user.as_deref();
        let all = [
            (&mut self.both, &config.notify_fifo),
            (&mut self.vrrp, &config.vrrp_fifo),
            (&mut self.lvs, &config.lvs_fifo),
        ];
        for (pipe, wanted) in all {
            let wanted = wanted.as_ref();
            if pipe.as_ref().map(|pipe| (&pipe.config, pipe.user.as_deref()))
                != wanted.map(|fifo| (fifo, user))
            {
                // the old reader ends before a new one begins
                *pipe = None;
                *pipe = wanted.map(|fifo| Pipe::new(fifo, user));
            }
        }
    }

    /// Each pipe gets the line whole, or not at all.
    pub(super) fn write(&mut self, channel: Channel, line: &str) {
        let line = format!("{line}\n");
        let own = match channel {
            Channel::Vrrp => &self.vrrp,
            Channel::Lvs => &self.lvs,
        };
        for pipe in [&self.both, own].into_iter().flatten() {
            if !lock(&pipe.fifo).write(&line) {
                self.dropped = self.dropped.saturating_add(1);
            }
        }
    }

    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Nothing is written any more: readers see the end. Gives those that run.
    pub(super) fn close(&mut self) -> Vec<Reader> {
        self.closed = true;
        let pipes = [self.both.take(), self.vrrp.take(), self.lvs.take()];
        let close = |pipe: Pipe| {
            lock(&pipe.fifo).close();
            pipe.reader
        };
        pipes.into_iter().flatten().filter_map(close).collect()
    }
}

struct Pipe {
    config: FifoConfig,
    user: Option<String>,
    fifo: Arc<Mutex<Fifo>>,
    reader: Option<Reader>,
}

impl Pipe {
    fn new(config: &FifoConfig, user: Option<&str>) -> Self {
        let has_reader = !config.reader.is_empty();
        let fifo = Arc::new(Mutex::new(Fifo::new(&config.path, has_reader)));
        let user = user.map(str::to_owned);
        let reader = has_reader.then(|| Reader::start(config, user.clone(), &fifo));
        Self { config: config.clone(), user, fifo, reader }
    }
}
