//! Checks of databases.

use alloc::string::String;

use super::Secret;

/// Who logs in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Login {
    /// user name
    pub user: String,
    /// password
    pub password: Secret,
}

/// Reads the greeting and ends the connection properly, so that the server does not count an aborted connect against this host
/// (`max_connect_errors`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MysqlCheck {
    /// logs in; none: the greeting is enough
    pub login: Option<Login>,
    /// asked after the login
    pub role: Option<MysqlRole>,
}

/// What a MySQL or MariaDB server must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MysqlRole {
    /// `read_only` is off
    Writable,
    /// it replicates: both its threads run
    Replica,
}

/// `PING` answered with `PONG`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedisCheck {
    /// `AUTH` with user and password
    pub login: Option<Login>,
    /// asked by `ROLE`
    pub role: Option<RedisRole>,
}

/// What a Redis server must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RedisRole {
    /// takes writes
    Master,
    /// replicates, and its link is up
    Replica,
}

/// A start message; an answer other than "starting up" is good. With a login, the login must succeed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostgresCheck {
    /// logs in (cleartext, MD5 or SCRAM-SHA-256, as the server asks); none: that the server accepts connections is enough
    pub login: Option<Login>,
    /// database of the login; none: of the user's name
    pub database: Option<String>,
    /// asked after the login
    pub role: Option<PostgresRole>,
}

/// What a PostgreSQL server must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostgresRole {
    /// not in recovery
    Writable,
    /// in recovery
    Replica,
}
