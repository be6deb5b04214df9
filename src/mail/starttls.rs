//! The few words before `STARTTLS` (RFC 3207). Nothing that came before encryption is looked at after it.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One reply, with all of its lines, in bytes.
const MOST: usize = 16 << 10;

/// Takes the greeting, says hello and asks for TLS: the handshake is next.
pub(crate) async fn ask(tcp: &mut TcpStream, hello: &str) -> io::Result<()> {
    reply(tcp, "220").await?;
    tcp.write_all(format!("EHLO {hello}\r\n").as_bytes()).await?;
    let offered = reply(tcp, "250").await?;
    let words = offered.lines().filter_map(|line| line.get(4..)?.split_whitespace().next());
    if !words.into_iter().any(|word| word.eq_ignore_ascii_case("STARTTLS")) {
        return Err(io::Error::other("the server does not offer STARTTLS"));
    }
    tcp.write_all(b"STARTTLS\r\n").await?;
    reply(tcp, "220").await.map(drop)
}

/// Reads a reply to the end of its last line, and not a byte more: what follows would belong to the handshake, and if it does
/// not, it fails.
async fn reply(tcp: &mut TcpStream, wanted: &str) -> io::Result<String> {
    let (mut text, mut line) = (String::new(), Vec::new());
    loop {
        // single bytes: three short replies
        let byte = tcp.read_u8().await?;
        line.push(byte);
        if text.len().saturating_add(line.len()) > MOST {
            return Err(io::Error::other("the server says too much"));
        }
        if byte != b'\n' {
            continue;
        }
        let said = String::from_utf8_lossy(&line).into_owned();
        line.clear();
        text.push_str(&said);
        if said.as_bytes().get(3) != Some(&b'-') {
            return if said.starts_with(wanted) {
                Ok(text)
            } else {
                Err(io::Error::other(said.trim().to_owned()))
            };
        }
    }
}
