use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

use super::Socket;

#[tokio::test]
async fn bytes_and_the_end_are_seen_without_the_runtime() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    near.set_nonblocking(true).unwrap();
    let (mut far, _) = listener.accept().unwrap();
    // no await from here on, so that the runtime hears of nothing
    let socket = Socket::Plain(tokio::net::TcpStream::from_std(near).unwrap());
    assert!(!socket.has_more());
    far.write_all(b"a").unwrap();
    while !socket.has_more() {
        std::thread::yield_now();
    }
    // looking takes nothing away
    assert!(socket.has_more());
    let mut byte = [0; 2];
    let Socket::Plain(near) = socket else { panic!("it is plain") };
    near.readable().await.unwrap();
    assert_eq!(near.try_read(&mut byte).unwrap(), 1);
    let socket = Socket::Plain(near);
    assert!(!socket.has_more());
    drop(far);
    while !socket.has_more() {
        std::thread::yield_now();
    }
}
