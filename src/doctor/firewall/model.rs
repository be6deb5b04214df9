//! Rules of either language.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;

use super::Keeper;

/// The chains of a table by their names.
pub(super) type Chains = BTreeMap<String, Vec<Rule>>;

/// A chain that the kernel itself calls for what comes in, with those that it may jump to.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// family, table and chain as `nft` takes them, or table and chain: `inet filter input`
    pub(super) name: String,
    /// 4 or 6; none: packets of both
    pub(super) version: Option<u8>,
    /// what falls out at its end is dropped
    pub(super) drops: bool,
    /// its own name among `chains`
    pub(super) chain: String,
    pub(super) chains: Rc<Chains>,
    pub(super) keeper: Keeper,
}

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) tests: Vec<Test>,
    pub(super) target: Target,
    /// as printed
    pub(super) text: Rc<str>,
}

/// What becomes of a packet that a rule matches.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Accept,
    Drop,
    Jump(String),
    Goto(String),
    Return,
    /// it goes on with another address or port
    Elsewhere,
    /// it goes on to the next rule
    Next,
    /// a map of verdicts: what its entries do, of which at most one matches
    Map(Vec<Rule>),
    /// a map of verdicts that is not seen, or a queue to a program: any of these
    Any,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) what: What,
    pub(super) negated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// 4 or 6
    Version(u8),
    /// none: the number of something that is not known
    Protocol(Option<Vec<RangeInclusive<u8>>>),
    Port(Option<Vec<RangeInclusive<u16>>>),
    To(Option<Vec<RangeInclusive<IpAddr>>>),
    From(Option<Vec<RangeInclusive<IpAddr>>>),
    Interface(Option<Vec<String>>),
    /// to whom it goes
    Reach(Option<Vec<Reach>>),
    /// the same of the first packet of each connection
    Always(bool),
    /// depends on what is not known
    Unclear,
}

/// To whom a packet goes, as the tables of routes have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// to this host alone
    Local,
    Multicast,
    Broadcast,
    /// to another host
    Elsewhere,
}

impl Base {
    pub(super) fn rules(&self) -> &[Rule] {
        self.chains.get(&self.chain).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn takes(&self, address: IpAddr) -> bool {
        self.version.is_none_or(|version| version == version_of(address))
    }
}

impl Rule {
    /// How much work it is to match it, in conditions of one value.
    pub(super) fn work(&self) -> usize {
        self.tests.iter().map(Test::values).fold(1, usize::saturating_add)
    }
}

impl Test {
    pub(super) const UNCLEAR: Self = Self { what: What::Unclear, negated: false };

    pub(super) const fn new(what: What, negated: bool) -> Self {
        Self { what, negated }
    }

    pub(super) const fn is(what: What) -> Self {
        Self::new(what, false)
    }

    fn values(&self) -> usize {
        match &self.what {
            What::Protocol(some) => some.as_ref().map_or(0, Vec::len),
            What::Port(some) => some.as_ref().map_or(0, Vec::len),
            What::To(some) | What::From(some) => some.as_ref().map_or(0, Vec::len),
            What::Interface(some) => some.as_ref().map_or(0, Vec::len),
            What::Version(_) | What::Reach(_) | What::Always(_) | What::Unclear => 0,
        }
    }
}

/// 4 or 6
pub(super) fn version_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { 4 } else { 6 }
}
