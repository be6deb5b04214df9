//! Whether a PostgreSQL serves (its manual, chapter "Frontend/Backend Protocol", version 3.0).

mod login;
mod message;
#[cfg(test)]
mod tests;

use health::{CheckSpec, PostgresCheck, PostgresRole};
use postgres_protocol::message::frontend;
use tokio::time::Instant;

use crate::dialogue::{Dialogue, ROLE_WITHOUT_LOGIN};
use message::Said;

/// Who a check without a login says it is.
const NAME: &str = "lvs-director";
/// Messages before the one that is waited for: parameters and notices.
const MESSAGES: usize = 256;

/// Asks to begin, as `pg_isready` does; logs in and looks at the role where these are wanted.
pub(crate) async fn check(
    spec: &CheckSpec,
    postgres: &PostgresCheck,
    deadline: Instant,
) -> Result<(), String> {
    if postgres.role.is_some() && postgres.login.is_none() {
        return Err(ROLE_WITHOUT_LOGIN.to_owned());
    }
    let mut dialogue = Dialogue::open(spec, deadline, "start").await?;
    let user = postgres.login.as_ref().map_or(NAME, |login| login.user.as_str());
    let begin = message::start(user, postgres.database.as_deref()).map_err(|error| dialogue.fault(error))?;
    dialogue.send(&begin).await?;
    match &postgres.login {
        None => return is_accepting(dialogue).await,
        Some(login) => login::log_in(&mut dialogue, login).await?,
    }
    dialogue.phase("role");
    let judgement = match postgres.role {
        Some(role) => judge_role(&mut dialogue, role).await,
        None => Ok(()),
    };
    dialogue.leave(&message::terminate()).await;
    judgement
}

/// Every answer is good but that the server starts up or shuts down.
///
/// Where it asks for a password the connection is closed without a word, which it expects (`psql` does the same to ask its user)
/// and does not log; a farewell would be logged as a wrong message.
async fn is_accepting(mut dialogue: Dialogue) -> Result<(), String> {
    for _ in 0..MESSAGES {
        match dialogue.receive(message::decode).await? {
            Said::Error(error) if error.is_not_serving() => return Err(dialogue.fault(error)),
            Said::Ready => {
                dialogue.leave(&message::terminate()).await;
                return Ok(());
            }
            Said::Error(_) | Said::Password | Said::Md5(_) | Said::Sasl { .. } | Said::OtherMethod => {
                return Ok(());
            }
            Said::Row(_) | Said::SaslContinue(_) | Said::SaslFinal(_) | Said::Nothing => (),
        }
    }
    Err(dialogue.fault(message::ENDLESS))
}

async fn judge_role(dialogue: &mut Dialogue, role: PostgresRole) -> Result<(), String> {
    let mut question = message::Buffer::new();
    frontend::query("SELECT pg_is_in_recovery()", &mut question).map_err(|error| dialogue.fault(error))?;
    dialogue.send(&question).await?;
    let mut recovers = None;
    for _ in 0..MESSAGES {
        match dialogue.receive(message::decode).await? {
            Said::Row(value) => recovers = value,
            Said::Error(error) => return Err(dialogue.fault(error)),
            Said::Ready => return judge(recovers.as_deref(), role).map_err(|reason| dialogue.fault(reason)),
            Said::Password
            | Said::Md5(_)
            | Said::Sasl { .. }
            | Said::SaslContinue(_)
            | Said::SaslFinal(_)
            | Said::OtherMethod
            | Said::Nothing => (),
        }
    }
    Err(dialogue.fault(message::ENDLESS))
}

fn judge(recovers: Option<&[u8]>, role: PostgresRole) -> Result<(), &'static str> {
    match (recovers, role) {
        (Some(b"f"), PostgresRole::Writable) | (Some(b"t"), PostgresRole::Replica) => Ok(()),
        (Some(b"t"), PostgresRole::Writable) => Err("it is in recovery, wanted writable"),
        (Some(b"f"), PostgresRole::Replica) => Err("it is not in recovery, wanted a replica"),
        (Some(_) | None, _) => Err("pg_is_in_recovery() has no value"),
    }
}
