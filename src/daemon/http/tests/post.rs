//! What the network may send.

use super::*;

async fn send(world: &World, request: &str) -> String {
    let mut socket = world.connect(4096);
    // the server may close before it has all of it
    let _ = socket.write_all(request.as_bytes()).await;
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer).await;
    answer
}

fn request(method: &str, path: &str, body: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test(start_paused = true)]
async fn a_post_is_taken_only_where_it_is_allowed() {
    with_server(async |world| {
        let post = request("POST", "/say", "so");
        assert!(send(&world, &post).await.starts_with("HTTP/1.1 405 "));
        world.door.allow_post(|path| path == "/say");
        assert!(send(&world, &post).await.ends_with("\r\n\r\n2 bytes"));
        for (method, path) in [("POST", "/say/more"), ("PUT", "/say"), ("DELETE", "/say"), ("PATCH", "/say")]
        {
            let answer = send(&world, &request(method, path, "so")).await;
            assert!(answer.starts_with("HTTP/1.1 405 "), "{method} {path}: {answer}");
        }
        assert!(send(&world, &request("GET", "/say", "so")).await.ends_with("\r\n\r\n0 bytes"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_from_the_network_has_its_limits() {
    with_server(async |world| {
        world.door.allow_post(|_| true);
        let most = "x".repeat(limit::BODY);
        assert!(send(&world, &request("POST", "/say", &most)).await.ends_with("65536 bytes"));
        let answer = send(&world, &request("POST", "/say", &(most + "x"))).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

        let mut slow = world.connect(4096);
        slow.write_all(b"POST /say HTTP/1.1\r\ncontent-length: 5\r\n\r\n").await.unwrap();
        let begin = Instant::now();
        sleep(S * 4).await;
        slow.write_all(b"x").await.unwrap();
        closed_after(&mut slow).await;
        about(begin.elapsed(), limit::READ);
    })
    .await;
}
