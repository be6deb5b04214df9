//! All findings, for people and for machines.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Finding, Verdict, json};

/// Everything that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report(Vec<Finding>);

/// What stands before each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    wrong: &'static str,
    unknown: &'static str,
    fine: &'static str,
    not_applicable: &'static str,
}

/// How many findings of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) wrong: usize,
    pub(crate) fine: usize,
    pub(crate) not_applicable: usize,
    pub(crate) unknown: usize,
}

impl Marks {
    /// For terminals that show Unicode.
    pub const UNICODE: Self = Self { wrong: "✗", unknown: "?", fine: "✓", not_applicable: "–" };
    /// For all others.
    pub const ASCII: Self = Self { wrong: "!", unknown: "?", fine: "+", not_applicable: "-" };
}

impl Report {
    /// Puts what is wrong first, then what is not known, what is fine, what is not applicable; each in the order given.
    pub fn new(findings: impl IntoIterator<Item = Finding>) -> Self {
        let mut findings: Vec<Finding> = findings.into_iter().collect();
        findings.sort_by_key(|finding| rank(&finding.verdict));
        Self(findings)
    }

    /// The findings in the order in which they are printed.
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }

    /// One line for each finding, cures below theirs, and a last line that counts.
    pub fn text(&self, marks: Marks) -> String {
        let mut text = String::new();
        for finding in &self.0 {
            line(finding, marks, &mut text);
        }
        let counts = self.counts();
        text.push_str(&format!(
            "{} wrong, {} fine, {} not applicable, {} not looked at",
            counts.wrong, counts.fine, counts.not_applicable, counts.unknown
        ));
        text
    }

    /// For machines: `{"findings":[{"id","subject","verdict",…}],"wrong":0,…}`.
    pub fn json(&self) -> String {
        json::report(&self.0, self.counts())
    }

    /// Whether nothing is wrong. What could not be looked at is not held against a host.
    pub fn is_good(&self) -> bool {
        self.counts().wrong == 0
    }

    /// The exit status of the command: 0 nothing is wrong, 1 something is.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.is_good())
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.0 {
            let count = match finding.verdict {
                Verdict::Wrong { .. } => &mut counts.wrong,
                Verdict::Fine(_) => &mut counts.fine,
                Verdict::NotApplicable(_) => &mut counts.not_applicable,
                Verdict::Unknown { .. } => &mut counts.unknown,
            };
            *count = count.saturating_add(1);
        }
        counts
    }
}

fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Wrong { .. } => 0,
        Verdict::Unknown { .. } => 1,
        Verdict::Fine(_) => 2,
        Verdict::NotApplicable(_) => 3,
    }
}

fn line(finding: &Finding, marks: Marks, text: &mut String) {
    let (mark, words) = match &finding.verdict {
        Verdict::Wrong { what, .. } => (marks.wrong, what.as_str()),
        Verdict::Unknown { why, .. } => (marks.unknown, why.as_str()),
        Verdict::Fine(seen) => (marks.fine, seen.as_str()),
        Verdict::NotApplicable(why) => (marks.not_applicable, why.as_str()),
    };
    let gap = if finding.subject.is_empty() { "" } else { " " };
    text.push_str(&format!("{mark} {}{gap}{}: {words}\n", finding.id, finding.subject));
    match &finding.verdict {
        Verdict::Wrong { cure, .. } => cure.iter().for_each(|line| text.push_str(&format!("    {line}\n"))),
        Verdict::Unknown { how, .. } if !how.is_empty() => text.push_str(&format!("    # {how}\n")),
        Verdict::Unknown { .. } | Verdict::Fine(_) | Verdict::NotApplicable(_) => {}
    }
}

#[cfg(test)]
mod tests;
