//! Deadlines and limits, on pipes and in paused time.

mod events;
mod post;
mod tls;

pub(super) use tls::{Authority, Files};

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

use super::door::Door;
use super::serve::{Listener, serve};
use super::{Events, Handler, Peer, Reply, limit};

const GET: &[u8] = b"GET /healthz HTTP/1.1\r\n\r\n";
const S: Duration = Duration::from_secs(1);

/// A listener that takes what the test gives it.
struct Fake {
    given: RefCell<mpsc::UnboundedReceiver<DuplexStream>>,
    error: Cell<Option<Errno>>,
    errors: Rc<Cell<u32>>,
}

impl Listener for Fake {
    type Socket = DuplexStream;

    async fn accept(&self) -> io::Result<(DuplexStream, Peer)> {
        if let Some(error) = self.error.get() {
            self.errors.set(self.errors.get() + 1);
            return Err(error.into());
        }
        let socket = poll_fn(|cx| self.given.borrow_mut().poll_recv(cx)).await;
        let socket = socket.ok_or_else(|| io::Error::from(Errno::EMFILE))?;
        Ok((socket, Peer::Network(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)))))
    }
}

struct World {
    give: mpsc::UnboundedSender<DuplexStream>,
    states: watch::Sender<Arc<str>>,
    door: Rc<Door>,
    /// streams of `/follow` that have not ended, and one
    follows: Rc<()>,
}

impl World {
    /// A new connection; `room` bytes wait in it before a writer must.
    fn connect(&self, room: usize) -> DuplexStream {
        let (ours, theirs) = duplex(room);
        self.give.send(theirs).unwrap();
        ours
    }

    async fn watch(&self) -> DuplexStream {
        let mut socket = self.connect(4096);
        socket.write_all(b"GET /watch HTTP/1.1\r\n\r\n").await.unwrap();
        socket
    }
}

/// `/healthz` says ok, `/watch` streams, so does `/follow` with all that there is, `/large` has a mebibyte, `/never` never
/// answers, `/say` says how long the body is.
fn handler(states: watch::Receiver<Arc<str>>, follows: Rc<()>) -> Handler {
    Rc::new(move |request| {
        let (states, follow) = (states.clone(), Box::new(Rc::clone(&follows)));
        Box::pin(async move {
            match request.path.as_str() {
                "/healthz" => Reply::text(200, "ok\n"),
                "/watch" => Reply::Events(Events::new(states)),
                "/follow" => Reply::Events(Events {
                    states,
                    hello: Some("it is me".to_owned()),
                    heartbeat: Duration::from_millis(250),
                    guard: Some(follow),
                }),
                "/say" => Reply::text(200, format!("{} bytes", request.body.len())),
                "/large" => Reply::text(200, "x".repeat(1024 * 1024)),
                "/never" => std::future::pending().await,
                _ => Reply::text(404, "not found\n"),
            }
        })
    })
}

/// Runs a test beside a server.
async fn with_server<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    let (give, given) = mpsc::unbounded_channel();
    let (states, receiver) = watch::channel(Arc::from("one"));
    let follows = Rc::new(());
    let door = Door::new(handler(receiver, Rc::clone(&follows)));
    let fake = Fake { given: RefCell::new(given), error: Cell::new(None), errors: Rc::default() };
    let local = LocalSet::new();
    local.spawn_local(serve(fake, Rc::clone(&door), true));
    local.run_until(test(World { give, states, door, follows })).await;
}

async fn read(socket: &mut DuplexStream) -> String {
    let mut bytes = vec![0; 65_536];
    let length = socket.read(&mut bytes).await.unwrap();
    bytes.truncate(length);
    String::from_utf8(bytes).unwrap()
}

/// The body of one chunk of an event stream.
async fn event(socket: &mut DuplexStream) -> String {
    let chunk = read(socket).await;
    chunk.split_once("\r\n").unwrap().1.trim_end_matches("\r\n").to_owned()
}

