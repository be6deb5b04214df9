//! One agent, for as long as it is followed: stream after stream.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use daemon::clock::Clock;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::debug;
use watch::{Backoff, News, Session, request};

use crate::connect;
use crate::desk::Desk;
use crate::follower::Task;
use crate::socket::Socket;
use crate::stream::{Stream, Turn};
use crate::{ClientTls, Limits, words};

/// A stream that lived for longer than this was a good one: the next is tried soon.
const GOOD: Duration = Duration::from_secs(10);

/// How agents are followed; the same for all.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) director: String,
    pub(crate) heartbeat: Duration,
    pub(crate) tls: Option<Arc<ClientTls>>,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
}

impl Terms {
    /// Whether a stream made on these terms need not be made anew for `others`.
    pub(crate) fn serve_for(&self, others: &Self) -> bool {
        self.director == others.director && self.tls == others.tls && self.heartbeat <= others.heartbeat * 2
    }
}

pub(crate) struct Life {
    pub(crate) agent: SocketAddr,
    pub(crate) terms: Rc<Terms>,
    pub(crate) desk: Rc<Desk>,
    pub(crate) news: mpsc::Sender<(SocketAddr, News)>,
    pub(crate) backoff: Backoff,
}

/// Nobody wants to hear news any more.
struct Deaf;

impl Life {
    /// Follows until nobody listens, from `delay` on, which is when the life `before` ends.
    pub(crate) async fn live(mut self, delay: Duration, before: Option<Task>) {
        sleep(delay).await;
        drop(before);
        self.desk.pause();
        let mut told = None;
        loop {
            let begun = self.terms.clock.now();
            let Ok(words) = self.follow(&mut told).await else { return };
            self.desk.close();
            if self.terms.clock.now().saturating_sub(begun) > GOOD {
                self.backoff.reset();
            }
            debug!(agent = %self.agent, reason = words, "stream ended");
            // an agent that stays away is told of once
            if told.as_ref() != Some(&words) {
                told = Some(words.clone());
                if self.tell(News::Lost(words)).await.is_err() {
                    return;
                }
            }
            sleep(self.backoff.next()).await;
        }
    }

    /// One stream, until it ends for the reason that is given. `told` is why the last one ended, as long as nothing came
    /// of this one.
    async fn follow(&self, told: &mut Option<String>) -> Result<String, Deaf> {
        // boxed, so that its size, which is needed for a moment only, is not part of every agent's for ever
        match Box::pin(self.open()).await {
            Ok(socket) => self.listen(socket, told).await,
            Err(words) => Ok(words),
        }
    }

    async fn open(&self) -> Result<Socket, String> {
        let Terms { director, heartbeat, tls, limits, .. } = self.terms.as_ref();
        let mut socket = connect::open(self.agent, tls.as_deref(), *limits).await?;
        let request = request(self.agent, director, *heartbeat);
        let sent = async {
            socket.write_all(&request).await?;
            socket.flush().await
        };
        match sent.await {
            // why the agent has closed already stands in what it sent before; reading ends with the same
            Err(error) if is_closed(&error) => Ok(socket),
            Err(error) => Err(words::io_error(&error)),
            Ok(()) => Ok(socket),
        }
    }

    async fn listen(&self, socket: Socket, told: &mut Option<String>) -> Result<String, Deaf> {
        let Terms { limits, clock, .. } = self.terms.as_ref();
        let session = Session::new(clock.now());
        let alarm = pin!(sleep(limits.silence));
        let mut stream = Stream::new(socket, session, *clock, limits.silence, alarm);
        loop {
            let news = match stream.next().await {
                Turn::Hello(watch) => {
                    self.desk.open(watch, &self.terms);
                    continue;
                }
                Turn::State(state) => {
                    self.desk.hear(&state.instance);
                    News::State(state)
                }
                Turn::Heard => News::Heard,
                Turn::Silent => News::Silent,
                Turn::End(words) => return Ok(words),
            };
            *told = None;
            self.tell(news).await?;
        }
    }

    async fn tell(&self, news: News) -> Result<(), Deaf> {
        self.news.send((self.agent, news)).await.map_err(|_| Deaf)
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}
