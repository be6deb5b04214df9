//! `/proc/sys` as far as it was read.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};

/// Values by their path below `/proc/sys`: `net/ipv4/conf/eth0.100/rp_filter`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sysctls(BTreeMap<String, String>);

impl Sysctls {
    /// Notes one; blanks around the value are dropped.
    pub fn insert(&mut self, path: impl Into<String>, value: &str) {
        self.0.insert(path.into(), value.trim().to_string());
    }

    /// The text of one.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// One that is a number.
    pub fn number(&self, path: &str) -> Option<i64> {
        self.text(path)?.parse().ok()
    }

    /// `net/ipv4/conf/{interface}/{name}`; `interface` may be `all` or `default`.
    pub fn conf(&self, interface: &str, name: &str) -> Option<i64> {
        self.number(&format!("net/ipv4/conf/{interface}/{name}"))
    }

    /// What counts on an interface where the larger of its own value and that of `all` does (`IN_DEV_MAXCONF`): `rp_filter`,
    /// `arp_ignore`, `arp_announce`.
    pub fn larger(&self, interface: &str, name: &str) -> Option<i64> {
        Some(self.conf("all", name)?.max(self.conf(interface, name)?))
    }

    /// What counts on an interface where either is enough (`IN_DEV_ORCONF`): `send_redirects`, `accept_local`, `arp_filter`.
    pub fn either(&self, interface: &str, name: &str) -> Option<bool> {
        Some(self.conf("all", name)? != 0 || self.conf(interface, name)? != 0)
    }

    /// All of them, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Sysctls {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        let mut sysctls = Self::default();
        for (path, value) in values {
            sysctls.insert(path, &value);
        }
        sysctls
    }
}
