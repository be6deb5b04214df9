//! An agent that is played, and what a follower tells of it.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test"
)]

pub(crate) mod pki;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use lvs_follow::{Follower, Limits, Wanted};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::LocalSet;
use tokio::time::timeout;
use watch::{News, Repairs, Status};

pub(crate) const HEAD: &str = "HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
/// Nothing that is waited for may take longer.
const LONG: Duration = Duration::from_secs(120);

/// Runs a test where a follower can live.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async { within(test).await });
}

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(LONG, future).await.expect("in time")
}

pub(crate) fn wanted(agents: &[SocketAddr]) -> Wanted {
    let agents = agents.iter().copied().collect::<BTreeSet<_>>();
    Wanted { agents, director: "LVS01".to_owned(), heartbeat: None, tls: None }
}

/// A follower, and what it tells.
pub(crate) struct Ear {
    pub(crate) follower: Follower,
    news: Receiver<(SocketAddr, News)>,
}

impl Ear {
    pub(crate) fn new(limits: Limits) -> Self {
        let (send, news) = mpsc::channel(16);
        Self { follower: Follower::with_limits(send, limits), news }
    }

    pub(crate) fn on(agents: &[SocketAddr]) -> Self {
        let mut ear = Self::new(Limits::default());
        ear.follower.set(wanted(agents));
        ear
    }

    pub(crate) async fn next(&mut self) -> (SocketAddr, News) {
        within(self.news.recv()).await.unwrap()
    }

    /// The next that is neither silence nor its end: a machine that is very busy may see one at any time.
    pub(crate) async fn news(&mut self) -> News {
        loop {
            match self.next().await.1 {
                News::Silent | News::Heard => (),
                news => return news,
            }
        }
    }

    /// The number of the next state.
    pub(crate) async fn state(&mut self) -> u64 {
        match self.news().await {
            News::State(status) => status.seq,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn lost(&mut self) -> String {
        match self.news().await {
            News::Lost(words) => words,
            other => panic!("{other:?}"),
        }
    }

    /// What is there already.
    pub(crate) fn waiting(&mut self) -> Option<News> {
        self.news.try_recv().ok().map(|(_, news)| news)
    }
}

pub(crate) struct Played {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Played {
    pub(crate) async fn new() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    pub(crate) async fn accept(&self) -> TcpStream {
        within(self.listener.accept()).await.unwrap().0
    }

    /// A stream whose request has been read, and that request.
    pub(crate) async fn asked(&self) -> (Line<TcpStream>, String) {
        let mut line = Line(self.accept().await);
        let head = line.head().await;
        (line, head)
    }

    /// A stream whose answer has begun.
    pub(crate) async fn watched(&self) -> Line<TcpStream> {
        let (mut line, request) = self.asked().await;
        assert!(request.starts_with("GET /v1/watch?"), "{request}");
        line.send(HEAD).await;
        line
    }

    /// What is posted next, path and body, and the connection that waits for the answer.
    pub(crate) async fn posted(&self) -> (Line<TcpStream>, String, serde_json::Value) {
        let (mut line, head) = self.asked().await;
        let path = head.strip_prefix("POST ").unwrap().split(' ').next().unwrap().to_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        within(line.0.read_exact(&mut body)).await.unwrap();
        (line, path, serde_json::from_slice(&body).unwrap())
    }

    /// Whether somebody waits to be accepted.
    pub(crate) async fn is_called(&self) -> bool {
        // the kernel's queue is looked at once
        timeout(Duration::ZERO, self.listener.accept()).await.is_ok()
    }
}

/// The agent's end of a connection.
pub(crate) struct Line<S>(pub(crate) S);

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(within(self.0.read_u8()).await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    pub(crate) async fn send(&mut self, text: &str) {
        within(self.0.write_all(text.as_bytes())).await.unwrap();
        within(self.0.flush()).await.unwrap();
    }

    pub(crate) async fn hello(&mut self, watch: &str) {
        self.send(&format!("event: hello\ndata: {{\"watch\":\"{watch}\",\"format\":1}}\n\n")).await;
    }

    pub(crate) async fn state(&mut self, seq: u64) {
        self.send(&state(seq)).await;
    }

    /// The next follows within so many milliseconds.
    pub(crate) async fn beat(&mut self, heartbeat: u32) {
        self.send(&format!("event: heartbeat\ndata: {heartbeat}\n\n")).await;
    }

    /// Waits until the other side has closed.
    pub(crate) async fn closed(&mut self) {
        let mut rest = Vec::new();
        // an end or a reset
        let _ = within(self.0.read_to_end(&mut rest)).await;
        assert!(rest.is_empty());
    }
}

pub(crate) fn state(seq: u64) -> String {
    state_of("1", seq)
}

pub(crate) fn state_of(instance: &str, seq: u64) -> String {
    let status = Status {
        version: "0.1.0".to_owned(),
        format: 1,
        host: "RS01".to_owned(),
        instance: instance.to_owned(),
        seq,
        ready: true,
        weight: None,
        draining_since: None,
        contested: false,
        vips: Vec::new(),
        repairs: Repairs::default(),
        problems: Vec::new(),
    };
    format!("event: state\ndata: {}\n\n", serde_json::to_string(&status).unwrap())
}

/// A port that nobody answers: what waits to be accepted there is too much already, so the kernel drops what comes.
pub(crate) struct Deaf {
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
    pub(crate) address: SocketAddr,
}

impl Deaf {
    pub(crate) async fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        // the kernel itself says when it is full
        while let Ok(stream) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
            waiting.push(stream.unwrap());
        }
        assert!(!waiting.is_empty());
        Self { _listener: listener, _waiting: waiting, address }
    }
}

/// A port that refuses.
pub(crate) async fn refusing() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}
