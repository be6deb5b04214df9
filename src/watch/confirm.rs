//! What a director says back: how far it is with what the agent told. Never a command.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The body of `POST /v1/watch/ID`, where ID is the watch that the director follows by (`event: hello`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// the director's `router_id`, for people
    pub director: String,
    /// [`crate::Status::seq`] of the state that this answers
    pub seq: u64,
    /// for each VIP of the agent that this director has services for
    pub vips: BTreeMap<IpAddr, Held>,
}

/// How a director's table stands for this real server in all services of one VIP. The later, the further out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// gets new connections in at least one service, or may soon
    Serving,
    /// weight 0 everywhere, as acknowledged by the kernel
    Quiesced,
    /// in no service's table
    Gone,
}
