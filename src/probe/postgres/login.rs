//! Logins, by the method that the server asks for.

use std::io;

use health::Login;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use tokio::task::spawn_blocking;

use super::MESSAGES;
use super::message::{self, Buffer, Said};
use crate::dialogue::Dialogue;

const OTHER_METHOD: &str = "the server wants an authentication method that this check has not: let pg_hba.conf say \
                            scram-sha-256, md5 or password";

/// Logs in, and waits until the server is ready for a question.
pub(super) async fn log_in(dialogue: &mut Dialogue, login: &Login) -> Result<(), String> {
    dialogue.phase("login");
    let mut scram = None;
    for _ in 0..MESSAGES {
        let said = dialogue.receive(message::decode).await?;
        if said == Said::Ready {
            return Ok(());
        }
        if let Some(answer) = answer(dialogue, login, said, &mut scram).await? {
            dialogue.send(&answer).await?;
        }
    }
    Err(dialogue.fault(message::ENDLESS))
}

/// What the server wants to hear; none: it goes on.
async fn answer(
    dialogue: &Dialogue,
    login: &Login,
    said: Said,
    scram: &mut Option<ScramSha256>,
) -> Result<Option<Buffer>, String> {
    let secret = login.password.0.as_bytes();
    let answer = match said {
        Said::Password => write(|answer| frontend::password_message(secret, answer)),
        Said::Md5(salt) => {
            let hash = md5_hash(login.user.as_bytes(), secret, salt);
            write(|answer| frontend::password_message(hash.as_bytes(), answer))
        }
        Said::Sasl { scram: true } => {
            let begun = scram.insert(ScramSha256::new(secret, ChannelBinding::unsupported()));
            write(|answer| frontend::sasl_initial_response(SCRAM_SHA_256, begun.message(), answer))
        }
        Said::SaslContinue(challenge) => {
            let (proved, answer) = prove(dialogue, scram.take(), challenge).await?;
            *scram = Some(proved);
            answer
        }
        Said::SaslFinal(proof) => {
            let finished = scram.take().ok_or_else(wrong_step).and_then(|mut scram| scram.finish(&proof));
            return match finished {
                Ok(()) => Ok(None),
                Err(error) => Err(dialogue.fault(format_args!("the server's proof is not good: {error}"))),
            };
        }
        Said::Error(error) => return Err(dialogue.fault(error)),
        Said::Sasl { scram: false } | Said::OtherMethod => return Err(dialogue.fault(OTHER_METHOD)),
        Said::Row(_) | Said::Ready | Said::Nothing => return Ok(None),
    };
    answer.map(Some).map_err(|error| dialogue.fault(error))
}

fn write(message: impl FnOnce(&mut Buffer) -> io::Result<()>) -> io::Result<Buffer> {
    let mut answer = Buffer::new();
    message(&mut answer)?;
    Ok(answer)
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
        let answer = write(|answer| frontend::sasl_response(scram.message(), answer));
        io::Result::Ok((scram, answer))
    });
    let done = dialogue.within(work).await?.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|error| dialogue.fault(format_args!("the server's challenge is not good: {error}")))
}

fn wrong_step() -> io::Error {
    io::Error::other("a step of SCRAM out of order")
}
