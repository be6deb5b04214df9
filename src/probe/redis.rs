//! Whether a Redis serves (redis.io, protocol specification, RESP2).

mod resp;
#[cfg(test)]
mod tests;

use health::{CheckSpec, Login, RedisCheck, RedisRole};
use tokio::time::Instant;

use crate::dialogue::{Dialogue, quoted};
use crate::words;
use resp::Value;

/// `PING`, after a login and before a look at the role where these are wanted.
///
/// A server that wants a login which the check does not have (`NOAUTH`) serves whoever has it: that is good, as long as no role
/// is asked for. All other errors are failures, also that it still loads its data (`LOADING`).
pub(crate) async fn check(spec: &CheckSpec, redis: &RedisCheck, deadline: Instant) -> Result<(), String> {
    let mut dialogue = Dialogue::open(spec, deadline, "login").await?;
    let judgement = judge(&mut dialogue, redis).await;
    dialogue.leave(&resp::command(&[b"QUIT"])).await;
    judgement
}

async fn judge(dialogue: &mut Dialogue, redis: &RedisCheck) -> Result<(), String> {
    if let Some(login) = &redis.login {
        log_in(dialogue, login).await?;
    }
    ping(dialogue, redis).await?;
    let Some(role) = redis.role else { return Ok(()) };
    dialogue.phase("ROLE");
    let answer = ask(dialogue, &[b"ROLE"]).await?;
    judge_role(&answer, role).map_err(|reason| dialogue.fault(reason))
}

/// With the password alone for the user `default`, which servers older than 6 need.
async fn log_in(dialogue: &mut Dialogue, login: &Login) -> Result<(), String> {
    let (user, password) = (login.user.as_bytes(), login.password.0.as_bytes());
    let answer = match user {
        b"" | b"default" => ask(dialogue, &[b"AUTH", password]).await?,
        _ => ask(dialogue, &[b"AUTH", user, password]).await?,
    };
    match &answer {
        // one that does not know the command may repeat what was said to it
        Value::Error(text) if words::holds(text, password) && !password.is_empty() => {
            Err(dialogue.fault("an error that repeats the password"))
        }
        Value::Error(_) | Value::Simple(_) | Value::Integer(_) | Value::Bulk(_) | Value::Array(_) => {
            expect(dialogue, &answer, b"OK")
        }
    }
}

async fn ping(dialogue: &mut Dialogue, redis: &RedisCheck) -> Result<(), String> {
    dialogue.phase("PING");
    let answer = ask(dialogue, &[b"PING"]).await?;
    match &answer {
        Value::Error(text) if text.starts_with(b"NOAUTH") => match redis.role {
            None => Ok(()),
            Some(_) => Err(dialogue.fault(format_args!("{} (the role needs a login)", quoted(text)))),
        },
        Value::Error(_) | Value::Simple(_) | Value::Integer(_) | Value::Bulk(_) | Value::Array(_) => {
            expect(dialogue, &answer, b"PONG")
        }
    }
}

async fn ask(dialogue: &mut Dialogue, words: &[&[u8]]) -> Result<Value, String> {
    dialogue.send(&resp::command(words)).await?;
    dialogue.receive(resp::decode).await
}

fn expect(dialogue: &Dialogue, answer: &Value, wanted: &[u8]) -> Result<(), String> {
    match answer {
        Value::Simple(text) if text == wanted => Ok(()),
        Value::Error(text) => Err(dialogue.fault(quoted(text))),
        Value::Simple(_) | Value::Integer(_) | Value::Bulk(_) | Value::Array(_) => {
            Err(dialogue.fault(format_args!("{answer}, wanted {}", String::from_utf8_lossy(wanted))))
        }
    }
}

/// The answer begins with `master`, or with `slave`, the master's address, its port and the state of the link to it.
fn judge_role(answer: &Value, wanted: RedisRole) -> Result<(), String> {
    let parts = match answer {
        Value::Array(parts) => parts.as_slice(),
        Value::Error(text) => return Err(quoted(text)),
        Value::Simple(_) | Value::Integer(_) | Value::Bulk(_) => &[],
    };
    let part = |nth: usize| parts.get(nth).and_then(Value::text);
    match (part(0).as_deref(), wanted) {
        (Some("master"), RedisRole::Master) => Ok(()),
        (Some("slave"), RedisRole::Replica) => match part(3).as_deref() {
            Some("connected") => Ok(()),
            state => Err(format!(
                "its link to the master is {:?}, wanted \"connected\"",
                state.unwrap_or_default()
            )),
        },
        (Some("master"), RedisRole::Replica) => Err("it is a master, wanted a replica".to_owned()),
        (Some("slave"), RedisRole::Master) => Err("it is a replica, wanted a master".to_owned()),
        (Some(_) | None, _) => Err(format!("{answer}, which is neither a master nor a replica")),
    }
}
