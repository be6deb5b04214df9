//! Packets (MySQL internals, client/server protocol): three bytes of length, a sequence number, the body.

use super::ServerError;
use crate::dialogue::{Decoded, MOST};

/// `COM_QUIT`
pub(super) const QUIT: &[u8] = &[1];
/// `COM_QUERY`
const QUERY: u8 = 3;

const LONG_PASSWORD: u32 = 1;
const PROTOCOL_41: u32 = 1 << 9;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE_CONNECTION: u32 = 1 << 15;
const PLUGIN_AUTH: u32 = 1 << 19;
/// Largest packet that this side takes, in bytes.
const LARGEST: u32 = 1 << 18;
/// `utf8mb3_general_ci`, which every version has.
const CHARSET: u8 = 33;
/// A challenge without its final zero.
const NONCE: usize = 20;

/// What the server says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Greeting {
    pub(super) nonce: Vec<u8>,
    /// the authentication method it begins with; empty where it is too old to say
    pub(super) plugin: String,
    capabilities: u32,
}

/// What the server says to a login or a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Done,
    Error(ServerError),
    /// another authentication method; no name: the one of servers before 4.1
    Switch {
        plugin: String,
        nonce: Vec<u8>,
    },
    /// a step of the authentication method
    More(Vec<u8>),
    /// a column count, column or row
    Data,
}

/// A packet: its sequence number and its body.
pub(super) fn decode(bytes: &[u8]) -> Decoded<(u8, Vec<u8>)> {
    let Some(([low, mid, high, sequence], rest)) = bytes.split_first_chunk() else { return Ok(None) };
    let length = usize::try_from(u32::from_le_bytes([*low, *mid, *high, 0])).unwrap_or(usize::MAX);
    if length > MOST {
        return Err("not the packet of a MySQL server".to_owned());
    }
    Ok(rest.get(..length).map(|body| ((*sequence, body.to_vec()), length + 4)))
}

/// A packet around a body, which is far below the 16 MiB that one packet can take.
pub(super) fn frame(sequence: u8, body: &[u8]) -> Vec<u8> {
    let [low, mid, high, _] = u32::try_from(body.len()).unwrap_or_default().to_le_bytes();
    [&[low, mid, high, sequence], body].concat()
}

/// `HandshakeV10`, or the error that a server has instead.
pub(super) fn greeting(body: &[u8]) -> Result<Greeting, String> {
    let not_mysql = || "not the greeting of a MySQL server".to_owned();
    match body.first() {
        Some(10) => Fields(body).greeting().ok_or_else(not_mysql),
        Some(0xff) => Err(error(body).ok_or_else(not_mysql)?.to_string()),
        Some(version @ 1..=9) => Err(format!("protocol {version} of before MySQL 4.1, wanted 10")),
        Some(_) | None => Err(not_mysql()),
    }
}

/// `HandshakeResponse41`; none: the server is too old for it.
pub(super) fn handshake(greeting: &Greeting, user: &str, plugin: &str, proof: &[u8]) -> Option<Vec<u8>> {
    let needed = PROTOCOL_41 | SECURE_CONNECTION;
    if greeting.capabilities & needed != needed {
        return None;
    }
    let wanted = needed | LONG_PASSWORD | TRANSACTIONS | PLUGIN_AUTH;
    let mut body = (wanted & greeting.capabilities).to_le_bytes().to_vec();
    body.extend(LARGEST.to_le_bytes());
    body.push(CHARSET);
    body.extend([0; 23]);
    body.extend(terminated(user));
    body.push(u8::try_from(proof.len()).ok()?);
    body.extend(proof);
    body.extend(terminated(plugin));
    Some(body)
}

/// `COM_QUERY`
pub(super) fn query(text: &str) -> Vec<u8> {
    [&[QUERY], text.as_bytes()].concat()
}

/// None: it makes no sense.
pub(super) fn reply(body: &[u8]) -> Option<Reply> {
    match body.split_first()? {
        (0x00, _) => Some(Reply::Done),
        (0x01, data) if !data.is_empty() => Some(Reply::More(data.to_vec())),
        (0xfe, data) => {
            let mut fields = Fields(data);
            let plugin = fields.text();
            Some(Reply::Switch { plugin, nonce: nonce(fields.0) })
        }
        (0xff, _) => error(body).map(Reply::Error),
        _ => Some(Reply::Data),
    }
}

/// `EOF`, which ends columns and rows.
pub(super) fn is_end(body: &[u8]) -> bool {
    body.first() == Some(&0xfe) && body.len() < 9
}

/// How many columns a result has.
pub(super) fn count(body: &[u8]) -> Option<u64> {
    let mut fields = Fields(body);
    fields.length().filter(|_| fields.0.is_empty())
}

/// The name in a `ColumnDefinition41`: after catalog, schema, table and the table's own name.
pub(super) fn column(body: &[u8]) -> Option<String> {
    let mut fields = Fields(body);
    for _ in 0..4 {
        fields.counted()?;
    }
    fields.counted().map(|name| String::from_utf8_lossy(name).into_owned())
}

/// The values of a row as text; null is empty.
pub(super) fn row(body: &[u8]) -> Option<Vec<String>> {
    let mut fields = Fields(body);
    let mut values = Vec::new();
    while !fields.0.is_empty() {
        let value = if fields.0.first() == Some(&0xfb) {
            fields.take(1).map(|_| [].as_slice())
        } else {
            fields.counted()
        };
        values.push(String::from_utf8_lossy(value?).into_owned());
    }
    Some(values)
}

/// `ERR`: before the login without an SQL state, and after it with one.
fn error(body: &[u8]) -> Option<ServerError> {
    let (code, rest) = body.get(1..)?.split_first_chunk()?;
    let text = match rest.strip_prefix(b"#") {
        Some(state) => state.get(5..)?,
        None => rest,
    };
    Some(ServerError { code: u16::from_le_bytes(*code), text: text.to_vec() })
}

fn nonce(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().take(NONCE).collect()
}

fn terminated(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|byte| *byte != 0).chain([0])
}

/// Fields of a body, from the first on.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn greeting(&mut self) -> Option<Greeting> {
        self.take(1)?;
        self.text();
        // the connection's number
        self.take(4)?;
        let first = self.take(8)?;
        self.take(1)?;
        let low = u16::from_le_bytes(self.array()?);
        // character set and status
        let _ = self.take(3);
        // what follows is missing in old ones
        let high = self.array().map_or(0, u16::from_le_bytes);
        let _ = self.take(11);
        let second = self.take(13.min(self.0.len()))?;
        let nonce = nonce(&[first, second].concat());
        let capabilities = u32::from(high) << 16 | u32::from(low);
        Some(Greeting { nonce, plugin: self.text(), capabilities })
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// To the next zero, or to the end.
    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }

    /// A length-encoded integer.
    fn length(&mut self) -> Option<u64> {
        match self.array::<1>()? {
            [short @ 0..=0xfa] => Some(u64::from(short)),
            [0xfc] => self.array().map(u16::from_le_bytes).map(u64::from),
            [0xfd] => self.array().map(|[low, mid, high]| u64::from(u32::from_le_bytes([low, mid, high, 0]))),
            [0xfe] => self.array().map(u64::from_le_bytes),
            [0xfb | 0xff] => None,
        }
    }

    /// A length-encoded string.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.length()?).ok()?;
        self.take(length)
    }
}
