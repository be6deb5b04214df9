//! Takes connections.

use std::io;
use std::rc::Rc;

use nix::errno::Errno;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::time::sleep;

use super::activity::Activity;
use super::connection::{self, End};
use super::door::Door;
use super::exchange::Server;
use super::table::Table;
use super::tls::ServerTls;
use super::{Handler, Peer, limit};

/// Answers on a listener of [`super::bind_tcp`], in plain HTTP and without any POST. Never ends; must run on a `LocalSet`
/// or a local runtime.
pub async fn serve_tcp(listener: TcpListener, handler: Handler) {
    serve(listener, Door::new(handler), false).await;
}

/// Answers on the control socket of [`super::bind_control`]. Never ends; must run on a `LocalSet` or a local
/// runtime.
pub async fn serve_unix(listener: UnixListener, handler: Handler) {
    serve(listener, Door::new(handler), false).await;
}

/// What connections come from.
pub(super) trait Listener {
    type Socket: AsyncRead + AsyncWrite + Unpin + 'static;

    async fn accept(&self) -> io::Result<(Self::Socket, Peer)>;
}

impl Listener for TcpListener {
    type Socket = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Peer)> {
        let (socket, address) = Self::accept(self).await?;
        Ok((socket, Peer::Network(address)))
    }
}

impl Listener for UnixListener {
    type Socket = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        let (socket, _) = Self::accept(self).await?;
        let uid = socket.peer_cred().ok().map(|credentials| credentials.uid());
        Ok((socket, Peer::Local { uid }))
    }
}

/// `may_hide`: TLS is spoken where the door has it.
pub(super) async fn serve<L: Listener>(listener: L, door: Rc<Door>, may_hide: bool) {
    let table = Rc::new(Table::new());
    let mut next = 0_u64;
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                next = next.wrapping_add(1);
                let tls = if may_hide { door.tls() } else { None };
                begin(&table, next, Arrival { socket, peer, tls }, Rc::clone(&door));
            }
            Err(error) => refuse(&table, &error).await,
        }
    }
}

struct Arrival<S> {
    socket: S,
    peer: Peer,
    tls: Option<ServerTls>,
}

fn begin<S>(table: &Rc<Table>, id: u64, Arrival { socket, peer, tls }: Arrival<S>, door: Rc<Door>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    table.make_room();
    let activity = Activity::new();
    let server = Server { table: Rc::clone(table), activity: Rc::clone(&activity), door, peer };
    let own = Rc::clone(table);
    let task = tokio::task::spawn_local(async move {
        let end = connection::run(socket, tls, Rc::new(server)).await;
        own.remove(id);
        report(&own, peer, &end);
    });
    table.add(id, activity, task.abort_handle());
}

/// `accept(2)`: errors of the connection that was to come are its own; the others last until something is freed.
async fn refuse(table: &Table, error: &io::Error) {
    let code = error.raw_os_error().map(Errno::from_raw);
    if matches!(code, Some(Errno::ECONNABORTED | Errno::EINTR | Errno::EPROTO)) {
        return;
    }
    table.quiet.say(|unsaid| tracing::warn!(%error, unsaid, "connection not taken"));
    if matches!(code, Some(Errno::EMFILE | Errno::ENFILE)) {
        table.close_one();
    }
    sleep(limit::BACK_OFF).await;
}

fn report(table: &Table, peer: Peer, end: &End) {
    match end {
        End::Closed(Ok(())) => (),
        End::Handshake(error) => {
            table.quiet.say(|unsaid| tracing::debug!(?peer, %error, unsaid, "no TLS with this peer"));
        }
        End::Closed(Err(error)) => {
            table.quiet.say(|unsaid| tracing::debug!(?peer, %error, unsaid, "connection broke"));
        }
        End::TooSlow(phase) => {
            table.quiet.say(|unsaid| tracing::debug!(?peer, ?phase, unsaid, "connection was too slow"));
        }
    }
}
