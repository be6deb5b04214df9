//! Whether a MySQL or MariaDB serves, without the server ever blocking who asks.
//!
//! What a server counts, measured with MariaDB 10.11 and `max_connect_errors` 5 (MySQL counts by the same rules):
//!
//! | the client, after the greeting | `SUM_CONNECT_ERRORS` | `Aborted_connects` |
//! |---|---|---|
//! | closes, resets, sends `COM_QUIT`, begins with TLS and leaves | +1; at 5 the host is blocked | +1 |
//! | leaves a change of the authentication method unanswered | +1 | +1 |
//! | answers in full and is denied | 0 | +1 |
//! | logs in and sends `COM_QUIT` | back to 0 | 0 |
//!
//! So every check answers the greeting in full and waits until the server has judged it. One without a login gives the name
//! [`NAME`] and no password: denied, it never blocks this host; where that user exists, with no password and no rights, nothing is
//! counted or logged at all.

mod login;
mod packet;
mod role;
#[cfg(test)]
mod tests;

use std::fmt;

use health::{CheckSpec, MysqlCheck};
use tokio::time::Instant;

use crate::dialogue::{Dialogue, ROLE_WITHOUT_LOGIN, quoted};
use packet::Greeting;

/// Who a check without a login says it is.
const NAME: &str = "lvs-director";

/// `ER_SERVER_SHUTDOWN`, `ER_CON_COUNT_ERROR`, `ER_SERVER_OFFLINE_MODE`: not about who asks.
const NOT_SERVING: [u16; 3] = [1053, 1040, 3032];

/// Reads the greeting and leaves properly; logs in and looks at the role where these are wanted.
pub(crate) async fn check(spec: &CheckSpec, mysql: &MysqlCheck, deadline: Instant) -> Result<(), String> {
    if mysql.role.is_some() && mysql.login.is_none() {
        return Err(ROLE_WITHOUT_LOGIN.to_owned());
    }
    let mut client = Client { dialogue: Dialogue::open(spec, deadline, "greeting").await?, sequence: 0 };
    let body = client.read().await?;
    let greeting = packet::greeting(&body).map_err(|error| client.dialogue.fault(error))?;
    client.dialogue.phase("login");
    match &mysql.login {
        None => client.introduce(&greeting).await?,
        Some(login) => client
            .log_in(&greeting, &login.user, login.password.0.as_bytes())
            .await
            .map_err(|refusal| client.dialogue.fault(refusal))?,
    }
    client.dialogue.phase("role");
    let judgement = match mysql.role {
        Some(role) => client.judge_role(role).await.map_err(|refusal| client.dialogue.fault(refusal)),
        None => Ok(()),
    };
    client.dialogue.leave(&packet::frame(0, packet::QUIT)).await;
    judgement
}

struct Client {
    dialogue: Dialogue,
    /// of the packet that was read last
    sequence: u8,
}

impl Client {
    /// The greeting was good, which is enough: only a server that says it does not serve fails.
    async fn introduce(&mut self, greeting: &Greeting) -> Result<(), String> {
        match self.log_in(greeting, NAME, b"").await {
            Err(Refusal::Server(error)) if NOT_SERVING.contains(&error.code) => {
                Err(self.dialogue.fault(error))
            }
            Ok(()) | Err(Refusal::Server(_) | Refusal::Other(_)) => Ok(()),
        }
    }

    async fn read(&mut self) -> Result<Vec<u8>, String> {
        let (sequence, body) = self.dialogue.receive(packet::decode).await?;
        self.sequence = sequence;
        Ok(body)
    }

    /// Sends what follows the packet that was read last.
    async fn answer(&mut self, body: &[u8]) -> Result<(), String> {
        self.dialogue.send(&packet::frame(self.sequence.wrapping_add(1), body)).await
    }
}

/// Why it went no further.
#[derive(Debug)]
enum Refusal {
    /// by an error packet
    Server(ServerError),
    /// by the network, or in a way that this client does not understand
    Other(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// The server's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ServerError {
    code: u16,
    text: Vec<u8>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.text))
    }
}
