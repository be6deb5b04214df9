//! Why a stream is given up.

use alloc::string::String;

/// What an agent sent that no agent should. Its words are for people; the stream is to be closed.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// no HTTP: the answer's head cannot be read, or is longer than 8 KiB
    #[error("the answer is no HTTP")]
    NoHttp,
    /// the head has no end within its limit
    #[error("the answer's head is longer than 8 KiB")]
    LongHead,
    /// another status than 200, with its words
    #[error("the agent answered {0}")]
    Refused(String),
    /// an answer, but no stream of events in plain bytes
    #[error("the answer is no plain text/event-stream")]
    NoStream,
    /// a line or an event above the limit
    #[error("an event is longer than 1 MiB")]
    LongEvent,
    /// more bytes than any agent has to tell
    #[error("it sent more than 16 MiB within 10 s")]
    TooMuch,
    /// more events than any agent has to tell
    #[error("it sent more than 200 events each second")]
    TooOften,
    /// a hello without a watch that may stand in a path
    #[error("its hello names no watch")]
    Hello,
    /// a state that is no [`crate::Status`]
    #[error("its state cannot be read")]
    State(#[source] serde_json::Error),
    /// a state of a format that this version does not know
    #[error("its state has format {0}: this director reads 1 and older")]
    Format(u32),
    /// a state with more parts than can be meant
    #[error("its state has more than {0}")]
    TooMany(&'static str),
    /// it was broken before
    #[error("the stream is broken")]
    Before,
}
