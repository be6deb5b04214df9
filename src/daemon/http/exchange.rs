//! One request and its reply, between hyper's types and ours.

use std::convert::Infallible;
use std::rc::Rc;

use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};

use super::activity::{Activity, Phase};
use super::door::Door;
use super::events::{self, Frames};
use super::table::Table;
use super::{Peer, Reply, Request, limit};

/// What every request of one connection shares.
pub(super) struct Server {
    pub(super) table: Rc<Table>,
    pub(super) activity: Rc<Activity>,
    pub(super) door: Rc<Door>,
    pub(super) peer: Peer,
}

/// What somebody may send.
enum May {
    Nothing,
    /// a head; a body is not read
    Ask,
    /// a body too
    Tell,
}

type Answer = Response<Either<Full<Bytes>, StreamBody<Frames>>>;

impl Server {
    pub(super) async fn answer(
        self: Rc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<Answer, Infallible> {
        let method = request.method().clone();
        let answer = match self.accept(request).await {
            Ok(request) => self.ask(method, request).await,
            Err(refusal) => refusal,
        };
        if self.activity.phase() != Phase::Watch {
            self.activity.enter(Phase::Idle);
        }
        Ok(answer)
    }

    async fn accept(&self, request: hyper::Request<Incoming>) -> Result<Request, Answer> {
        let (head, body) = request.into_parts();
        let body = match self.may(&head.method, head.uri.path()) {
            May::Nothing => return Err(read_only()),
            May::Ask => Vec::new(),
            May::Tell => {
                self.activity.enter(Phase::Body);
                read(body).await?
            }
        };
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().map(str::to_owned));
        Ok(Request { method: head.method, path, query, body, peer: self.peer })
    }

    fn may(&self, method: &Method, path: &str) -> May {
        match (self.peer, method) {
            (Peer::Local { .. }, _) => May::Tell,
            // what a GET carries means nothing (RFC 9110, 9.3.1)
            (Peer::Network(_), &(Method::GET | Method::HEAD)) => May::Ask,
            (Peer::Network(_), &Method::POST) if self.door.takes_post(path) => May::Tell,
            (Peer::Network(_), _) => May::Nothing,
        }
    }

    async fn ask(&self, method: Method, request: Request) -> Answer {
        self.activity.enter(Phase::Busy);
        match (self.door.handler)(request).await {
            Reply::Full { status, content_type, body } => full(status, content_type, body),
            Reply::Events(_) if method == Method::HEAD => full(200, EVENT_STREAM, Vec::new()),
            Reply::Events(events) => match self.table.watch(&self.activity) {
                Some(watch) => streaming(StreamBody::new(events::stream(events, watch))),
                None => plain(503, "too many watchers\n"),
            },
        }
    }
}

const EVENT_STREAM: &str = "text/event-stream";

async fn read(body: Incoming) -> Result<Vec<u8>, Answer> {
    let announced = body.size_hint().lower();
    if u64::try_from(limit::BODY).is_ok_and(|limit| announced > limit) {
        return Err(too_large());
    }
    match Limited::new(body, limit::BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(closing(plain(400, "the body ended too soon\n"))),
    }
}

fn too_large() -> Answer {
    closing(plain(413, "a body may have 64 KiB\n"))
}

fn read_only() -> Answer {
    let allowed = HeaderValue::from_static("GET, HEAD");
    with(closing(plain(405, "read-only: GET and HEAD\n")), ALLOW, allowed)
}

/// The rest of the request is not wanted.
fn closing(answer: Answer) -> Answer {
    with(answer, CONNECTION, HeaderValue::from_static("close"))
}

fn plain(status: u16, text: &str) -> Answer {
    full(status, "text/plain; charset=utf-8", text.into())
}

fn full(status: u16, content_type: &'static str, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(Bytes::from(body))));
    *answer.status_mut() = match StatusCode::from_u16(status) {
        // an interim answer (1xx) would leave the client waiting
        Ok(status) if !status.is_informational() => status,
        Ok(_) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    with(answer, CONTENT_TYPE, HeaderValue::from_static(content_type))
}

fn streaming(body: StreamBody<Frames>) -> Answer {
    let answer =
        with(Response::new(Either::Right(body)), CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM));
    with(answer, CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

fn with(mut answer: Answer, name: HeaderName, value: HeaderValue) -> Answer {
    answer.headers_mut().insert(name, value);
    answer
}