/// How long until the server closes the connection.
async fn closed_after(socket: &mut DuplexStream) -> Duration {
    let begin = Instant::now();
    let mut rest = Vec::new();
    timeout(S * 600, socket.read_to_end(&mut rest)).await.unwrap().unwrap();
    begin.elapsed()
}

fn about(found: Duration, expected: Duration) {
    assert!(found.abs_diff(expected) <= Duration::from_millis(20), "{found:?}, not {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn silent_connections_end_after_five_seconds() {
    with_server(async |world| about(closed_after(&mut world.connect(64)).await, limit::READ)).await;
}

#[tokio::test(start_paused = true)]
async fn a_head_must_end_in_five_seconds_however_busy_it_is() {
    with_server(async |world| {
        let mut socket = world.connect(64);
        let begin = Instant::now();
        let mut sent = 0;
        while socket.write_all(b"G").await.is_ok() {
            sent += 1;
            assert!(sent < 100);
            sleep(Duration::from_millis(100)).await;
        }
        about(begin.elapsed(), limit::READ + Duration::from_millis(100));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_second_request_may_come_within_fifteen_seconds() {
    with_server(async |world| {
        let mut socket = world.connect(4096);
        for _ in 0..3 {
            socket.write_all(GET).await.unwrap();
            assert!(read(&mut socket).await.starts_with("HTTP/1.1 200 OK\r\n"));
            sleep(S * 14).await;
        }
        about(closed_after(&mut socket).await, S);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_second_head_has_five_seconds_too() {
    with_server(async |world| {
        let mut socket = world.connect(4096);
        socket.write_all(GET).await.unwrap();
        read(&mut socket).await;
        sleep(S).await;
        socket.write_all(b"GET").await.unwrap();
        about(closed_after(&mut socket).await, limit::READ);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_given_up() {
    with_server(async |world| {
        let mut socket = world.connect(512);
        socket.write_all(b"GET /large HTTP/1.1\r\n\r\n").await.unwrap();
        sleep(S * 9).await;
        assert_eq!(read(&mut socket).await.len(), 512, "a byte taken gives more time");
        sleep(S * 11).await;
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.unwrap();
        assert!(rest.len() <= 1024, "{}", rest.len());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_waited_for() {
    with_server(async |world| {
        let mut socket = world.connect(512);
        socket.write_all(b"GET /never HTTP/1.1\r\n\r\n").await.unwrap();
        assert!(timeout(S * 3600, socket.read_u8()).await.is_err());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_makes_room_and_watchers_stay() {
    with_server(async |world| {
        let mut watcher = world.watch().await;
        read(&mut watcher).await;
        let mut idle = Vec::new();
        for _ in 0..limit::CONNECTIONS {
            idle.push(world.connect(4096));
            sleep(Duration::from_millis(1)).await;
        }
        let mut first = idle.remove(0);
        assert_eq!(read(&mut first).await, "", "closed");
        let mut second = idle.remove(0);
        second.write_all(GET).await.unwrap();
        assert!(read(&mut second).await.starts_with("HTTP/1.1 200 OK\r\n"));
        assert_eq!(event(&mut watcher).await, "event: heartbeat\ndata: 1000\n\n");
    })
    .await;
}

async fn errors_in(error: Errno, time: Duration) -> u32 {
    let (_give, given) = mpsc::unbounded_channel();
    let (_states, receiver) = watch::channel(Arc::from(""));
    let errors = Rc::new(Cell::new(0));
    let fake = Fake { given: RefCell::new(given), error: Cell::new(Some(error)), errors: Rc::clone(&errors) };
    let local = LocalSet::new();
    local.spawn_local(serve(fake, Door::new(handler(receiver, Rc::default())), false));
    local.run_until(sleep(time)).await;
    errors.get()
}

#[tokio::test(start_paused = true)]
async fn errors_that_last_are_not_tried_in_a_loop() {
    let tries = errors_in(Errno::EMFILE, S * 10).await;
    assert!((95..=101).contains(&tries), "{tries} tries in 10 s");
    let tries = errors_in(Errno::EIO, S * 10).await;
    assert!((95..=101).contains(&tries), "{tries} tries in 10 s");
}
