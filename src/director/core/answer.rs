//! What is said back to agents that drain.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use config::director::VirtualService;
use ipvs::{DestinationKey, ServiceKey};
use watch::{Confirm, Held};

use super::Core;
use super::ears::Place;
use crate::agents::confirm::{Answer, held};

impl Core {
    /// Takes whether an agent drains, of which there are news.
    pub(super) fn note_draining(&mut self, agent: SocketAddr) {
        if self.ears.agents.draining(agent).is_some() {
            self.ears.draining.insert(agent);
            self.ears.unanswered.insert(agent);
        } else if self.ears.draining.remove(&agent) {
            self.ears.unanswered.remove(&agent);
            self.ears.confirmations.forget(agent);
        }
    }

    /// After the patches were handed to the worker: what agents that drain are to hear once it has carried out that order.
    /// `director`: this director's name.
    pub(crate) fn ask_confirms(&mut self, order: u64, director: &str) {
        for agent in std::mem::take(&mut self.ears.unanswered) {
            if let Some(answer) = self.answer(agent, director) {
                self.ears.confirmations.ask(agent, answer, order);
            }
        }
    }

    /// What is to be said to an agent now. Call until it gives none.
    pub(crate) fn poll_confirm(
        &mut self,
        is_written: impl Fn(u64, &BTreeSet<ServiceKey>) -> bool,
    ) -> Option<(SocketAddr, Confirm)> {
        self.ears.confirmations.poll(is_written)
    }

    /// Whether something waits to be said.
    pub(crate) fn has_confirms(&self) -> bool {
        !self.ears.confirmations.is_idle()
    }

    fn answer(&self, agent: SocketAddr, director: &str) -> Option<Answer> {
        let draining = self.ears.agents.draining(agent)?;
        let places = self.ears.hosts.get(&agent.ip())?;
        let sorry = self.sorry_of(agent.ip());
        let mut services = BTreeSet::new();
        let vips: BTreeMap<IpAddr, Held> = draining
            .vips
            .iter()
            .map(|vip| {
                let of_vip: Vec<&Place> =
                    places.iter().filter(|(index, _)| self.is_of(*index, *vip)).collect();
                let of_sorry: Vec<usize> =
                    sorry.iter().filter(|index| self.is_of(**index, *vip)).copied().collect();
                let indexes = of_vip.iter().map(|(index, _)| index).chain(&of_sorry);
                services.extend(indexes.filter_map(|index| self.key(*index)));
                let entries = of_vip.into_iter().map(|place| self.entry_of(*place));
                (*vip, held(entries.chain(of_sorry.into_iter().map(|index| self.sorry_entry(index)))))
            })
            .collect();
        let phase = |vip: &IpAddr| self.ears.agents.drain(agent, *vip).map(|drain| drain.phase);
        let phases = draining.vips.iter().map(|vip| (*vip, phase(vip))).collect();
        let confirm = Confirm { director: director.to_owned(), seq: draining.seq, vips };
        Some(Answer { confirm, phases, services })
    }

    fn key(&self, index: usize) -> Option<ServiceKey> {
        self.config.services.get(index).map(|service| service.key)
    }

    /// Whether packets for that VIP may come to a service; by a firewall mark those of any may.
    fn is_of(&self, index: usize, vip: IpAddr) -> bool {
        match self.key(index) {
            Some(ServiceKey::Address { address, .. }) => address == vip,
            Some(ServiceKey::Fwmark { .. }) => true,
            None => false,
        }
    }

    /// The weight of a server in the table that is wanted here; none: it is not there.
    fn entry_of(&self, (index, place): Place) -> Option<u32> {
        let real = self.config.services.get(index)?.reals.get(place)?;
        self.weight_here(index, &real.key)
    }

    /// The services, by their place, whose sorry server is that host.
    fn sorry_of(&self, host: IpAddr) -> Vec<usize> {
        let is_its =
            |service: &VirtualService| service.sorry_server.is_some_and(|(key, _)| key.address == host);
        (0..)
            .zip(&self.config.services)
            .filter(|(_, service)| is_its(service))
            .map(|(index, _)| index)
            .collect()
    }

    fn sorry_entry(&self, index: usize) -> Option<u32> {
        let (key, _) = self.config.services.get(index)?.sorry_server?;
        self.weight_here(index, &key)
    }

    fn weight_here(&self, index: usize, server: &DestinationKey) -> Option<u32> {
        let verdict = self.verdicts.get(index).filter(|_| self.here.get(index) == Some(&true))?;
        verdict.service.destinations.get(server).map(|destination| destination.weight.get())
    }
}
