//! TLS 1.2 and 1.3 on a connection that stands.

mod config;
mod name;
mod reason;
mod stream;
mod trust;

use std::io;

use health::{CheckSpec, HttpCheck, TlsCheck};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::connect;
use crate::phase::Limit;

pub(crate) use reason::words_of;
pub(crate) use stream::Secured;

/// Connects and makes the handshake, which may take `connect_timeout` of its own.
pub(crate) async fn open(
    spec: &CheckSpec,
    http: &HttpCheck,
    tls: &TlsCheck,
    deadline: Instant,
) -> Result<Secured, String> {
    let prepare = Limit::connect(spec, deadline).wait("reading certificates", config::of(tls));
    let connector = TlsConnector::from(prepare.await.map_err(prefixed)?);
    let name = name::of(spec.target, http, tls).map_err(prefixed)?;
    let stream = connect::open(spec, deadline).await?;
    let handshake = async {
        let stream: io::Result<_> = connector.connect(name, stream).await;
        stream.map(Secured::new).map_err(|error| reason::of_handshake(&error))
    };
    Limit::connect(spec, deadline).wait("in the handshake", handshake).await.map_err(prefixed)
}

fn prefixed(reason: String) -> String {
    format!("tls: {reason}")
}

/// What the handshake goes over.
type Inner = tokio_rustls::client::TlsStream<TcpStream>;
