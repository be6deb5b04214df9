//! `genhash`: the digest that an HTTP check compares, as keepalived's tool of that name prints it.

#[cfg(test)]
mod tests;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use clap::{ArgAction, Args};
use health::{CheckKind, CheckSpec, HttpCheck, HttpVersion, TlsCheck, Verify};
use probe::Page;

use crate::oneshot::{Ended, Failure};
use daemon::exit::Exit;

/// What to ask whom. The options are those of keepalived's genhash.
#[derive(Debug, Args)]
pub(crate) struct GenhashArgs {
    /// The server's address
    #[arg(short, long, value_name = "ADDRESS")]
    server: IpAddr,
    /// Its port [default: 80, with TLS 443]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Path and query of the page
    #[arg(short, long, value_name = "PATH", default_value = "/", value_parser = path)]
    url: String,
    /// The Host header [default: the server's address]
    #[arg(short = 'V', long, value_name = "HOST")]
    use_virtualhost: Option<String>,
    /// Ask by HTTPS; the certificate is not verified
    #[arg(short = 'S', long)]
    use_ssl: bool,
    /// Send the name of -V in the TLS handshake too
    #[arg(short = 'I', long, requires = "use_virtualhost", requires = "use_ssl")]
    use_sni: bool,
    /// 1.0, 1.0c (with "Connection: close") or 1.1
    #[arg(short = 'P', long, value_name = "VERSION", default_value = "1.0", value_parser = version)]
    protocol: HttpVersion,
    /// Seconds that the connection, the TLS handshake and the answer may each take
    #[arg(short, long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,
    /// Mark of the socket (SO_MARK)
    #[arg(short = 'm', long, value_name = "MARK")]
    fwmark: Option<u32>,
    /// Print the answer too, and how long it took
    #[arg(short, long, action = ArgAction::SetTrue)]
    verbose: bool,
}

/// Asks as a check does, and prints the MD5 of the body.
pub(crate) fn genhash(args: &GenhashArgs) -> Ended {
    let (spec, http) = (args.spec(), args.http());
    let begin = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(&error.to_string()))?;
    let page = runtime.block_on(probe::page(&spec, &http)).map_err(|reason| failed(&reason))?;
    let took = begin.elapsed();
    if !(200..300).contains(&page.status) {
        eprintln!("note: the status is {}, which a check does not take unless told to", page.status);
    }
    let text = if args.verbose { verbose(&page, took) } else { format!("{}\n", page.digest).into_bytes() };
    // a reader that went away is no failure
    let _ = std::io::stdout().lock().write_all(&text);
    Ok(Exit::Done)
}

fn failed(reason: &str) -> Failure {
    Failure::Failed(format!("error: {reason}\n"))
}

impl GenhashArgs {
    fn spec(&self) -> CheckSpec {
        let port = self.port.unwrap_or(if self.use_ssl { 443 } else { 80 });
        let phase = Duration::from_secs(self.timeout.into());
        CheckSpec {
            mark: self.fwmark,
            timeout: phase * 3,
            connect_timeout: Some(phase),
            reply_timeout: Some(phase),
            ..CheckSpec::new(SocketAddr::new(self.server, port), CheckKind::Http(self.http()))
        }
    }

    fn http(&self) -> HttpCheck {
        HttpCheck {
            host: self.use_virtualhost.clone(),
            version: self.protocol,
            tls: self.use_ssl.then(|| self.tls()),
            ..HttpCheck::get(&self.url)
        }
    }

    fn tls(&self) -> TlsCheck {
        // an address is never sent as a name
        let name = self.use_virtualhost.clone().filter(|_| self.use_sni);
        let name = name.unwrap_or_else(|| self.server.to_string());
        TlsCheck { sni: Some(name), verify: Verify::Off, certificate: None, key: None }
    }
}

fn path(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err("write it with a slash in front and %20 for a space, as in /index.html")
}

fn version(text: &str) -> Result<HttpVersion, &'static str> {
    match text {
        "1.0" => Ok(HttpVersion::V10),
        "1.0c" | "1.0C" => Ok(HttpVersion::V10Close),
        "1.1" => Ok(HttpVersion::V11),
        _ => Err("write 1.0, 1.0c or 1.1"),
    }
}

/// The head as it is, the body in hexadecimal, the digest, the time.
fn verbose(page: &Page, took: Duration) -> Vec<u8> {
    let mut text = page.head.join(b"\n".as_slice());
    text.extend(format!("\n\n{} bytes:\n", page.body.len()).bytes());
    for (nth, row) in page.body.chunks(16).enumerate() {
        text.extend(dump(nth * 16, row).bytes());
    }
    text.extend(format!("\nMD5: {}\nin {took:.3?}\n", page.digest).bytes());
    text
}

/// `0016  48 54 54 50 2f 31 2e 30 20 32 30 30 20 4f 4b 0d  HTTP/1.0 200 OK.`
fn dump(at: usize, row: &[u8]) -> String {
    let bytes = row.iter().fold(String::new(), |bytes, byte| bytes + &format!("{byte:02x} "));
    let letters: String =
        row.iter().map(|byte| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '.' }).collect();
    format!("{at:04}  {bytes:48} {letters}\n")
}
