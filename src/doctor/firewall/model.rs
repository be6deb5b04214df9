//! Rules of either language.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;

/// A chain that the kernel itself calls for what comes in, with those that it may jump to.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// `inet filter input`
    pub(super) name: String,
    /// what falls out at its end is dropped
    pub(super) drops: bool,
    pub(super) rules: Vec<Rule>,
    pub(super) chains: Rc<BTreeMap<String, Vec<Rule>>>,
}

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) tests: Vec<Test>,
    pub(super) target: Target,
    /// as printed
    pub(super) text: String,
}

/// What becomes of a packet that a rule matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Accept,
    Drop,
    Jump(String),
    Goto(String),
    Return,
    /// it goes on to the next rule
    Next,
    /// a map of verdicts, or a queue to a program: any of these
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
    /// none: the number of something that is not known
    Protocol(Option<Vec<RangeInclusive<u8>>>),
    Port(Option<Vec<RangeInclusive<u16>>>),
    To(Option<Vec<(IpAddr, u8)>>),
    From(Option<Vec<(IpAddr, u8)>>),
    Interface(Option<Vec<String>>),
    /// of the first packet of a connection, or not
    New(bool),
    /// depends on what is not known
    Unclear,
}

impl Test {
    pub(super) const UNCLEAR: Self = Self { what: What::Unclear, negated: false };

    pub(super) const fn new(what: What, negated: bool) -> Self {
        Self { what, negated }
    }
}
