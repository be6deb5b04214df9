//! One connection from its beginning to its end.

use std::future::poll_fn;
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

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// one side closed it, or the peer sent what HTTP does not know
    Closed(hyper::Result<()>),
    /// it was closed because the peer was too slow
    TooSlow(Phase),
}

pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(socket: S, server: Rc<Server>) -> End {
    let activity = Rc::clone(&server.activity);
    let socket = TokioIo::new(Noted::new(socket, Rc::clone(&activity)));
    let service = service_fn(move |request| Rc::clone(&server).answer(request));
    let connection = http1::Builder::new()
        .max_buf_size(limit::HEAD)
        .header_read_timeout(None)
        .serve_connection(socket, service);
    within_time(connection, &activity).await
}

/// Every read and write happens within the poll of the connection, so the deadline is looked at after each.
async fn within_time(connection: impl Future<Output = hyper::Result<()>>, activity: &Activity) -> End {
    let mut connection = pin!(connection);
    let mut alarm = pin!(sleep_until(activity.since() + limit::READ));
    poll_fn(|cx| {
        if let Poll::Ready(result) = connection.as_mut().poll(cx) {
            return Poll::Ready(End::Closed(result));
        }
        let Some(deadline) = activity.deadline() else { return Poll::Pending };
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(cx).map(|()| End::TooSlow(activity.phase()))
    })
    .await
}
