//! How long is waited for what.

use std::time::Duration;

/// What an agent and its host may take. The defaults are those of a director; they are values so that a test need not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// for a connection, 1 s
    pub connect: Duration,
    /// for a TLS handshake after it, 3 s
    pub handshake: Duration,
    /// from the moment a stream is called silent until it is closed, 10 s
    pub silence: Duration,
    /// for the answer to a confirmation, once connected, 3 s
    pub confirm: Duration,
    /// between the two attempts of a knock, 60 ms
    pub knock_again: Duration,
    /// for a knock in all, 150 ms
    pub knock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            handshake: Duration::from_secs(3),
            silence: Duration::from_secs(10),
            confirm: Duration::from_secs(3),
            knock_again: Duration::from_millis(60),
            knock: Duration::from_millis(150),
        }
    }
}
