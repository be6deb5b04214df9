//! Sync groups: their routers are in fault together, fall together and become master together.

use alloc::string::String;
use alloc::vec::Vec;

use crate::router::{Context, Router};
use crate::{Group, State};

/// Places of a group's routers.
#[derive(Debug)]
pub(crate) struct Members(Vec<usize>);

impl Members {
    /// Members that are not configured are left out.
    pub(crate) fn of(group: &Group, routers: &[Router]) -> Self {
        let place = |name: &String| {
            routers.iter().position(|router| !router.is_stopped() && router.name() == name.as_str())
        };
        Self(group.members.iter().filter_map(place).collect())
    }

    pub(crate) fn contains(&self, place: usize) -> bool {
        self.0.contains(&place)
    }

    /// After an event of any member.
    pub(crate) fn settle(&self, routers: &mut [Router], ctx: &mut Context<'_>) {
        self.share_faults(routers, ctx);
        self.share_falls(routers, ctx);
        self.take_over(routers, ctx);
        self.each(routers, |router| router.set_wake(ctx));
    }

    /// A member's own fault is everybody's.
    fn share_faults(&self, routers: &mut [Router], ctx: &mut Context<'_>) {
        let leader = self.find(routers, Router::has_own_fault);
        self.each(routers, |router| {
            let follows = leader.clone().filter(|leader| leader != router.name());
            router.follow_fault(follows, ctx);
        });
    }

    /// One that follows another master on its link takes the masters among them along. It cannot be half here, half there.
    fn share_falls(&self, routers: &mut [Router], ctx: &mut Context<'_>) {
        let leader = self.find(routers, |router| router.follows_master(ctx));
        if let Some(leader) = leader {
            self.each(routers, |router| router.fall_with(&leader, ctx));
        }
    }

    /// They become master when each may: its master is silent, stops or is to be preempted. If the first took the others
    /// along, a master that is heard on only one of two links would send all of them back at once, and that forever.
    fn take_over(&self, routers: &mut [Router], ctx: &mut Context<'_>) {
        if self.all(routers, |router| router.state() == State::Master || router.may_take_over(ctx)) {
            self.each(routers, |router| router.take_over(ctx));
            return;
        }
        let soon = |router: &Router| router.state() == State::Master || router.may_soon_take_over(ctx);
        let waits = !self.all(routers, soon);
        self.each(routers, |router| router.park(waits, ctx));
    }

    fn all(&self, routers: &[Router], which: impl Fn(&Router) -> bool) -> bool {
        self.0.iter().filter_map(|place| routers.get(*place)).all(which)
    }

    fn find(&self, routers: &[Router], which: impl Fn(&Router) -> bool) -> Option<String> {
        let mut members = self.0.iter().filter_map(|place| routers.get(*place));
        members.find(|router| which(router)).map(|router| String::from(router.name()))
    }

    fn each(&self, routers: &mut [Router], mut act: impl FnMut(&mut Router)) {
        for place in &self.0 {
            if let Some(router) = routers.get_mut(*place) {
                act(router);
            }
        }
    }
}
