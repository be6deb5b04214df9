//! `/proc/sys` as far as it was read, and what could not be.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};

use crate::Unseen;

/// Values by their path below `/proc/sys`: `net/ipv4/conf/eth0.100/rp_filter`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sysctls {
    values: BTreeMap<String, String>,
    refused: BTreeMap<String, String>,
}

impl Sysctls {
    /// Notes one; blanks around the value are dropped.
    pub fn insert(&mut self, path: impl Into<String>, value: &str) {
        self.values.insert(path.into(), value.trim().to_string());
    }

    /// Notes one, or a directory of them, that is there and cannot be read, with the reason.
    pub fn refuse(&mut self, path: impl Into<String>, why: impl Into<String>) {
        self.refused.insert(path.into(), why.into());
    }

    /// Whether it is known that there is no such sysctl: some could be read, and neither it nor what it lies in was refused.
    pub fn is_absent(&self, path: &str) -> bool {
        let refused = self.refused.keys().any(|refused| path.starts_with(refused.as_str()));
        !self.values.is_empty() && !self.values.contains_key(path) && !refused
    }

    /// Why one is not known, for a rule that needs it.
    pub fn unseen(&self, path: &str) -> Unseen {
        let why = match (self.refused.get(path), self.values.get(path)) {
            (Some(why), _) => format!("cannot read /proc/sys/{path}: {why}"),
            (None, Some(value)) => format!("/proc/sys/{path} is no number: {value}"),
            (None, None) => format!("/proc/sys/{path} cannot be read"),
        };
        Unseen { why, how: format!("cat /proc/sys/{path}") }
    }

    /// The text of one.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.values.get(path).map(String::as_str)
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
        self.values.iter().map(|(path, value)| (path.as_str(), value.as_str()))
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
