//! The HTTP side over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener as StdUnixListener;
use std::rc::Rc;
use std::time::{Duration, Instant};

use common::Scratch;
use lvs_daemon::control::{ControlError, ask};
use lvs_daemon::http::{
    BindError, Handler, Method, Peer, Reply, bind_control, bind_tcp, serve_tcp, serve_unix,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio::time::timeout;

const S: Duration = Duration::from_secs(1);

/// Says what it was asked.
fn echo() -> Handler {
    Rc::new(|request| {
        Box::pin(async move {
            let peer = match request.peer {
                Peer::Network(_) => "network".to_owned(),
                Peer::Local { uid } => format!("{uid:?}"),
            };
            let query = request.query.unwrap_or_default();
            let body = request.body.len();
            Reply::text(200, format!("{} {}?{query} {body} {peer}", request.method, request.path))
        })
    })
}

async fn with_tcp<F: Future<Output = ()>>(test: impl FnOnce(SocketAddr) -> F) {
    let listener = bind_tcp("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.local_addr().unwrap();
    let local = LocalSet::new();
    local.spawn_local(serve_tcp(listener, echo()));
    local.run_until(test(address)).await;
}

/// Sends bytes and gives all that comes until the server closes.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // the server may close before it has all of it
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    // a reset after the answer is as good as a close
    let _ = timeout(S * 20, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(address: SocketAddr, path: &str) -> String {
    raw(address, format!("GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n").as_bytes()).await
}

#[tokio::test]
async fn get_and_head_are_answered() {
    with_tcp(async |address| {
        let answer = get(address, "/healthz/192.168.100.240?port=80").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nGET /healthz/192.168.100.240?port=80 0 network"), "{answer}");
        let head = raw(address, b"HEAD / HTTP/1.1\r\nconnection: close\r\n\r\n").await;
        assert!(head.contains("content-length: 17\r\n") && head.ends_with("\r\n\r\n"), "{head}");
        let old = raw(address, b"GET / HTTP/1.0\r\n\r\n").await;
        assert!(old.starts_with("HTTP/1.0 200 OK\r\n"), "{old}");
    })
    .await;
}

#[tokio::test]
async fn the_network_only_reads() {
    with_tcp(async |address| {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "X"] {
            let request = format!("{method} /v1/drain HTTP/1.1\r\ncontent-length: 4\r\n\r\nnow!");
            let answer = raw(address, request.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
            assert!(answer.contains("allow: GET, HEAD\r\n"), "{answer}");
        }
        let request = "GET / HTTP/1.1\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody";
        assert!(raw(address, request.as_bytes()).await.ends_with("GET /? 0 network"));
    })
    .await;
}

#[tokio::test]
async fn garbage_is_refused_and_the_next_is_answered() {
    with_tcp(async |address| {
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1_000));
        let huge = format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat(9_000));
        let noise: Vec<u8> =
            (0..200_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        let cases: [&[u8]; 12] = [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"\0\0\0\0\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\n: \r\n\r\n",
            b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"SSH-2.0-x\r\n",
            &noise,
            long.as_bytes(),
            many.as_bytes(),
            huge.as_bytes(),
        ];
        for (nth, case) in cases.into_iter().enumerate() {
            let answer = raw(address, case).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{nth}: {answer}");
        }
        assert!(get(address, "/").await.starts_with("HTTP/1.1 200 OK\r\n"));
    })
    .await;
}

#[tokio::test]
async fn a_thousand_idle_connections_keep_nobody_out() {
    with_tcp(async |address| {
        let mut idle = Vec::new();
        for nth in 0..1_000 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            if nth % 2 == 0 {
                stream.write_all(b"GET /healthz HT").await.unwrap();
            }
            idle.push(stream);
            if nth % 100 == 99 {
                let begin = Instant::now();
                assert!(get(address, "/healthz").await.starts_with("HTTP/1.1 200 OK\r\n"));
                assert!(begin.elapsed() < S);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn requests_of_one_connection_follow_each_other() {
    with_tcp(async |address| {
        let two = b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nconnection: close\r\n\r\n";
        let answer = raw(address, two).await;
        assert!(answer.contains("GET /a?") && answer.contains("GET /b?"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let listener = bind_tcp("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.local_addr().unwrap();
    let error = bind_tcp(address, false).unwrap_err();
    assert_eq!(error.to_string(), format!("listen on {address}"));
    assert!(error.hint().unwrap().contains("ss -ltnp"));
    let error = bind_tcp("192.0.2.1:80".parse().unwrap(), false).unwrap_err();
    assert!(error.hint().unwrap().contains("no interface"));
}

#[tokio::test]
async fn both_families_on_one_port() {
    let v4 = bind_tcp("0.0.0.0:0".parse().unwrap(), false).unwrap();
    let port = v4.local_addr().unwrap().port();
    let any = SocketAddr::from(([0_u16; 8], port));
    let beside = bind_tcp(any, true).unwrap();
    drop((v4, beside));
    let alone = bind_tcp(any, false).unwrap();
    TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    drop(alone);
}

async fn with_control<F: Future<Output = ()>>(test: impl FnOnce(std::path::PathBuf) -> F) {
    let dir = Scratch::new();
    let path = dir.path().join("control.sock");
    let listener = bind_control(&path).unwrap();
    let local = LocalSet::new();
    local.spawn_local(serve_unix(listener, echo()));
    local.run_until(test(path)).await;
}

#[tokio::test]
async fn commands_go_through_the_control_socket() {
    with_control(async |path| {
        let uid = nix::unistd::geteuid().as_raw();
        let (status, body) = ask(&path, Method::POST, "/v1/drain?now", &vec![b'x'; 65_536]).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(String::from_utf8(body).unwrap(), format!("POST /v1/drain?now 65536 Some({uid})"));
        let (status, _) = ask(&path, Method::POST, "/v1/drain", &vec![b'x'; 65_537]).await.unwrap();
        assert_eq!(status, 413);
        let error = ask(&path, Method::GET, "/a b", &[]).await.unwrap_err();
        assert!(matches!(error, ControlError::Request { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_body_without_length_is_bounded_too() {
    with_control(async |path| {
        let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
        for _ in 0..40 {
            if stream.write_all(chunk.as_bytes()).await.is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = timeout(S * 20, stream.read_to_end(&mut answer)).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 413 "));
    })
    .await;
}

#[tokio::test]
async fn the_control_socket_is_private_and_replaces_a_stale_one() {
    let dir = Scratch::new();
    let path = dir.path().join("control.sock");
    drop(StdUnixListener::bind(&path).unwrap());
    assert!(matches!(ask(&path, Method::GET, "/", &[]).await, Err(ControlError::NotRunning(_))));
    let listener = bind_control(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let local = LocalSet::new();
    local.spawn_local(serve_unix(listener, echo()));
    local.run_until(async { assert!(ask(&path, Method::GET, "/", &[]).await.is_ok()) }).await;
}

#[tokio::test]
async fn not_running_and_not_allowed_are_told_apart() {
    let dir = Scratch::new();
    let error = ask(&dir.path().join("none"), Method::GET, "/", &[]).await.unwrap_err();
    assert!(matches!(error, ControlError::NotRunning(_)));
    assert!(error.to_string().starts_with("not running: "));
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(ask(&file, Method::GET, "/", &[]).await, Err(ControlError::NotRunning(_))));
    let long = dir.path().join("x".repeat(200));
    assert!(matches!(ask(&long, Method::GET, "/", &[]).await, Err(ControlError::Connect { .. })));
    assert!(matches!(bind_control(&long), Err(BindError::Control { .. })));
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_error() {
    let dir = Scratch::new();
    let path = dir.path().join("control.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let serve = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"what?\r\n\r\n").await.unwrap();
        }
    };
    tokio::select! {
        answer = ask(&path, Method::GET, "/", &[]) => assert!(matches!(answer, Err(ControlError::Exchange(_)))),
        () = serve => panic!("ended"),
    }
}
