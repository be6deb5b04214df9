//! What the loop tells of results that turn something, and of its end.

use std::time::Duration;

use daemon::signals::Signal;
use health::{CheckId, Outcome, Standing};
use tracing::{debug, info, warn};

use crate::core::{CheckTurn, QuorumTurn, ServerLine, Turn};
use crate::shell::Shell;
use crate::status::{check_word, report_words};

impl Shell {
    /// All results that are there, so that one patch, and one mail, carries them together.
    pub(crate) fn take_results(&mut self, id: CheckId, outcome: Outcome) {
        let now = self.clock.now();
        let mut next = Some((id, outcome));
        while let Some((id, outcome)) = next {
            let turn = self.core.handle_result(id, outcome, now);
            self.lead.note_result(turn.is_some(), now);
            if let Some(turn) = turn {
                log_check(&turn);
                self.publish_soon(now);
            }
            next = self.results.try_recv().ok();
        }
        self.take_turns(now);
    }

    /// Everything that turned is told, in its order.
    pub(crate) fn take_turns(&mut self, now: Duration) {
        let turns: Vec<Turn> = std::iter::from_fn(|| self.core.poll_turn()).collect();
        if turns.is_empty() {
            return;
        }
        for turn in &turns {
            if let Turn::Quorum(turn) = turn {
                let service = self.core.config().services.get(turn.service);
                log_quorum(service.map_or("", |service| &service.name), turn);
                self.lead.note_quorums();
            }
        }
        self.herald.tell_turns(self.core.config(), &turns);
        self.publish_soon(now);
    }

    /// With `ha_suspend` checks run where the address is.
    pub(crate) fn follow_addresses(&mut self) {
        let now = self.clock.now();
        if self.core.follows_addresses() && self.core.set_addresses(self.router.own_addresses(), now) {
            self.publish_soon(now);
        }
    }

    /// First what others do when services stop here, then the table. What leaves it is given to the worker, which carries it
    /// out before it ends.
    pub(crate) async fn end(&mut self) {
        self.herald.tell_stop(&self.core);
        tokio::select! {
            () = self.herald.finish() => {}
            () = told_to_stop(&mut self.signals) => warn!("told to stop again: not waiting for programs and mail"),
        }
        self.orders.flush();
        self.core.stop();
        let patches = self.core.take_patches();
        let table = if patches.is_empty() { "stays as it is" } else { "is left without our services" };
        if !patches.is_empty() {
            self.worker.patch(patches);
        }
        info!(
            table,
            "director stops; settings of the table and the addresses of [[address]] stay as they are"
        );
    }
}

async fn told_to_stop(signals: &mut daemon::signals::Signals) {
    while signals.next().await != Signal::Terminate {}
}

fn log_check(turn: &CheckTurn) {
    let CheckTurn { transition, service, services, servers } = turn;
    let (check, host) = (check_word(&transition.spec), transition.spec.target.ip());
    let reason = transition.reason.as_deref().unwrap_or("passes");
    if transition.from == Standing::Up && transition.to == Standing::Up {
        let reported = transition.reported.map_or_else(|| "nothing".to_owned(), report_words);
        return info!(%service, real_server = %host, services, %check, %reported, "real server's weight");
    }
    if servers.is_empty() {
        debug!(%service, %host, services, %check, from = ?transition.from, to = ?transition.to, %reason, "check");
    }
    for ServerLine { real_server, up, service, services } in servers {
        if *up {
            info!(%service, %real_server, services, %check, "real server up");
        } else {
            info!(%service, %real_server, services, %check, %reason, "real server down");
        }
    }
}

fn log_quorum(service: &str, turn: &QuorumTurn) {
    let weight_up = turn.weight_up;
    match (turn.quorum, turn.first) {
        (true, true) => info!(%service, weight_up, "quorum reached"),
        (true, false) => info!(%service, weight_up, "quorum regained"),
        (false, _) => warn!(%service, weight_up, "quorum lost"),
    }
}
