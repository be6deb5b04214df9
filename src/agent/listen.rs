//! The HTTP side's listeners: tried until they are there, because an address of the host may come after the agent.

use std::net::SocketAddr;
use std::time::Duration;

use daemon::errors::one_line;
use daemon::http::{Handler, bind_tcp, serve_tcp};
use tokio::task::{JoinHandle, JoinSet};

/// Between two tries.
const RETRY: Duration = Duration::from_secs(2);

/// What listens.
pub(crate) struct Listeners {
    handler: Handler,
    addresses: Vec<SocketAddr>,
    task: Option<JoinHandle<()>>,
}

impl Listeners {
    pub(crate) fn new(handler: Handler) -> Self {
        Self { handler, addresses: Vec::new(), task: None }
    }

    /// Listens there, and nowhere else. Connections that are open stay open.
    pub(crate) async fn set(&mut self, addresses: &[SocketAddr]) {
        if self.addresses == addresses {
            return;
        }
        if let Some(task) = self.task.take() {
            task.abort();
            // the sockets are closed when the task has ended
            let _ = task.await;
        }
        self.addresses = addresses.to_vec();
        if addresses.is_empty() {
            return;
        }
        self.task = Some(tokio::task::spawn_local(listen(self.addresses.clone(), self.handler.clone())));
    }
}

async fn listen(addresses: Vec<SocketAddr>, handler: Handler) {
    let mut said = false;
    let listeners = loop {
        match bind_tcp(&addresses).await {
            Ok(listeners) => break listeners,
            Err(error) => {
                if !said {
                    tracing::warn!(error = one_line(&error), hint = error.hint(), "no health endpoint yet");
                }
                said = true;
                tokio::time::sleep(RETRY).await;
            }
        }
    };
    tracing::info!(?addresses, "health endpoint");
    let mut serving = JoinSet::new();
    for listener in listeners {
        serving.spawn_local(serve_tcp(listener, handler.clone()));
    }
    while serving.join_next().await.is_some() {}
}
