//! Health checks as data: what to check, when it is due, how many good or bad results turn a standing. One
//! check serves everybody who needs it.
//!
//! This room never opens a socket or asks the time (`no_std`): time is a [`core::time::Duration`] since the
//! daemon's start, chance is a seed.
#![no_std]

extern crate alloc;

mod chance;
mod checks;
mod schedule;
mod spec;
mod tally;

pub use checks::{CheckId, Checks, Start, Transition, View};
pub use spec::{
    BodyMatch, CheckKind, CheckSpec, DnsCheck, DrPath, FileCheck, HttpCheck, HttpVersion, Login, MysqlCheck,
    MysqlRole, PostgresCheck, PostgresRole, RedisCheck, RedisRole, ScriptCheck, Secret, SmtpCheck,
    StatusRange, TcpCheck, TlsCheck, UdpCheck, Verify,
};
pub use tally::{Outcome, Reported, Standing};
