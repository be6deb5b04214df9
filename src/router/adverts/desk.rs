//! What the advert thread tells the others: kept here until their boxes are free, so that it never waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use config::director::VrrpConfig;
use vrrp::{RouterId, State, Transition};

use super::member::Member;
use crate::exchange::{Moved, Slot, ToAddresses, ToMain};

/// Transitions kept while the main loop's box is busy, which is for microseconds.
const MOVES: usize = 4_096;

pub(super) struct Desk {
    addresses: Arc<ToAddresses>,
    news: Arc<ToMain>,
    slots: BTreeMap<RouterId, Slot>,
    changed: BTreeSet<RouterId>,
    tracked: Option<BTreeSet<String>>,
    moved: Vec<Moved>,
    remarks: Vec<String>,
    /// end of the last interface fault
    pub(super) fresh: Duration,
    pub(super) stopped: bool,
    roles_changed: bool,
    told: (Duration, bool),
}

impl Desk {
    pub(super) fn new(addresses: Arc<ToAddresses>, news: Arc<ToMain>) -> Self {
        Self {
            addresses,
            news,
            slots: BTreeMap::new(),
            changed: BTreeSet::new(),
            tracked: None,
            moved: Vec::new(),
            remarks: Vec::new(),
            fresh: Duration::ZERO,
            stopped: false,
            roles_changed: false,
            told: (Duration::ZERO, false),
        }
    }

    /// A router is new, or its configuration.
    pub(super) fn configure(&mut self, id: RouterId, member: &Member, state: State) {
        let config = Arc::clone(&member.config);
        let new = Slot {
            config: Arc::clone(&config),
            holding: None,
            state,
            master: None,
            announce: 0,
            gone: false,
        };
        self.slots.entry(id).or_insert(new).config = config;
        self.changed.insert(id);
        self.roles_changed = true;
    }

    /// The interfaces that routers track.
    pub(super) fn track(&mut self, config: &VrrpConfig) {
        let tracked = config.routers.iter().flat_map(|router| &router.track_interfaces);
        self.tracked = Some(tracked.map(|tracked| tracked.name.clone()).collect());
    }

    pub(super) fn slot(&mut self, id: RouterId, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.slots.get_mut(&id) {
            change(slot);
            self.changed.insert(id);
        }
    }

    pub(super) fn moved(&mut self, id: RouterId, member: &Member, transition: Transition, priority: u8) {
        self.slot(id, |slot| slot.state = transition.to);
        self.roles_changed = true;
        if self.moved.len() < MOVES {
            self.moved.push(Moved { router: member.config.name.clone(), transition, priority });
        }
    }

    pub(super) fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    /// Whether something waits for a box.
    pub(super) fn is_full(&self) -> bool {
        self.has_orders() || self.has_news()
    }

    fn has_orders(&self) -> bool {
        !self.changed.is_empty() || self.tracked.is_some()
    }

    fn has_news(&self) -> bool {
        let is_quiet = self.moved.is_empty() && self.remarks.is_empty() && !self.roles_changed;
        !is_quiet || self.told != (self.fresh, self.stopped)
    }

    /// Hands over what fits: orders first, because the addresses are waited for.
    pub(super) fn flush(&mut self, order: &[RouterId]) {
        if self.has_orders() {
            self.order_addresses();
        }
        if !self.has_orders() && self.has_news() {
            self.tell_main(order);
        }
    }

    fn order_addresses(&mut self) {
        let changed = self.changed.iter().filter_map(|id| Some((*id, self.slots.get(id)?.clone())));
        let mut orders = changed.collect();
        if !self.addresses.try_put(&mut orders, &mut self.tracked) {
            return;
        }
        self.changed.clear();
        self.slots.retain(|_, slot| !slot.gone);
        for slot in self.slots.values_mut() {
            slot.announce = 0;
        }
    }

    fn tell_main(&mut self, order: &[RouterId]) {
        let Self { slots, moved, remarks, fresh, stopped, .. } = self;
        let named = |id: &RouterId| slots.get(id).map(|slot| (slot.config.name.clone(), slot.state));
        // routers that are leaving first: one of the configuration with the same name counts more
        let leaving = slots.keys().filter(|id| !order.contains(id)).filter_map(named);
        let roles: BTreeMap<String, State> = leaving.chain(order.iter().filter_map(named)).collect();
        let done = self.news.try_put(|news| {
            moved.drain(..).for_each(|moved| news.push(moved));
            news.remarks.append(remarks);
            (news.roles, news.fresh, news.stopped) = (roles, *fresh, *stopped);
        });
        if done {
            self.roles_changed = false;
            self.told = (self.fresh, self.stopped);
        }
    }
}
