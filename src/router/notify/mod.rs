//! Telling others of transitions: commands, one after the other in the order of the transitions, and lines in a named
//! pipe.

mod event;
mod fifo;
mod queue;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use config::director::{Notify as Commands, VrrpConfig};
use tokio::task::JoinHandle;
use tracing::{debug, warn};

pub(crate) use event::{Event, Kind, Word};
use fifo::Fifo;
pub use fifo::{FifoError, check_fifo};
use programs::script::{Ended, Script};
use queue::{Job, Queue};

/// Tells of transitions. Dropped, it tells nothing any more, and kills the command under way.
pub(crate) struct Notifier {
    commands: BTreeMap<Subject, Commands>,
    /// those of routers and groups that the last change of the configuration removed: they still stop
    removed: BTreeMap<Subject, Commands>,
    members: BTreeMap<String, Vec<String>>,
    /// the last word about each
    told: BTreeMap<Subject, Word>,
    user: Option<String>,
    limit: Duration,
    fifo: Option<Fifo>,
    queue: Arc<Queue>,
    worker: JoinHandle<()>,
}

type Subject = (Kind, String);

impl Notifier {
    /// Call it inside tokio.
    pub(crate) fn new() -> Self {
        let queue = Arc::new(Queue::default());
        Self {
            commands: BTreeMap::new(),
            removed: BTreeMap::new(),
            members: BTreeMap::new(),
            told: BTreeMap::new(),
            user: None,
            limit: Duration::ZERO,
            fifo: None,
            worker: tokio::spawn(work(Arc::clone(&queue))),
            queue,
        }
    }

    /// Tells as `config` says from here on. What is queued already stays as it is.
    pub(crate) fn set(&mut self, config: &VrrpConfig) {
        let routers = config.routers.iter().map(|router| (Kind::Instance, &router.name, &router.notify));
        let groups = config.groups.iter().map(|group| (Kind::Group, &group.group.name, &group.notify));
        let commands =
            routers.chain(groups).map(|(kind, name, notify)| ((kind, name.clone()), notify.clone()));
        let before = std::mem::replace(&mut self.commands, commands.collect());
        self.removed =
            before.into_iter().filter(|(subject, _)| !self.commands.contains_key(subject)).collect();
        self.told
            .retain(|subject, _| self.commands.contains_key(subject) || self.removed.contains_key(subject));
        let members =
            config.groups.iter().map(|group| (group.group.name.clone(), group.group.members.clone()));
        self.members = members.collect();
        self.user.clone_from(&config.script_user);
        self.limit = config.notify_timeout;
        if self.fifo.as_ref().map(Fifo::path) != config.notify_fifo.as_ref().map(|fifo| fifo.path.as_str()) {
            self.fifo = config.notify_fifo.as_ref().map(|fifo| Fifo::new(&fifo.path));
        }
    }

    /// Takes a transition; never waits. A word that was the last about the same router already is not repeated. A group
    /// is told of when all of its routers stand in the same way.
    pub(crate) fn push(&mut self, event: &Event) {
        if !self.tell(event) || event.kind == Kind::Group {
            return;
        }
        for group in self.moved_with(&event.name, event.word) {
            self.tell(&Event { kind: Kind::Group, name: group, word: event.word, priority: 0 });
        }
    }

    /// Waits until everything taken is told, but not longer than `limit`. Answers whether it is.
    pub(crate) async fn finish(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.queue.idle()).await.is_ok()
    }

    /// Lines that did not get into the named pipe because nobody read it.
    pub(crate) fn lines_dropped(&self) -> u64 {
        self.fifo.as_ref().map_or(0, Fifo::dropped)
    }

    /// Answers whether it is news.
    fn tell(&mut self, event: &Event) -> bool {
        let subject = (event.kind, event.name.clone());
        if self.told.insert(subject.clone(), event.word) == Some(event.word) {
            return false;
        }
        if let Some(fifo) = &mut self.fifo {
            fifo.write(event);
        }
        let Some(commands) = self.commands.get(&subject).or_else(|| self.removed.get(&subject)) else {
            return true;
        };
        let wanted = [event.word.command(commands), &commands.any];
        let scripts = wanted.into_iter().filter(|command| !command.is_empty());
        let scripts: Vec<_> =
            scripts.map(|command| Script::new(command.clone(), self.user.clone())).collect();
        if !scripts.is_empty() {
            self.queue.push(Job { event: event.clone(), scripts, limit: self.limit });
        }
        true
    }

    /// The groups whose routers now all have `word` as their last.
    fn moved_with(&self, router: &str, word: Word) -> Vec<String> {
        let stands = |member: &String| self.told.get(&(Kind::Instance, member.clone())) == Some(&word);
        let moved = |(_, members): &(&String, &Vec<String>)| {
            members.iter().any(|member| member == router) && members.iter().all(stands)
        };
        self.members.iter().filter(moved).map(|(group, _)| group.clone()).collect()
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Runs what is queued, one after the other, for ever.
async fn work(queue: Arc<Queue>) {
    loop {
        let job = queue.next().await;
        let arguments = job.event.arguments();
        for script in &job.scripts {
            let run = script.run(&arguments, job.limit).await;
            let (program, event) = (script.program(), arguments.join(" "));
            if matches!(run.ended, Ended::Exit(0)) {
                debug!(program, event, "notified");
            } else {
                warn!(program, event, result = %run.ended, output = run.output, "notify command failed");
            }
        }
        queue.done();
    }
}
