//! Messages.

use std::fmt;
use std::io;

use bytes::{Bytes, BytesMut};
use fallible_iterator::FallibleIterator as _;
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

/// The message that the bytes begin with.
pub(super) fn decode(bytes: &[u8]) -> Decoded<Message> {
    let strange = || "not the answer of a PostgreSQL server".to_owned();
    let Some(header) = Header::parse(bytes).map_err(|_| strange())? else { return Ok(None) };
    let length = usize::try_from(header.len()).ok().filter(|length| *length < MOST).ok_or_else(strange)?;
    let Some(message) = bytes.get(..=length) else { return Ok(None) };
    let message = Message::parse(&mut BytesMut::from(message)).map_err(|_| strange())?.ok_or_else(strange)?;
    Ok(Some((message, length + 1)))
}

/// Whether the server wants something before the client may go on.
pub(super) const fn is_question(message: &Message) -> bool {
    matches!(
        message,
        Message::AuthenticationCleartextPassword
            | Message::AuthenticationMd5Password(_)
            | Message::AuthenticationSasl(_)
            | Message::AuthenticationGss
            | Message::AuthenticationSspi
            | Message::AuthenticationKerberosV5
            | Message::AuthenticationScmCredential
    )
}

/// The first value of a row; none where it is null.
pub(super) fn first_value(row: &DataRowBody) -> Option<Bytes> {
    let range = row.ranges().next().ok()???;
    row.buffer_bytes().get(range).map(Bytes::copy_from_slice)
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
