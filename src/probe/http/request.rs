//! The question.

use std::net::{IpAddr, SocketAddr};

use health::{CheckSpec, HttpCheck, HttpVersion};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Version};

pub(super) fn build(spec: &CheckSpec, http: &HttpCheck) -> Result<Request<Empty<Bytes>>, String> {
    let (version, close) = match http.version {
        HttpVersion::V10 => (Version::HTTP_10, false),
        HttpVersion::V10Close => (Version::HTTP_10, true),
        HttpVersion::V11 => (Version::HTTP_11, true),
    };
    let mut request = Request::get(http.path.as_str())
        .version(version)
        .header(HOST, host(spec.target, http)?)
        .header(USER_AGENT, HeaderValue::from_static("lvs-director"));
    if close {
        request = request.header(CONNECTION, HeaderValue::from_static("close"));
    }
    request.body(Empty::new()).map_err(|error| format!("cannot be asked for: {error}"))
}

/// The name that was configured, else the target's address (RFC 9110, 7.2: the port only where it is not the scheme's own).
fn host(target: SocketAddr, http: &HttpCheck) -> Result<HeaderValue, String> {
    let default = if http.tls.is_some() { 443 } else { 80 };
    let text = match (&http.host, target.ip()) {
        (Some(name), _) => name.clone(),
        (None, IpAddr::V4(address)) if target.port() == default => address.to_string(),
        (None, IpAddr::V6(address)) if target.port() == default => format!("[{address}]"),
        (None, _) => target.to_string(),
    };
    HeaderValue::try_from(&text).map_err(|_| format!("host {text:?} cannot stand in a request"))
}
