//! A drain as everyone gets to see it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ::watch::{Drain, DrainPhase, Held};

use super::{Drainer, Phase};

/// What is waited for where there is nobody who could say that the entry is gone.
pub(crate) const NO_DIRECTOR: &str = "a director that follows this agent";

/// Of a VIP that has left: how far the host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Gone {
    /// the VIP is still there
    NotYet,
    /// the VIP is off; sysctls are still to go back
    Sysctls,
    /// nothing is left to be done
    Done,
}

impl Drainer {
    /// How far a VIP's drain is; none: it does not drain.
    pub(in crate::core) fn report(&self, vip: IpAddr, gone: Gone) -> Option<Drain> {
        let phase = self.drains().progress.get(&vip)?.phase;
        let drain = |phase, connections, waits_for| Drain { phase, connections, waits_for };
        Some(match phase {
            Phase::Quiescing => drain(DrainPhase::Quiescing, None, self.for_weight_zero(vip)),
            Phase::Draining => {
                let shown = self.counts.get(&vip).and_then(|count| count.shown).map(|(shown, _)| shown);
                drain(DrainPhase::Draining, shown, Some(self.for_connections(vip, shown)))
            }
            Phase::Leaving => drain(DrainPhase::Leaving, None, self.for_deletion(vip)),
            Phase::Off => match gone {
                Gone::NotYet => drain(DrainPhase::Leaving, None, Some(format!("{vip} to be taken off"))),
                Gone::Sysctls => drain(DrainPhase::Leaving, None, Some("the sysctls to go back".to_owned())),
                Gone::Done => drain(DrainPhase::Left, None, None),
            },
        })
    }

    fn for_weight_zero(&self, vip: IpAddr) -> Option<String> {
        sentence(&self.lacking(vip, Held::Quiesced), "to set weight 0")
    }

    fn for_connections(&self, vip: IpAddr, shown: Option<u64>) -> String {
        if let Some(lacking) = self.for_weight_zero(vip) {
            return lacking;
        }
        let over = self.drains().progress.get(&vip).is_some_and(|progress| self.now >= progress.ends);
        match (shown, &self.uncounted) {
            _ if over => self.nobody(),
            (_, Some(reason)) => format!("the deadline: connections cannot be counted: {reason}"),
            (None, None) => "connections to be counted".to_owned(),
            (Some(0), None) if self.directors.is_empty() => self.nobody(),
            (Some(0), None) => "connections to be counted again".to_owned(),
            (Some(1), None) => "1 connection to end".to_owned(),
            (Some(some), None) => format!("{some} connections to end"),
        }
    }

    fn for_deletion(&self, vip: IpAddr) -> Option<String> {
        let lacking = sentence(&self.lacking(vip, Held::Gone), "to delete the entry");
        lacking.or_else(|| Some(self.nobody()))
    }

    /// Where nobody is known who lacks anything.
    fn nobody(&self) -> String {
        if self.is_settled() { NO_DIRECTOR } else { "directors that look for this agent after its start" }
            .to_owned()
    }
}

/// None where nobody lacks anything.
fn sentence(names: &BTreeSet<String>, what: &str) -> Option<String> {
    const MOST: usize = 5;
    let more = names.len().saturating_sub(MOST);
    let mut shown: Vec<String> = names.iter().take(MOST).cloned().collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    let last = shown.pop()?;
    let names = if shown.is_empty() { last } else { format!("{} and {last}", shown.join(", ")) };
    Some(format!("{names} {what}"))
}
