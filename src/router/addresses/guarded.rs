//! Which addresses are to be watched on the wire, and who may have them. Pure.

use std::time::Duration;

use vrrp::State;

use super::duplicates::{Guarded, Master};
use super::hands::Look;
use super::wanted::{Member, Members, Place};
use crate::held::Held;

/// What is ours and here, and what is the master's while we are a backup that hears it.
pub(super) fn guarded(members: &Members, held: &[Held], look: &Look, now: Duration) -> Guarded {
    let is_audible =
        |held: &Held| look.link(&held.interface).is_some_and(|link| link.up && link.speaks_arp());
    let backups = members.values().filter_map(|member| Some((member, master(member)?)));
    let theirs = backups.flat_map(|(member, master)| {
        // elsewhere the master has another hardware address, which its adverts do not lead to
        let near = move |held: &Held| held.interface == member.slot.config.interface;
        member.at_home().filter(near).map(move |held| (held, Some(master)))
    });
    let settled = members.values().filter(|member| member.place() == Place::Here && member.is_settled(now));
    let ours = held.iter().cloned().chain(settled.flat_map(Member::at_home));
    let ours = ours.filter(|held| look.has(held)).map(|held| (held, None));
    // what is ours is so whoever else may have it
    let all = theirs.chain(ours).filter(|(held, _)| is_audible(held));
    all.map(|(held, master)| ((held.interface, held.address), master)).collect()
}

fn master(member: &Member) -> Option<Master> {
    let address = member.slot.master.filter(|_| member.slot.state == State::Backup)?;
    (member.place() == Place::Away).then(|| Master { address, vrid: member.slot.config.vrid.get() })
}

#[cfg(test)]
mod tests;
