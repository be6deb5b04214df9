//! One connection from its beginning to its end.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep_until;

use super::activity::{Activity, Noted, Phase};
use super::exchange::Server;
use super::limit;
use super::tls::ServerTls;

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// one side closed it, or the peer sent what HTTP does not know
    Closed(hyper::Result<()>),
    /// TLS could not be agreed on
    Handshake(io::Error),
    /// it was closed because the peer was too slow
    TooSlow(Phase),
}

pub(super) async fn run<S>(socket: S, tls: Option<ServerTls>, server: Rc<Server>) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let activity = Rc::clone(&server.activity);
    // below TLS, so that what counts is what the peer sends and takes, not what is buffered here
    let socket = Noted::new(socket, Rc::clone(&activity));
    let connection = async {
        let Some(tls) = tls else { return speak(socket, server).await };
        match tls.accept(socket).await {
            // on the heap, so that plain connections do not pay for its size
            Ok(socket) => Box::pin(speak(socket, server)).await,
            Err(error) => End::Handshake(error),
        }
    };
    within_time(connection, &activity).await
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(socket: S, server: Rc<Server>) -> End {
    let service = service_fn(move |request| Rc::clone(&server).answer(request));
    let connection = http1::Builder::new()
        .max_buf_size(limit::HEAD)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(socket), service);
    End::Closed(connection.await)
}

/// Every read and write happens within the poll of the connection, so the deadline is looked at after each.
async fn within_time(connection: impl Future<Output = End>, activity: &Activity) -> End {
    let mut connection = pin!(connection);
    let mut alarm = pin!(sleep_until(activity.since() + limit::READ));
    poll_fn(|cx| {
        if let Poll::Ready(end) = connection.as_mut().poll(cx) {
            return Poll::Ready(end);
        }
        let Some(deadline) = activity.deadline() else { return Poll::Pending };
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(cx).map(|()| End::TooSlow(activity.phase()))
    })
    .await
}
