//! Networks: an address and the length of its prefix.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All addresses that begin with the same bits; printed as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// the lowest
    pub address: IpAddr,
    /// bits that all share: 0 to 32 for IPv4, to 128 for IPv6
    pub prefix: u8,
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongNetwork {
    /// no `ip` or `ip/prefix`
    Form,
    /// the address is not the lowest of its network
    HostBits {
        /// the address as it is written
        address: IpAddr,
        /// the one that it lies in
        network: Network,
    },
}

impl Network {
    /// Reads `ip/prefix`, or `ip` for that address alone.
    ///
    /// # Errors
    ///
    /// Where the text is neither, or the address has bits below its prefix, which the kernel refuses.
    pub fn parse(text: &str) -> Result<Self, WrongNetwork> {
        let (address, prefix) = parts(text).ok_or(WrongNetwork::Form)?;
        let network = Self::of(address, prefix);
        if network.address == address {
            Ok(network)
        } else {
            Err(WrongNetwork::HostBits { address, network })
        }
    }

    /// The network that an address lies in.
    #[must_use]
    pub fn of(address: IpAddr, prefix: u8) -> Self {
        let address = match address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !hosts_v4(prefix))),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !hosts_v6(prefix))),
        };
        Self { address, prefix }
    }

    /// The highest address.
    pub(super) fn last(self) -> IpAddr {
        match self.address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() | hosts_v4(self.prefix))),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() | hosts_v6(self.prefix))),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn parts(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address = address.parse::<IpAddr>().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let Some(prefix) = prefix else { return Some((address, most)) };
    // a number without sign
    let plain = prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = prefix.parse().ok().filter(|prefix| plain && *prefix <= most)?;
    Some((address, prefix))
}

/// The bits below a prefix.
fn hosts_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0)
}

fn hosts_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0)
}
