//! Why an advert does not count.

use core::fmt;

/// The rule that a received packet broke. Each has a counter (RFC 9568 section 7.1, RFC 3768 section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refused {
    /// its TTL or hop limit is not 255, so it may come from beyond the link (RFC 9568 sections 5.1.1.3 and 5.1.2.3)
    Ttl,
    /// its bytes changed on the way, or the other side computes the checksum with another pseudo-header
    /// (RFC 9568 section 5.2.8, RFC 3768 section 5.3.8)
    Checksum,
    /// neither 2 nor 3, 2 over IPv6, or not the configured one (RFC 9568 section 5.2.1)
    Version,
    /// no advertisement (RFC 9568 section 5.2.2)
    Type,
    /// shorter than its header, address count and authentication data say (RFC 9568 section 7.1)
    Length,
    /// no virtual router of that number is here (RFC 9568 section 5.2.3); 0 never is
    UnknownVrid,
    /// zero (RFC 9568 section 5.2.7), or with version 2 not the configured one (RFC 3768 section 7.1)
    Interval,
    /// no address at all (RFC 9568 section 5.2.5), or not the configured ones (RFC 9568 section 7.1)
    Addresses,
    /// an authentication type that is unknown, or not the configured one (RFC 3768 section 5.3.6)
    AuthType,
    /// a password that is not the configured one (RFC 2338 section 7.1)
    Password,
    /// not from a configured unicast peer
    UnknownPeer,
    /// our own: it was sent back by the link (RFC 9568 section 6.4.3 compares only with the addresses of others)
    Own,
    /// priority 255 while we are the owner: two routers are configured with it (RFC 9568 section 7.1)
    OwnerConflict,
}

impl Refused {
    /// Every reason, in the order of counters.
    pub const ALL: [Self; 13] = [
        Self::Ttl,
        Self::Checksum,
        Self::Version,
        Self::Type,
        Self::Length,
        Self::UnknownVrid,
        Self::Interval,
        Self::Addresses,
        Self::AuthType,
        Self::Password,
        Self::UnknownPeer,
        Self::Own,
        Self::OwnerConflict,
    ];

    /// The word of status and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ttl => "ttl",
            Self::Checksum => "checksum",
            Self::Version => "version",
            Self::Type => "type",
            Self::Length => "length",
            Self::UnknownVrid => "vrid",
            Self::Interval => "interval",
            Self::Addresses => "addresses",
            Self::AuthType => "auth-type",
            Self::Password => "password",
            Self::UnknownPeer => "peer",
            Self::Own => "own",
            Self::OwnerConflict => "owner",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Ttl => "TTL or hop limit is not 255",
            Self::Checksum => "checksum is wrong",
            Self::Version => "version is not the one expected",
            Self::Type => "type is not advertisement",
            Self::Length => "packet is too short",
            Self::UnknownVrid => "no virtual router of that number is here",
            Self::Interval => "advert interval is zero or not the configured one",
            Self::Addresses => "address list is empty or not the configured one",
            Self::AuthType => "authentication type is not the configured one",
            Self::Password => "password is not the configured one",
            Self::UnknownPeer => "sender is no configured peer",
            Self::Own => "our own advert came back",
            Self::OwnerConflict => "another router has priority 255 too",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Refused {}
