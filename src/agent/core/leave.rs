//! What drains make of the host.

use std::net::IpAddr;

use host::{HostState, Vip};

use super::{Core, Director, Event, Output, Phase, Wanted};

impl Core {
    pub(super) fn drain(&mut self, wanted: Wanted) {
        let before = self.drains().clone();
        if self.drainer.drain(wanted, &self.vips) {
            self.say(Event::Draining(wanted.vip));
        }
        if *self.drains() != before {
            self.outputs.push_back(Output::Save);
            self.publish_at_once();
        }
    }

    pub(super) fn undrain(&mut self, vip: Option<IpAddr>) {
        let was_off = self.drains().progress.values().any(|progress| progress.phase == Phase::Off);
        if self.drainer.undrain(vip, &self.vips) {
            self.say(Event::Undrained(vip));
            self.outputs.push_back(Output::Save);
            self.publish_at_once();
        }
        if was_off {
            // what comes back was not taken by someone else
            self.held.clear();
            self.timers.again_at(self.now);
        }
    }

    pub(super) fn came(&mut self, watch: String, director: Director) {
        let known = self.drains().directors.contains(&director);
        self.drainer.came(watch, director);
        if !known {
            self.outputs.push_back(Output::Save);
        }
    }

    pub(super) fn drains_go_on(&mut self) {
        if self.drains().progress.is_empty() {
            return;
        }
        // a drain is told before anything comes of it, because directors answer what they were told
        if self.drainer.has_untold() {
            self.publish();
        }
        let begun = self.drainer.advance();
        if !begun.is_empty() {
            self.outputs.push_back(Output::Save);
        }
        for (vip, phase) in begun {
            self.say(Event::Phase { vip, phase });
            if phase == Phase::Off {
                self.restoring = true;
                // what leaves now was not taken by someone else
                self.held.clear();
                self.timers.again_at(self.now);
            }
        }
        self.publish();
    }

    /// VIPs that have left, but for the address, which is not ours.
    pub(super) fn strangers_that_stay(&self, state: &HostState) -> Vec<String> {
        let off = self.vips.iter().filter(|vip| self.drains().is_off(vip.address) && state.holds(vip));
        let theirs = off.filter(|vip| !self.owned.has_address(vip.address, &vip.device));
        theirs
            .map(|vip| {
                let Vip { address, device, .. } = vip;
                format!("{address} stays on {device} although it is drained: it was there before us and is not ours")
            })
            .collect()
    }
}
