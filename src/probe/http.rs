//! A GET and what a good answer is (RFC 9110, RFC 9112).

mod answer;
mod request;

use std::convert::Infallible;
use std::future::pending;
use std::sync::OnceLock;

use health::{CheckSpec, HttpCheck};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::{connect, words};

/// Longest head of an answer that is read.
const HEAD_LIMIT: usize = 64 * 1024;

/// An HTTP check: connects, asks, judges. Redirects are answers like any other.
pub(crate) async fn get(spec: &CheckSpec, http: &HttpCheck, deadline: Instant) -> Result<(), String> {
    let stream = connect::open(spec, deadline).await?;
    let result = match timeout_at(deadline, exchange(stream, spec, http)).await {
        Ok(result) => result,
        Err(_) => Err(words::timed_out(spec.timeout)),
    };
    result.map_err(|reason| format!("GET {}: {reason}", http.path))
}

async fn exchange(stream: TcpStream, spec: &CheckSpec, http: &HttpCheck) -> Result<(), String> {
    let request = request::build(spec, http)?;
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
        answer::judge(response.map_err(|error| answer::reason(&error, broken.get()))?, http).await
    };
    tokio::select! {
        biased;
        result = ask => result,
        never = drive => match never {},
    }
}
