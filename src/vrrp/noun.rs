//! The words of an advert, parsed once.

use core::fmt;
use core::net::IpAddr;
use core::num::NonZeroU8;
use core::time::Duration;

/// Virtual router identifier, 1 to 255 (RFC 9568 section 5.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vrid(NonZeroU8);

impl Vrid {
    /// None for 0.
    pub const fn new(number: u8) -> Option<Self> {
        match NonZeroU8::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for Vrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Priority in the election, 1 to 255. 255 is the owner of the addresses; 0, "I stop", exists in adverts only
/// (RFC 9568 section 5.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(NonZeroU8);

impl Priority {
    /// The owner of the addresses: always preempts, never lowered by tracking.
    pub const OWNER: Self = Self(NonZeroU8::MAX);

    /// None for 0.
    pub const fn new(number: u8) -> Option<Self> {
        match NonZeroU8::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0.get()
    }

    /// Whether it is 255.
    pub const fn is_owner(self) -> bool {
        self.0.get() == u8::MAX
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Time between two adverts of a master. Version 2 counts whole seconds, 1 to 255 (RFC 3768 section 5.3.7); version 3
/// counts centiseconds, 1 to 4095 (RFC 9568 section 5.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    centis: u16,
}

impl Interval {
    /// For version 2: 1 to 255 seconds. None outside that.
    pub const fn seconds(seconds: u8) -> Option<Self> {
        if seconds == 0 {
            return None;
        }
        Some(Self { centis: seconds as u16 * 100 })
    }

    /// For version 3: 1 to 4095 centiseconds. None outside that.
    pub const fn centiseconds(centis: u16) -> Option<Self> {
        if centis == 0 || centis > 4095 {
            return None;
        }
        Some(Self { centis })
    }

    /// In centiseconds.
    pub const fn centis(self) -> u16 {
        self.centis
    }

    /// As a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.centis as u64 * 10)
    }
}

/// Protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// RFC 3768, IPv4 only
    V2,
    /// RFC 5798 and RFC 9568
    V3,
}

impl Version {
    /// The number in the packet.
    pub const fn number(self) -> u8 {
        match self {
            Self::V2 => 2,
            Self::V3 => 3,
        }
    }
}

/// Address family of the adverts and of the addresses in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 224.0.0.18
    V4,
    /// ff02::12
    V6,
}

impl Family {
    /// The family of an address.
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// The multicast group of the family (RFC 9568 sections 5.1.1.2 and 5.1.2.2).
    pub const fn group(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(core::net::Ipv4Addr::new(224, 0, 0, 18)),
            Self::V6 => IpAddr::V6(core::net::Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12)),
        }
    }
}

/// The simple text password of version 2, 1 to 8 bytes, sent in clear (RFC 2338 section 5.3.6.1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Password([u8; 8]);

impl Password {
    /// None when empty or longer than 8 bytes.
    pub fn new(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes.get_mut(..text.len()).filter(|room| !room.is_empty())?.copy_from_slice(text);
        Some(Self(bytes))
    }

    /// Padded with zeros, as it is sent.
    pub const fn bytes(&self) -> [u8; 8] {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
