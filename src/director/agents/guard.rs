//! Mass failure: what is not believed of too many servers of one service at once. However it came that all agents say the same,
//! a service is not emptied on their word alone.

use std::collections::BTreeMap;
use std::time::Duration;

use config::director::AgentGuard;
use ipvs::DestinationKey;

/// The servers of one service that would leave by their agents' word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guard {
    leavers: BTreeMap<DestinationKey, Leaver>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaver {
    /// not believed yet
    Held,
    /// by word alone, at that time
    ByWord(Duration),
    /// it was not in when its agent said so
    Absent,
    /// an own check has failed since
    Confirmed,
}

/// One server of the service, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: DestinationKey,
    /// it would get new connections, if its agent's word were not believed
    pub(crate) serves: bool,
    /// it gets new connections as the table is
    pub(crate) is_in: bool,
    /// none: its agent does not want it out
    pub(crate) claim: Option<Claim>,
}

/// What speaks for its leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// an attempt of an own check that began after the word has failed
    pub(crate) confirmed: bool,
    /// the word is silence, and nobody else is heard either: it may be this machine that is cut off
    pub(crate) doubtful: bool,
}

/// What came of a look at the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// whose being held has begun or ended
    pub(crate) turned: Vec<DestinationKey>,
    /// when more may leave by time alone
    pub(crate) again: Option<Duration>,
}

impl Guard {
    /// Whether the server stays although its agent wants it out.
    pub(crate) fn holds(&self, key: &DestinationKey) -> bool {
        self.leavers.get(key) == Some(&Leaver::Held)
    }

    /// Whether any server stays so.
    pub(crate) fn is_holding(&self) -> bool {
        self.leavers.values().any(|leaver| *leaver == Leaver::Held)
    }

    /// Whether nobody wants out.
    pub(crate) fn is_idle(&self) -> bool {
        self.leavers.is_empty()
    }

    /// Decides who leaves: those whose own checks agree, and of the others at most `rules.share` of all within `rules.window`,
    /// but always one, as long as another one serves. Who was not in does not enter against its agent's word, unless nobody else
    /// serves.
    pub(crate) fn settle(&mut self, members: &[Member], rules: AgentGuard, now: Duration) -> Settled {
        let before = self.held();
        let claims: BTreeMap<DestinationKey, (&Member, Claim)> =
            members.iter().filter_map(|member| Some((member.key, (member, member.claim?)))).collect();
        self.leavers.retain(|key, leaver| {
            claims.get(key).is_some_and(|(member, _)| member.serves || *leaver != Leaver::Held)
        });
        for (key, (_, claim)) in &claims {
            if claim.confirmed {
                self.leavers.insert(*key, Leaver::Confirmed);
            }
        }
        self.admit(members, rules, now);
        let again = if self.is_holding() { self.oldest(rules, now) } else { None };
        let after = self.held();
        let turned = before.iter().filter(|key| !after.contains(key));
        let turned = turned.chain(after.iter().filter(|key| !before.contains(key)));
        Settled { turned: turned.copied().collect(), again }
    }

    fn admit(&mut self, members: &[Member], rules: AgentGuard, now: Duration) {
        let most = (members.len() * usize::from(rules.share) / 100).max(1);
        let mut recent = self.recent(rules, now).count();
        let mut staying = members.iter().filter(|member| member.serves && !self.is_out(&member.key)).count();
        for member in members.iter().filter(|member| member.serves) {
            let Some(claim) = member.claim.filter(|_| !self.is_out(&member.key)) else { continue };
            let is_in = member.is_in || self.holds(&member.key);
            let leaver = match is_in {
                _ if staying < 2 => Leaver::Held,
                false => Leaver::Absent,
                true if claim.doubtful || recent >= most => Leaver::Held,
                true => Leaver::ByWord(now),
            };
            recent += usize::from(leaver == Leaver::ByWord(now));
            staying -= usize::from(leaver != Leaver::Held);
            self.leavers.insert(member.key, leaver);
        }
    }

    fn is_out(&self, key: &DestinationKey) -> bool {
        matches!(self.leavers.get(key), Some(Leaver::ByWord(_) | Leaver::Absent | Leaver::Confirmed))
    }

    /// When those left that count against the share.
    fn recent(&self, rules: AgentGuard, now: Duration) -> impl Iterator<Item = Duration> {
        let by_word = self.leavers.values().filter_map(|leaver| match leaver {
            Leaver::ByWord(at) => Some(*at),
            Leaver::Held | Leaver::Absent | Leaver::Confirmed => None,
        });
        by_word.filter(move |at| *at + rules.window > now)
    }

    fn oldest(&self, rules: AgentGuard, now: Duration) -> Option<Duration> {
        self.recent(rules, now).min().map(|at| at + rules.window)
    }

    fn held(&self) -> Vec<DestinationKey> {
        let held = self.leavers.iter().filter(|(_, leaver)| **leaver == Leaver::Held);
        held.map(|(key, _)| *key).collect()
    }
}

#[cfg(test)]
mod tests;
