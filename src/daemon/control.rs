//! The commands' side of the control socket.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// Longest answer that is read.
const LIMIT: usize = 16 * 1024 * 1024;

/// For the whole of a request.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The daemon was not asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// nobody listens on the socket, or there is none
    #[error("not running: nobody listens on {}", .0.display())]
    NotRunning(PathBuf),
    /// this user may not use the socket
    #[error("not allowed to use {}", .0.display())]
    Permission(PathBuf),
    /// the socket cannot be connected to for another reason
    #[error("connect to {}", path.display())]
    Connect {
        /// the socket
        path: PathBuf,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
    /// the path and query cannot stand in a request
    #[error("{path:?} cannot be asked for")]
    Request {
        /// path and query
        path: String,
        /// what is wrong with it
        #[source]
        source: hyper::http::Error,
    },
    /// the connection broke, or the answer was none
    #[error("ask the daemon")]
    Exchange(#[source] hyper::Error),
    /// more than 16 MiB
    #[error("the daemon's answer is larger than 16 MiB")]
    TooLarge,
    /// 30 seconds went by
    #[error("the daemon did not answer within 30 s")]
    Timeout,
    /// this process could not begin to ask
    #[error("begin to ask the daemon")]
    Runtime(#[source] io::Error),
}

impl ControlError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotRunning(_) => Some("`systemctl status` says why; `systemctl start` starts it"),
            Self::Permission(_) => Some("run as root, or as the daemon's user"),
            Self::Timeout => Some("its log says what it is busy with"),
            Self::Connect { .. }
            | Self::Request { .. }
            | Self::Exchange(_)
            | Self::TooLarge
            | Self::Runtime(_) => None,
        }
    }
}

/// Asks the daemon behind `socket`: status code and body. For commands that have no runtime of their own; within
/// one, use [`ask`].
pub fn request(
    socket: &Path,
    method: Method,
    path_and_query: &str,
    body: &[u8],
) -> Result<(u16, Vec<u8>), ControlError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ControlError::Runtime)?;
    runtime.block_on(ask(socket, method, path_and_query, body))
}

/// The same within a runtime.
pub async fn ask(
    socket: &Path,
    method: Method,
    path_and_query: &str,
    body: &[u8],
) -> Result<(u16, Vec<u8>), ControlError> {
    let request = Request::builder()
        .method(method)
        .uri(path_and_query)
        .header(HOST, "localhost")
        .body(Full::new(Bytes::copy_from_slice(body)))
        .map_err(|source| ControlError::Request { path: path_and_query.to_owned(), source })?;
    timeout(TIMEOUT, exchange(socket, request)).await.map_err(|_| ControlError::Timeout)?
}

async fn exchange(socket: &Path, request: Request<Full<Bytes>>) -> Result<(u16, Vec<u8>), ControlError> {
    let stream = UnixStream::connect(socket).await.map_err(|source| connect_error(socket, source))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(ControlError::Exchange)?;
    let drive = async {
        // what breaks the connection also ends the exchange, with the better words
        let _ = connection.await;
        std::future::pending::<std::convert::Infallible>().await
    };
    let ask = async { collect(sender.send_request(request).await.map_err(ControlError::Exchange)?).await };
    tokio::select! {
        biased;
        result = ask => result,
        never = drive => match never {},
    }
}

async fn collect(response: Response<Incoming>) -> Result<(u16, Vec<u8>), ControlError> {
    let status = response.status().as_u16();
    match Limited::new(response.into_body(), LIMIT).collect().await {
        Ok(collected) => Ok((status, collected.to_bytes().into())),
        Err(error) if error.is::<LengthLimitError>() => Err(ControlError::TooLarge),
        Err(error) => match error.downcast() {
            Ok(error) => Err(ControlError::Exchange(*error)),
            Err(_) => Err(ControlError::TooLarge),
        },
    }
}

fn connect_error(socket: &Path, source: io::Error) -> ControlError {
    let path = socket.to_owned();
    let is = |kind| source.kind() == kind;
    // a socket without a listener is what a daemon that was killed leaves
    if is(io::ErrorKind::NotFound) || is(io::ErrorKind::ConnectionRefused) {
        ControlError::NotRunning(path)
    } else if is(io::ErrorKind::PermissionDenied) {
        ControlError::Permission(path)
    } else {
        ControlError::Connect { path, source }
    }
}
