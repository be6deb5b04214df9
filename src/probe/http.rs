//! A GET and what a good answer is (RFC 9110, RFC 9112).

mod answer;
mod body;
mod close;
mod page;
mod request;
mod text;

use std::convert::Infallible;
use std::future::pending;
use std::sync::OnceLock;

use health::{CheckSpec, HttpCheck};
use http_body_util::Empty;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::phase::Limit;
use crate::{connect, tls};

pub use page::{Page, page};

/// Longest head of an answer that is read.
const HEAD_LIMIT: usize = 64 * 1024;

/// An HTTP check: connects, asks, judges. Redirects are answers like any other.
pub(crate) async fn check(spec: &CheckSpec, http: &HttpCheck, deadline: Instant) -> Result<(), String> {
    get(spec, http, deadline, |response| answer::judge(response, http)).await
}

/// Connects, asks, and gives what `look` makes of the answer; `look` runs while the connection stands.
async fn get<T, F: Future<Output = Result<T, String>>>(
    spec: &CheckSpec,
    http: &HttpCheck,
    deadline: Instant,
    look: impl FnOnce(Response<Incoming>) -> F,
) -> Result<T, String> {
    match &http.tls {
        None => {
            let stream = connect::open(spec, deadline).await?;
            ask(stream, spec, http, deadline, look).await
        }
        Some(tls) => {
            let stream = tls::open(spec, http, tls, deadline).await?;
            ask(stream, spec, http, deadline, look).await
        }
    }
}

async fn ask<T, F: Future<Output = Result<T, String>>>(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    spec: &CheckSpec,
    http: &HttpCheck,
    deadline: Instant,
    look: impl FnOnce(Response<Incoming>) -> F,
) -> Result<T, String> {
    let limit = Limit::reply(spec, deadline);
    let result = limit.bound(exchange(stream, spec, http, look)).await;
    result.unwrap_or_else(|| Err(limit.words())).map_err(|reason| format!("GET {}: {reason}", http.path))
}

async fn exchange<T, F: Future<Output = Result<T, String>>>(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    spec: &CheckSpec,
    http: &HttpCheck,
    look: impl FnOnce(Response<Incoming>) -> F,
) -> Result<T, String> {
    let request = request::build(spec, http)?;
    let stream = close::Closing { stream, in_peace: spec.path.is_none() };
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_LIMIT)
        .handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|error| answer::reason(&error, None))?;
    // what ends the connection also ends the exchange, but only the connection knows why
    let broken = OnceLock::new();
    let drive = async {
        if let Err(error) = connection.await {
            let _ = broken.set(error);
        }
        pending::<Infallible>().await
    };
    let ask = async {
        let response = sender.send_request(request).await;
        look(response.map_err(|error| answer::reason(&error, broken.get()))?).await
    };
    tokio::select! {
        biased;
        result = ask => result,
        never = drive => match never {},
    }
}
