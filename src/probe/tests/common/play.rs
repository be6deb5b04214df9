//! A server that says and expects what is written down.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;

use super::{S, server};

/// A turn of a conversation.
#[derive(Clone)]
pub(crate) enum Turn {
    Say(Vec<u8>),
    /// exactly these bytes come
    Hear(Vec<u8>),
    /// the client ends the connection
    End,
}

pub(crate) fn say(bytes: impl AsRef<[u8]>) -> Turn {
    Turn::Say(bytes.as_ref().to_vec())
}

pub(crate) fn hear(bytes: impl AsRef<[u8]>) -> Turn {
    Turn::Hear(bytes.as_ref().to_vec())
}

/// One conversation with the first who comes.
pub(crate) struct Play {
    pub(crate) address: SocketAddr,
    done: mpsc::Receiver<Result<(), String>>,
}

impl Play {
    pub(crate) fn new(turns: &[Turn]) -> Self {
        let (send, done) = mpsc::channel();
        let turns = turns.to_vec();
        let address = server(move |mut stream| {
            stream.set_read_timeout(Some(S * 20)).unwrap();
            // a test that looks no further is over
            let _ = send.send(turns.iter().try_for_each(|turn| take(&mut stream, turn)));
        });
        Self { address, done }
    }

    /// All turns were taken as written.
    pub(crate) fn is_over(&self) {
        assert_eq!(self.done.recv_timeout(S * 20).unwrap(), Ok(()));
    }
}

fn take(stream: &mut TcpStream, turn: &Turn) -> Result<(), String> {
    match turn {
        Turn::Say(bytes) => stream.write_all(bytes).map_err(|error| error.to_string()),
        Turn::Hear(wanted) => {
            let mut heard = vec![0; wanted.len()];
            stream.read_exact(&mut heard).map_err(|error| format!("{error} instead of {wanted:?}"))?;
            if heard == *wanted { Ok(()) } else { Err(format!("{heard:?} instead of {wanted:?}")) }
        }
        Turn::End => match stream.read(&mut [0]) {
            Ok(0) => Ok(()),
            other => Err(format!("{other:?} instead of the end")),
        },
    }
}
