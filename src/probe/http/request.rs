//! The question.

use std::net::{IpAddr, SocketAddr};

use health::{CheckSpec, HttpCheck};
use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HOST, HeaderValue, USER_AGENT};

pub(super) fn build(spec: &CheckSpec, http: &HttpCheck) -> Result<Request<Empty<Bytes>>, String> {
    Request::get(http.path.as_str())
        .header(HOST, host(spec.target, http.host.as_deref())?)
        .header(USER_AGENT, HeaderValue::from_static("lvs-director"))
        .header(CONNECTION, HeaderValue::from_static("close"))
        .body(Empty::new())
        .map_err(|error| format!("cannot be asked for: {error}"))
}

/// The name that was configured, else the target's address (RFC 9110, 7.2: the port only where it is not 80).
fn host(target: SocketAddr, name: Option<&str>) -> Result<HeaderValue, String> {
    let text = match (name, target.port(), target.ip()) {
        (Some(name), _, _) => name.to_owned(),
        (None, 80, IpAddr::V4(address)) => address.to_string(),
        (None, 80, IpAddr::V6(address)) => format!("[{address}]"),
        (None, _, _) => target.to_string(),
    };
    HeaderValue::try_from(&text).map_err(|_| format!("host {text:?} cannot stand in a request"))
}
