//! Checks of mail and name servers.

use alloc::string::String;

/// Greeting 220, `HELO` answered with 250, `QUIT` (RFC 5321).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SmtpCheck {
    /// what `HELO` says
    pub helo: String,
}

/// A question by UDP (RFC 1035); an answer without error, whatever it holds, is good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsCheck {
    /// the name; `.` is the root
    pub name: String,
    /// `A`, `SOA`, …, as they are written
    pub record: String,
}
