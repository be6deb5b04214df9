//! Reading a body, within limits.

use std::io;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use md5::{Digest, Md5};

use crate::words;

/// Longest body of which a digest is made.
pub(super) const DIGEST_LIMIT: usize = 1024 * 1024;
/// How much of a body is looked through for an expression, at most.
pub(super) const TEXT_LIMIT: usize = 256 * 1024;

/// What is wanted of a body.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// its digest, for which it must be read to its end
    pub(super) digest: bool,
    /// so many of its first bytes
    pub(super) text: usize,
}

/// What was read of a body.
pub(super) struct Found {
    pub(super) digest: Option<[u8; 16]>,
    pub(super) text: Vec<u8>,
    /// the body is longer than `text`
    pub(super) cut: bool,
}

pub(super) async fn read(mut body: Incoming, wanted: Wanted) -> Result<Found, String> {
    let mut reader = Reader::new(wanted);
    if wanted.digest && body.size_hint().lower() > u64::try_from(DIGEST_LIMIT).unwrap_or(u64::MAX) {
        return Err(too_large());
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| reason(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        reader.take(data)?;
        if reader.has_enough() {
            break;
        }
    }
    Ok(reader.finish())
}

struct Reader {
    wanted: Wanted,
    hash: Md5,
    length: usize,
    text: Vec<u8>,
}

impl Reader {
    fn new(wanted: Wanted) -> Self {
        Self { wanted, hash: Md5::new(), length: 0, text: Vec::new() }
    }

    fn take(&mut self, data: &Bytes) -> Result<(), String> {
        self.length = self.length.saturating_add(data.len());
        if self.wanted.digest {
            if self.length > DIGEST_LIMIT {
                return Err(too_large());
            }
            self.hash.update(data);
        }
        let room = self.wanted.text.saturating_sub(self.text.len());
        self.text.extend(data.iter().take(room));
        Ok(())
    }

    fn has_enough(&self) -> bool {
        !self.wanted.digest && self.length > self.wanted.text
    }

    fn finish(self) -> Found {
        Found {
            cut: self.length > self.text.len(),
            digest: self.wanted.digest.then(|| self.hash.finalize().into()),
            text: self.text,
        }
    }
}

fn too_large() -> String {
    "body larger than 1 MiB".to_owned()
}

fn reason(error: &hyper::Error) -> String {
    match io_cause(error) {
        Some(cause) if cause.raw_os_error().is_some() => format!("body: {}", words::io_error(cause)),
        Some(_) | None => "connection closed within the body".to_owned(),
    }
}

pub(super) fn io_cause(error: &hyper::Error) -> Option<&io::Error> {
    std::error::Error::source(error)?.downcast_ref()
}
