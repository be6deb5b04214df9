//! The director's HTTP sides: read-only on the network, commands on the control socket.

use std::cell::RefCell;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use daemon::http::{Events, Handler, Method, Peer, Reply, Request};
use ipvs::Counters;
use kernel::ipvs::Ipvs;
use tokio::sync::{mpsc, oneshot, watch};

use crate::core::DrainAnswer;
use crate::drain::LEFT;
use crate::oneshot::counted;
use crate::reload::{Asked, Reloaded};

/// The kernel is asked for counters at most this often, however many ask us.
const COUNTERS_AGE: Duration = Duration::from_secs(1);

/// `/v1/reload`: the file is refused.
pub(crate) const REFUSED: u16 = 422;
/// `/v1/reload`: the configuration is in force, the table is not as it wants.
pub(crate) const NOT_INSTALLED: u16 = 502;

/// A question to the main loop, with where to answer.
pub(crate) enum Ask {
    /// `/v1/status` as JSON
    Status { counters: Option<Arc<Counters>>, answer: oneshot::Sender<Vec<u8>> },
    /// `/metrics`
    Metrics { counters: Option<Arc<Counters>>, answer: oneshot::Sender<Vec<u8>> },
    /// `/healthz`: whether all is well, and the body
    Health { answer: oneshot::Sender<(bool, Vec<u8>)> },
    /// `/v1/watch`
    Watch { answer: oneshot::Sender<watch::Receiver<Arc<str>>> },
    /// `/v1/vrrp`: the virtual routers
    Vrrp { answer: oneshot::Sender<Vec<u8>> },
    /// `/v1/servers`: what `plan` needs of a running daemon
    Servers { answer: oneshot::Sender<Vec<u8>> },
    /// what is left of a server that drains
    Left { server: IpAddr, counters: Option<Arc<Counters>>, answer: oneshot::Sender<Vec<u8>> },
    /// drain or undrain
    Drain { server: IpAddr, drain: bool, answer: oneshot::Sender<DrainAnswer> },
    /// read the configuration again; answered when that has come to its end
    Reload { answer: Asked },
}

/// Counters, and when they were read.
type Reading = (Instant, Arc<Counters>);

/// Answers requests by asking the main loop.
#[derive(Clone)]
pub(crate) struct Desk {
    asks: mpsc::Sender<Ask>,
    cache: Rc<RefCell<Option<Reading>>>,
}

impl Desk {
    pub(crate) fn new(asks: mpsc::Sender<Ask>) -> Self {
        Self { asks, cache: Rc::default() }
    }

    pub(crate) fn handler(self) -> Handler {
        Rc::new(move |request| {
            let desk = self.clone();
            Box::pin(async move { desk.answer(request).await }) as Pin<Box<dyn Future<Output = Reply>>>
        })
    }

    async fn answer(&self, request: Request) -> Reply {
        let local = matches!(request.peer, Peer::Local { .. });
        // The server sends no body for HEAD.
        let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
        match (method, request.path.as_str()) {
            (&Method::GET, "/healthz") => self.health().await,
            (&Method::GET, "/v1/status") => self.status().await,
            (&Method::GET, "/v1/watch") => self.watch().await,
            (&Method::GET, "/v1/vrrp") => json(200, self.ask(|answer| Ask::Vrrp { answer }).await),
            (&Method::GET, "/metrics") => self.metrics().await,
            (&Method::GET, "/v1/servers") if local => {
                json(200, self.ask(|answer| Ask::Servers { answer }).await)
            }
            (&Method::POST, "/v1/drain") if local => self.drain(&request.body, true).await,
            (&Method::POST, "/v1/undrain") if local => self.drain(&request.body, false).await,
            (&Method::POST, "/v1/reload") if local => self.reload().await,
            (&Method::GET, path) if local && path.starts_with(LEFT) => self.left(path).await,
            _ => Reply::text(404, "not found; try /healthz, /v1/status, /v1/vrrp, /v1/watch, /metrics\n"),
        }
    }

    async fn health(&self) -> Reply {
        match self.ask(|answer| Ask::Health { answer }).await {
            Some((true, body)) => json(200, Some(body)),
            Some((false, body)) => json(503, Some(body)),
            None => stopping(),
        }
    }

    async fn status(&self) -> Reply {
        let counters = self.counters().await;
        json(200, self.ask(|answer| Ask::Status { counters, answer }).await)
    }

    async fn metrics(&self) -> Reply {
        let counters = self.counters().await;
        match self.ask(|answer| Ask::Metrics { counters, answer }).await {
            Some(body) => Reply::Full { status: 200, content_type: daemon::metrics::CONTENT_TYPE, body },
            None => stopping(),
        }
    }

    async fn watch(&self) -> Reply {
        self.ask(|answer| Ask::Watch { answer })
            .await
            .map_or_else(stopping, |states| Reply::Events(Events::new(states)))
    }

    async fn drain(&self, body: &[u8], drain: bool) -> Reply {
        let Some(server) = std::str::from_utf8(body).ok().and_then(|text| text.trim().parse().ok()) else {
            return Reply::text(400, "the body is no IP address\n");
        };
        match self.ask(|answer| Ask::Drain { server, drain, answer }).await {
            Some(DrainAnswer::Done { services, agent_drains }) => {
                let done = if drain { "drained" } else { "no longer drained here" };
                let agent = match (drain, agent_drains) {
                    (false, true) => "; its agent drains it: `lvs-rs-agent undrain` on that host ends that",
                    (true, _) | (false, false) => "",
                };
                Reply::text(200, format!("{server} {done} in {}{agent}\n", counted(services, "service")))
            }
            Some(DrainAnswer::Unknown) => {
                Reply::text(404, format!("no service has the real server {server}\n"))
            }
            None => stopping(),
        }
    }

    async fn reload(&self) -> Reply {
        match self.ask(|answer| Ask::Reload { answer }).await {
            Some(Reloaded::Taken(said)) => Reply::text(200, said),
            Some(Reloaded::Refused(why)) => Reply::text(REFUSED, why),
            Some(Reloaded::NotInstalled(why)) => Reply::text(NOT_INSTALLED, why),
            None => stopping(),
        }
    }

    async fn left(&self, path: &str) -> Reply {
        let Some(server) = path.strip_prefix(LEFT).and_then(|text| text.parse().ok()) else {
            return Reply::text(400, "the path ends with no IP address\n");
        };
        let counters = self.counters().await;
        json(200, self.ask(|answer| Ask::Left { server, counters, answer }).await)
    }

    async fn ask<T>(&self, make: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Option<T> {
        let (sender, answer) = oneshot::channel();
        self.asks.send(make(sender)).await.ok()?;
        answer.await.ok()
    }

    /// Read over a socket of its own, in a thread that may wait. None: the kernel could not be read.
    async fn counters(&self) -> Option<Arc<Counters>> {
        if let Some((at, counters)) = &*self.cache.borrow()
            && at.elapsed() < COUNTERS_AGE
        {
            return Some(Arc::clone(counters));
        }
        let read = || Ipvs::open().and_then(|mut ipvs| ipvs.counters());
        let counters = Arc::new(tokio::task::spawn_blocking(read).await.ok()?.ok()?);
        *self.cache.borrow_mut() = Some((Instant::now(), Arc::clone(&counters)));
        Some(counters)
    }
}

fn json(status: u16, body: Option<Vec<u8>>) -> Reply {
    body.map_or_else(stopping, |body| Reply::json(status, body))
}

fn stopping() -> Reply {
    Reply::text(503, "stopping\n")
}
