//! Adverts as bytes, made once and sent many times.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::slice;

use crate::{Advert, Settings};

/// The last advert, for each destination: a version 3 checksum covers that too.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    made_for: Option<(IpAddr, u8)>,
    list: Vec<(IpAddr, Arc<[u8]>)>,
}

impl Packets {
    pub(crate) fn get(
        &mut self,
        settings: &Settings,
        source: IpAddr,
        priority: u8,
    ) -> &[(IpAddr, Arc<[u8]>)] {
        if self.made_for != Some((source, priority)) {
            self.made_for = Some((source, priority));
            self.list = make(settings, source, priority);
        }
        &self.list
    }
}

fn make(settings: &Settings, source: IpAddr, priority: u8) -> Vec<(IpAddr, Arc<[u8]>)> {
    let advert = Advert {
        version: settings.version,
        vrid: settings.vrid,
        priority,
        interval: settings.interval,
        addresses: settings.addresses.clone(),
        password: settings.password,
    };
    let bytes = |destination: &IpAddr| {
        let packet = advert.emit(source, *destination, settings.pseudo_header);
        (*destination, Arc::from(packet))
    };
    let destinations =
        if settings.peers.is_empty() { slice::from_ref(&settings.group) } else { &settings.peers };
    destinations.iter().map(bytes).collect()
}
