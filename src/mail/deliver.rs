//! One mail to the mail server (RFC 5321).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use config::director::{MailConfig, MailTls};
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

use crate::letter::{Letter, mailbox};
use crate::wire::Wire;
use crate::{starttls, tls};

/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 8;
/// The mail is taken already: a server that does not say goodbye is not waited for longer.
const GOODBYE: Duration = Duration::from_secs(1);
/// Of what a server says, in characters.
const MOST_SAID: usize = 300;
/// The greeting that followed the connection was before encryption; the library wants one.
const GREETED: &[u8] = b"220 encrypted\r\n";

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{phase}: {reason}")]
pub(crate) struct DeliveryError {
    /// where it failed
    phase: String,
    reason: String,
    /// the server said so, and goes on listening
    is_answer: bool,
    /// it will not take it later either
    pub(crate) is_final: bool,
}

impl DeliveryError {
    fn new(phase: &str, reason: impl ToString) -> Self {
        Self {
            phase: phase.to_owned(),
            reason: shortened(&reason.to_string()),
            is_answer: false,
            is_final: false,
        }
    }

    fn smtp(phase: &str, error: &lettre::transport::smtp::Error) -> Self {
        Self {
            is_answer: error.status().is_some(),
            is_final: error.is_permanent(),
            ..Self::new(phase, error)
        }
    }
}

/// Gives one mail to the server. Answers who of the recipients the server refused, if not all.
pub(crate) async fn deliver(config: &MailConfig, letter: &Letter) -> Result<Vec<String>, DeliveryError> {
    let invalid = |error| DeliveryError { is_final: true, ..DeliveryError::new("address", error) };
    let from = mailbox(&config.from).map_err(invalid)?;
    let to = config.to.iter().map(|to| mailbox(to)).collect::<Result<Vec<_>, _>>().map_err(invalid)?;
    let bytes = letter.to_bytes(&from, &to).map_err(|error| DeliveryError::new("mail", error))?;
    let within = Within::new(config.timeout);
    let mut connection = connect(config, &within).await?;
    let sent = send(&mut connection, config, &within, (&from, &to), &bytes).await;
    if sent.as_ref().map_or_else(|error| error.is_answer, |_| true) {
        // a proper end: the mail is taken or refused, whatever the answer
        let _ = timeout(GOODBYE, connection.quit()).await;
    }
    sent
}

async fn connect(config: &MailConfig, within: &Within) -> Result<AsyncSmtpConnection, DeliveryError> {
    let (server, port) = &config.server;
    let hello = hello(config);
    let name = server.trim_start_matches('[').trim_end_matches(']');
    let (mut tcp, peer) = within.time("connect", reach(name, *port)).await?;
    let wire = match config.tls {
        MailTls::Off => Wire::new(tcp, peer),
        MailTls::Tls => Wire::new(within.time("tls", tls::encrypt(tcp, name, &config.verify)).await?, peer),
        MailTls::StartTls => {
            within.time("starttls", starttls::ask(&mut tcp, &hello.to_string())).await?;
            Wire::after(GREETED, within.time("tls", tls::encrypt(tcp, name, &config.verify)).await?, peer)
        }
    };
    within.smtp("greeting", AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello)).await
}

/// The resolver of the system is asked in a thread that may wait.
async fn reach(name: &str, port: u16) -> io::Result<(TcpStream, SocketAddr)> {
    let mut last = io::Error::other(format!("{name} has no address"));
    for address in lookup_host((name, port)).await?.take(MOST_ADDRESSES) {
        match TcpStream::connect(address).await {
            Ok(tcp) => return Ok((tcp, address)),
            Err(error) => last = io::Error::other(format!("{address}: {error}")),
        }
    }
    Err(last)
}

async fn send(
    connection: &mut AsyncSmtpConnection,
    config: &MailConfig,
    within: &Within,
    (from, to): (&Mailbox, &[Mailbox]),
    bytes: &[u8],
) -> Result<Vec<String>, DeliveryError> {
    if let Some(login) = &config.login {
        let credentials = Credentials::new(login.user.clone(), login.password.0.clone());
        within.smtp("login", connection.auth(DEFAULT_MECHANISMS, &credentials)).await?;
    }
    within.smtp("sender", connection.command(Mail::new(Some(from.email.clone()), Vec::new()))).await?;
    let mut refused = Vec::new();
    for to in to {
        match within.smtp("recipient", connection.command(Rcpt::new(to.email.clone(), Vec::new()))).await {
            Ok(_) => {}
            Err(error) if error.is_answer => refused.push((&to.email, error)),
            Err(error) => return Err(error),
        }
    }
    if refused.len() == to.len() {
        return Err(nobody(refused));
    }
    within.smtp("mail", connection.command(Data)).await?;
    within.smtp("mail", connection.message(bytes)).await?;
    Ok(refused.into_iter().map(|(to, error)| format!("{to}: {}", error.reason)).collect())
}

/// Every recipient was refused.
fn nobody(refused: Vec<(&Address, DeliveryError)>) -> DeliveryError {
    let is_final = refused.iter().all(|(_, error)| error.is_final);
    let Some((to, error)) = refused.into_iter().next() else {
        return DeliveryError::new("recipient", "there is none");
    };
    DeliveryError { phase: format!("recipient {to}"), is_final, ..error }
}

/// What one delivery may take, whatever of it takes how long.
struct Within {
    deadline: Instant,
    limit: Duration,
}

impl Within {
    fn new(limit: Duration) -> Self {
        let now = Instant::now();
        Self { deadline: now.checked_add(limit).unwrap_or(now), limit }
    }

    async fn time<T>(
        &self,
        phase: &str,
        step: impl Future<Output = io::Result<T>>,
    ) -> Result<T, DeliveryError> {
        let done = timeout_at(self.deadline, step).await.map_err(|_| self.over(phase))?;
        done.map_err(|error| DeliveryError::new(phase, error))
    }

    async fn smtp<T>(
        &self,
        phase: &str,
        step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, DeliveryError> {
        let done = timeout_at(self.deadline, step).await.map_err(|_| self.over(phase))?;
        done.map_err(|error| DeliveryError::smtp(phase, &error))
    }

    fn over(&self, phase: &str) -> DeliveryError {
        DeliveryError::new(phase, format!("the mail was not taken within {} ms", self.limit.as_millis()))
    }
}

/// What the greeting says: nothing that could be a command of its own.
fn hello(config: &MailConfig) -> ClientId {
    let own = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = config.helo.clone().unwrap_or_else(own);
    let is_plain = |char: &char| char.is_ascii_alphanumeric() || ".-_:[]".contains(*char);
    let name: String = name.trim().chars().filter(is_plain).take(255).collect();
    ClientId::Domain(if name.is_empty() { "localhost".to_owned() } else { name })
}

fn shortened(text: &str) -> String {
    let in_one_line = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    in_one_line.take(MOST_SAID).collect()
}
