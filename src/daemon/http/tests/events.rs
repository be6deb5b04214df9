//! Streams of events: what they say, when, and how they end.

use super::*;

#[tokio::test(start_paused = true)]
async fn watchers_get_the_state_each_change_and_a_heartbeat_each_second() {
    with_server(async |world| {
        let mut socket = world.watch().await;
        let begin = Instant::now();
        let head = read(&mut socket).await;
        assert!(head.contains("content-type: text/event-stream\r\n"), "{head}");
        assert!(head.ends_with("event: state\ndata: one\n\n\r\n"), "{head}");
        assert_eq!(event(&mut socket).await, "event: heartbeat\ndata: 1000\n\n");
        assert_eq!(event(&mut socket).await, "event: heartbeat\ndata: 1000\n\n");
        about(begin.elapsed(), S * 2);

        sleep(S / 2).await;
        world.states.send_replace(Arc::from("two"));
        world.states.send_replace(Arc::from("three\nlines"));
        assert_eq!(event(&mut socket).await, "event: state\ndata: three\ndata: lines\n\n");
        about(begin.elapsed(), S * 5 / 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_sender() {
    with_server(async |world| {
        let mut socket = world.watch().await;
        read(&mut socket).await;
        let World { give: _give, states, .. } = world;
        drop(states);
        assert_eq!(read(&mut socket).await, "0\r\n\r\n");
        about(closed_after(&mut socket).await, limit::IDLE);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_reads_nothing_is_given_up() {
    with_server(async |world| {
        let mut socket = world.watch().await;
        let chunk = "x".repeat(5000);
        world.states.send_replace(Arc::from(chunk));
        sleep(S * 15).await;
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest.len(), 4096);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn watchers_are_limited_and_counted() {
    with_server(async |world| {
        let mut watchers = Vec::new();
        for _ in 0..limit::WATCHERS {
            let mut socket = world.watch().await;
            assert!(read(&mut socket).await.starts_with("HTTP/1.1 200 OK\r\n"));
            watchers.push(socket);
        }
        let mut refused = world.watch().await;
        assert!(read(&mut refused).await.starts_with("HTTP/1.1 503 "));
        watchers.pop();
        sleep(S / 100).await;
        let mut taken = world.watch().await;
        assert!(read(&mut taken).await.starts_with("HTTP/1.1 200 OK\r\n"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_head_request_for_events_is_not_a_watcher() {
    with_server(async |world| {
        let mut socket = world.connect(4096);
        socket.write_all(b"HEAD /watch HTTP/1.1\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("text/event-stream") && answer.ends_with("\r\n\r\n"), "{answer}");
    })
    .await;
}

impl World {
    async fn follow(&self, version: &str) -> DuplexStream {
        let mut socket = self.connect(4096);
        socket.write_all(format!("GET /follow HTTP/{version}\r\n\r\n").as_bytes()).await.unwrap();
        socket
    }

    fn following(&self) -> usize {
        // the test's, the handler's
        Rc::strong_count(&self.follows) - 2
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_may_begin_with_a_hello_and_beat_faster() {
    with_server(async |world| {
        let mut socket = world.follow("1.0").await;
        let begin = Instant::now();
        let mut text = String::new();
        while begin.elapsed() < S {
            text.push_str(&timeout(S, read(&mut socket)).await.unwrap());
        }
        about(begin.elapsed(), S);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200 OK\r\n"), "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
        let beats = "event: heartbeat\ndata: 250\n\n".repeat(4);
        assert_eq!(body, format!("event: hello\ndata: it is me\n\nevent: state\ndata: one\n\n{beats}"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn streams_beat_together() {
    with_server(async |world| {
        let mut first = world.follow("1.1").await;
        read(&mut first).await;
        sleep(S / 10).await;
        let begin = Instant::now();
        let mut second = world.follow("1.1").await;
        read(&mut second).await;
        assert_eq!(event(&mut second).await, "event: heartbeat\ndata: 250\n\n");
        about(begin.elapsed(), Duration::from_millis(150));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_follows_is_known_until_the_stream_ends() {
    with_server(async |world| {
        let mut closes = world.follow("1.0").await;
        let mut stays = world.follow("1.1").await;
        read(&mut closes).await;
        read(&mut stays).await;
        assert_eq!(world.following(), 2);
        drop(closes);
        sleep(S / 100).await;
        assert_eq!(world.following(), 1, "at once, not at the next beat");

        let mut head = world.connect(4096);
        head.write_all(b"HEAD /follow HTTP/1.1\r\n\r\n").await.unwrap();
        read(&mut head).await;
        assert_eq!(world.following(), 1, "no stream");

        // a peer that takes nothing
        world.states.send_replace(Arc::from("x".repeat(5000)));
        sleep(limit::STALL + S).await;
        assert_eq!(world.following(), 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nobody_follows_whom_there_is_no_room_for() {
    with_server(async |world| {
        let mut watchers = Vec::new();
        for _ in 0..limit::WATCHERS {
            let mut socket = world.watch().await;
            read(&mut socket).await;
            watchers.push(socket);
        }
        let mut refused = world.follow("1.1").await;
        assert!(read(&mut refused).await.starts_with("HTTP/1.1 503 "));
        assert_eq!(world.following(), 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_follows_ends_with_the_states() {
    with_server(async |world| {
        let mut socket = world.follow("1.1").await;
        read(&mut socket).await;
        let World { give: _give, states, follows, .. } = world;
        drop(states);
        assert_eq!(read(&mut socket).await, "0\r\n\r\n");
        assert_eq!(Rc::strong_count(&follows), 2);
    })
    .await;
}
