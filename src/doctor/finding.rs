//! One thing that was looked at, and what came of it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Unseen;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// what was looked at, for machines: "arp-sysctls"; the same in every version
    pub id: &'static str,
    /// of which: an interface, a VIP, a unit; may be empty
    pub subject: String,
    /// what came of it
    pub verdict: Verdict,
}

/// What came of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// as it should be; holds what was seen, short
    Fine(String),
    /// it is wrong, or will be at the next start
    Wrong {
        /// what was seen, and what comes of it
        what: String,
        /// commands to paste into a root shell; lines that begin with `#` say what to write where
        cure: Vec<String>,
    },
    /// there is nothing to look at here; holds why
    NotApplicable(String),
    /// it could not be looked at
    Unknown {
        /// why not
        why: String,
        /// how to have it looked at
        how: String,
    },
}

impl Finding {
    /// Nothing is wrong.
    pub fn fine(id: &'static str, subject: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { id, subject: subject.into(), verdict: Verdict::Fine(seen.into()) }
    }

    /// Something is wrong, with its cure.
    pub fn wrong<L: Into<String>>(
        id: &'static str,
        subject: impl Into<String>,
        what: impl Into<String>,
        cure: impl IntoIterator<Item = L>,
    ) -> Self {
        let cure = cure.into_iter().map(Into::into).collect();
        Self { id, subject: subject.into(), verdict: Verdict::Wrong { what: what.into(), cure } }
    }

    /// There is nothing to look at.
    pub fn not_applicable(id: &'static str, subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self { id, subject: subject.into(), verdict: Verdict::NotApplicable(why.into()) }
    }

    /// It could not be looked at.
    pub fn unknown(id: &'static str, subject: impl Into<String>, unseen: &Unseen) -> Self {
        let verdict = Verdict::Unknown { why: unseen.why.clone(), how: unseen.how.clone() };
        Self { id, subject: subject.into(), verdict }
    }
}
