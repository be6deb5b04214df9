//! What one check does.

mod database;
mod http;
mod mail_dns;
mod program;
mod tcp_udp;

use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

pub use database::{Login, MysqlCheck, MysqlRole, PostgresCheck, PostgresRole, RedisCheck, RedisRole};
pub use http::{BodyMatch, HttpCheck, HttpVersion, StatusRange, TlsCheck, Verify};
pub use mail_dns::{DnsCheck, SmtpCheck};
pub use program::{FileCheck, ScriptCheck};
pub use tcp_udp::{TcpCheck, UdpCheck};

/// One check of one target. Two equal specifications are one check, however many services need it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckSpec {
    /// where the check connects to; for a script or a file whose server it speaks of
    pub target: SocketAddr,
    /// what it does there
    pub kind: CheckKind,
    /// source address of the connection; none: the kernel chooses
    pub source: Option<IpAddr>,
    /// `SO_BINDTODEVICE`: the interface of the connection; none: as routed
    pub interface: Option<String>,
    /// `SO_MARK` of the connection
    pub mark: Option<u32>,
    /// the way to the target; none: straight to it
    pub path: Option<DrPath>,
    /// time between the starts of two attempts while the target is up (or not known yet)
    pub interval: Duration,
    /// the same while the target is down
    pub interval_down: Duration,
    /// from the end of a failed attempt to the next while the target still counts as up; none: as `interval`
    pub interval_retry: Option<Duration>,
    /// the first attempt is anywhere within this time; none: at once, but for a step between many
    pub warmup: Option<Duration>,
    /// an attempt that takes longer has failed
    pub timeout: Duration,
    /// so has one whose connection takes longer; none: only the whole counts
    pub connect_timeout: Option<Duration>,
    /// and one whose answer, from the connection (with TLS, its handshake) on, takes longer; none: only the whole counts
    pub reply_timeout: Option<Duration>,
    /// failures in a row that turn up into down, at least 1
    pub fall: u32,
    /// successes in a row that turn down into up, at least 1; the first success of a new target counts at once
    pub rise: u32,
}

impl CheckSpec {
    /// A check with what holds where a file says nothing: each 6 s, 3 s at most, out after 3 failures, back after 1 success.
    pub const fn new(target: SocketAddr, kind: CheckKind) -> Self {
        Self {
            target,
            kind,
            source: None,
            interface: None,
            mark: None,
            path: None,
            interval: Duration::from_secs(6),
            interval_down: Duration::from_secs(6),
            interval_retry: None,
            warmup: None,
            timeout: Duration::from_secs(3),
            connect_timeout: None,
            reply_timeout: None,
            fall: 3,
            rise: 1,
        }
    }
}

/// The way that clients' packets take to a real server in direct routing: to the VIP, by this director's own IPVS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrPath {
    /// what the check connects to, with the target's port
    pub vip: IpAddr,
    /// `SO_MARK` of the connection: the fwmark service whose only real server is the target's address
    pub mark: u32,
}

/// What a check does at its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    /// connects, and may send and expect something
    Tcp(TcpCheck),
    /// asks by HTTP or HTTPS and looks at the answer
    Http(HttpCheck),
    /// speaks with a mail server until its greeting is answered
    Smtp(SmtpCheck),
    /// asks a name server
    Dns(DnsCheck),
    /// sends a datagram, and may want an answer
    Udp(UdpCheck),
    /// ICMP echo
    Ping,
    /// runs a program
    Script(ScriptCheck),
    /// reads a number from a file
    File(FileCheck),
    /// reads a MySQL server's greeting and says goodbye, or logs in
    Mysql(MysqlCheck),
    /// `PING`, with login and role where wanted
    Redis(RedisCheck),
    /// `version`
    Memcached,
    /// what `pg_isready` asks, or logs in
    Postgres(PostgresCheck),
}

impl CheckKind {
    /// The word that `type` has in `director.toml`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
            Self::Http(HttpCheck { tls: None, .. }) => "http",
            Self::Http(HttpCheck { tls: Some(_), .. }) => "https",
            Self::Smtp(_) => "smtp",
            Self::Dns(_) => "dns",
            Self::Udp(_) => "udp",
            Self::Ping => "ping",
            Self::Script(_) => "script",
            Self::File(_) => "file",
            Self::Mysql(_) => "mysql",
            Self::Redis(_) => "redis",
            Self::Memcached => "memcached",
            Self::Postgres(_) => "postgresql",
        }
    }
}

/// A password. It is never shown in logs or errors.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
