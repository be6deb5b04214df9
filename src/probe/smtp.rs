//! What a mail server says first (RFC 5321).

mod reply;

use health::{CheckSpec, SmtpCheck};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use self::reply::Reply;
use crate::connect;
use crate::phase::Limit;
use crate::words;

/// How long the goodbye is waited for, which nothing depends on.
const GOODBYE: Duration = Duration::from_secs(1);

/// An SMTP check: greeting 220, `HELO` answered with 250, `QUIT`.
pub(crate) async fn check(spec: &CheckSpec, smtp: &SmtpCheck, deadline: Instant) -> Result<(), String> {
    let stream = connect::open(spec, deadline).await?;
    let limit = Limit::reply(spec, deadline);
    let mut stream = BufReader::new(stream);
    limit.wait("waiting for the greeting", expect(&mut stream, 220, "greeting")).await?;
    let hello = format!("HELO {}", smtp.helo);
    let exchange = async {
        say(&mut stream, &hello).await?;
        expect(&mut stream, 250, &hello).await
    };
    limit.wait(&format!("waiting for the answer to {hello}"), exchange).await?;
    // a server that is told goodbye logs no lost connection
    let goodbye = async {
        say(&mut stream, "QUIT").await?;
        Reply::read(&mut stream).await
    };
    let _ = timeout(GOODBYE, limit.bound(goodbye)).await;
    Ok(())
}

/// Waits for a reply, which must have this code; `to` says what it answers.
async fn expect(stream: &mut BufReader<TcpStream>, code: u16, to: &str) -> Result<(), String> {
    let reply = Reply::read(stream).await.map_err(|reason| format!("{to}: {reason}"))?;
    if reply.code == code {
        return Ok(());
    }
    Err(format!("{to}: {}, wanted {code}", words::quoted(&reply.line)))
}

async fn say(stream: &mut BufReader<TcpStream>, words: &str) -> Result<(), String> {
    let line = format!("{words}\r\n");
    let sent = stream.write_all(line.as_bytes()).await;
    sent.map_err(|error| format!("{words}: {}", words::io_error(&error)))
}
