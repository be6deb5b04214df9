//! Logins, by the method that the server asks for.

use std::io;

use fallible_iterator::FallibleIterator as _;
use health::Login;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use tokio::task::spawn_blocking;

use super::MESSAGES;
use super::message::{self, Buffer, ServerError};
use crate::dialogue::Dialogue;

/// Logs in, and waits until the server is ready for a question.
pub(super) async fn log_in(dialogue: &mut Dialogue, login: &Login) -> Result<(), String> {
    dialogue.phase("login");
    let mut scram = None;
    for _ in 0..MESSAGES {
        let message = dialogue.receive(message::decode).await?;
        let answer = match message {
            Message::ReadyForQuery(_) => return Ok(()),
            Message::ErrorResponse(error) => return Err(dialogue.fault(ServerError::of(&error))),
            Message::AuthenticationCleartextPassword => password(login.password.0.as_bytes()),
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(login.user.as_bytes(), login.password.0.as_bytes(), body.salt());
                password(hash.as_bytes())
            }
            Message::AuthenticationSasl(body) => {
                let begun = begin(dialogue, login, &body)?;
                let first =
                    sasl(|answer| frontend::sasl_initial_response(SCRAM_SHA_256, begun.message(), answer));
                scram = Some(begun);
                first
            }
            Message::AuthenticationSaslContinue(body) => {
                let (updated, answer) = prove(dialogue, scram.take(), body.data().to_vec()).await?;
                scram = Some(updated);
                answer
            }
            Message::AuthenticationSaslFinal(body) => {
                let finished =
                    scram.take().ok_or_else(wrong_step).and_then(|mut scram| scram.finish(body.data()));
                finished.map_err(|error| {
                    dialogue.fault(format_args!("the server's proof is not good: {error}"))
                })?;
                continue;
            }
            other if message::is_question(&other) => {
                return Err(dialogue.fault(
                    "the server wants an authentication method that this check has not: let pg_hba.conf say scram-sha-256, md5 or \
                     password",
                ));
            }
            _ => continue,
        };
        let answer = answer.map_err(|error| dialogue.fault(error))?;
        dialogue.send(&answer).await?;
    }
    Err(dialogue.fault(message::ENDLESS))
}

fn password(text: &[u8]) -> io::Result<Buffer> {
    sasl(|answer| frontend::password_message(text, answer))
}

fn sasl(write: impl FnOnce(&mut Buffer) -> io::Result<()>) -> io::Result<Buffer> {
    let mut answer = Buffer::new();
    write(&mut answer)?;
    Ok(answer)
}

fn begin(dialogue: &Dialogue, login: &Login, body: &AuthenticationSaslBody) -> Result<ScramSha256, String> {
    let known = body.mechanisms().any(|mechanism| Ok(mechanism == SCRAM_SHA_256));
    if !known.unwrap_or_default() {
        return Err(dialogue.fault("the server does not offer SCRAM-SHA-256"));
    }
    Ok(ScramSha256::new(login.password.0.as_bytes(), ChannelBinding::unsupported()))
}

/// Takes as many rounds of hashing as the server asks for, up to 100,000: not in the thread that all checks share.
async fn prove(
    dialogue: &Dialogue,
    scram: Option<ScramSha256>,
    challenge: Vec<u8>,
) -> Result<(ScramSha256, io::Result<Buffer>), String> {
    let mut scram = scram.ok_or_else(|| dialogue.fault(wrong_step()))?;
    let work = spawn_blocking(move || {
        scram.update(&challenge)?;
        let answer = sasl(|answer| frontend::sasl_response(scram.message(), answer));
        io::Result::Ok((scram, answer))
    });
    let done = dialogue.within(work).await?.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|error| dialogue.fault(format_args!("the server's challenge is not good: {error}")))
}

fn wrong_step() -> io::Error {
    io::Error::other("a step of SCRAM out of order")
}
