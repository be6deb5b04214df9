//! Messages.

use std::fmt;
use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::sasl::SCRAM_SHA_256;
use postgres_protocol::message::backend::{DataRowBody, ErrorResponseBody, Header, Message};
use postgres_protocol::message::frontend;

use crate::dialogue::{Decoded, MOST, quoted};

pub(super) use bytes::BytesMut as Buffer;

pub(super) const ENDLESS: &str = "the server finds no end of it";

/// `StartupMessage`. No database: that of the user's name.
pub(super) fn start(user: &str, database: Option<&str>) -> io::Result<BytesMut> {
    let parameters = [("user", user), ("application_name", "lvs-director")];
    let mut message = BytesMut::new();
    frontend::startup_message(
        parameters.into_iter().chain(database.map(|name| ("database", name))),
        &mut message,
    )?;
    Ok(message)
}

pub(super) fn terminate() -> BytesMut {
    let mut message = BytesMut::new();
    frontend::terminate(&mut message);
    message
}

/// What a server says, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Error(ServerError),
    /// it wants the password
    Password,
    /// it wants the password's hash with this salt
    Md5([u8; 4]),
    /// it wants SCRAM-SHA-256, or other SASL only
    Sasl {
        scram: bool,
    },
    SaslContinue(Vec<u8>),
    SaslFinal(Vec<u8>),
    /// it wants Kerberos or the like
    OtherMethod,
    /// the first value of a row; none: null
    Row(Option<Vec<u8>>),
    /// it waits for a question
    Ready,
    /// a parameter, a notice and the like
    Nothing,
}

/// The message that the bytes begin with.
pub(super) fn decode(bytes: &[u8]) -> Decoded<Said> {
    let strange = || "not the answer of a PostgreSQL server".to_owned();
    let Some(header) = Header::parse(bytes).map_err(|_| strange())? else { return Ok(None) };
    let length = usize::try_from(header.len()).ok().filter(|length| *length < MOST).ok_or_else(strange)?;
    let Some(message) = bytes.get(..=length) else { return Ok(None) };
    let message = Message::parse(&mut BytesMut::from(message)).map_err(|_| strange())?.ok_or_else(strange)?;
    Ok(Some((said(&message), length + 1)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "not exhaustive, and most of them do not matter here")]
fn said(message: &Message) -> Said {
    match message {
        Message::ErrorResponse(error) => Said::Error(ServerError::of(error)),
        Message::AuthenticationCleartextPassword => Said::Password,
        Message::AuthenticationMd5Password(body) => Said::Md5(body.salt()),
        Message::AuthenticationSasl(body) => {
            Said::Sasl { scram: body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256)).unwrap_or_default() }
        }
        Message::AuthenticationSaslContinue(body) => Said::SaslContinue(body.data().to_vec()),
        Message::AuthenticationSaslFinal(body) => Said::SaslFinal(body.data().to_vec()),
        Message::AuthenticationGss
        | Message::AuthenticationGssContinue(_)
        | Message::AuthenticationSspi
        | Message::AuthenticationKerberosV5
        | Message::AuthenticationScmCredential => Said::OtherMethod,
        Message::DataRow(row) => Said::Row(first_value(row)),
        Message::ReadyForQuery(_) => Said::Ready,
        _ => Said::Nothing,
    }
}

fn first_value(row: &DataRowBody) -> Option<Vec<u8>> {
    let range = row.ranges().next().ok()???;
    row.buffer().get(range).map(<[u8]>::to_vec)
}

/// What a server says is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerError {
    code: String,
    text: Vec<u8>,
}

impl ServerError {
    pub(super) fn of(body: &ErrorResponseBody) -> Self {
        let mut error = Self::default();
        let mut fields = body.fields();
        while let Ok(Some(field)) = fields.next() {
            match field.type_() {
                b'C' => error.code = String::from_utf8_lossy(field.value_bytes()).into_owned(),
                b'M' => error.text = field.value_bytes().to_vec(),
                _ => (),
            }
        }
        error
    }

    /// `admin_shutdown`, `crash_shutdown`, `cannot_connect_now`: it starts up, recovers or shuts down.
    pub(super) fn is_not_serving(&self) -> bool {
        ["57P01", "57P02", "57P03"].contains(&self.code.as_str())
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.text))
    }
}
