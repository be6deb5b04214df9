//! A page as a check sees it, for whoever wants its digest.

use health::{CheckSpec, HttpCheck};
use hyper::Response;
use hyper::body::Incoming;

use super::answer::hex;
use super::body::{self, DIGEST_LIMIT, Wanted};
use super::get;
use crate::phase;

/// An answer of any status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// status code
    pub status: u16,
    /// the status line and the header lines, each without its end; hyper's spelling of the names (lower case)
    pub head: Vec<Vec<u8>>,
    /// the body, without transfer coding; at most 1 MiB
    pub body: Vec<u8>,
    /// MD5 of the body as 32 hexadecimal digits
    pub digest: String,
}

/// Asks as the check of `spec` does, and gives the page instead of a judgement. The error is the reason that the check would
/// give.
pub async fn page(spec: &CheckSpec, http: &HttpCheck) -> Result<Page, String> {
    Box::pin(get(spec, http, phase::after(spec.timeout), take)).await
}

async fn take(response: Response<Incoming>) -> Result<Page, String> {
    let (status, head) = (response.status().as_u16(), head(&response));
    let found = body::read(response.into_body(), Wanted { digest: true, text: DIGEST_LIMIT }).await?;
    let digest = found.digest.as_ref().map(hex).unwrap_or_default();
    Ok(Page { status, head, body: found.text, digest })
}

fn head(response: &Response<Incoming>) -> Vec<Vec<u8>> {
    let status = format!("{:?} {}", response.version(), response.status());
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| [name.as_str().as_bytes(), b": ", value.as_bytes()].concat());
    std::iter::once(status.into_bytes()).chain(headers).collect()
}
