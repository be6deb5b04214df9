//! The table at a tenth of a dump's cost, when one knows what it was.

use ::ipvs::wire::ServiceEntry;
use ::ipvs::{Forward, Service, Table, proc};

use super::dump::repeat;
use super::{Ipvs, IpvsError, read_proc};

impl Ipvs {
    /// The whole table, with destinations from `/proc/net/ip_vs` wherever that shows all there is to see. A dump
    /// takes two system calls per service, which is most of what looking at thousands of them costs.
    ///
    /// `last` is the table as it was seen last, with what was written since (not what is desired). The one thing
    /// that can be missed: thresholds that someone else gave to a destination which had none in `last`;
    /// [`Self::table`] sees these.
    pub fn table_near(&mut self, last: &Table) -> Result<Table, IpvsError> {
        let Some(mut shown) = shown(last) else { return self.table() };
        repeat(|| {
            let mut table = Table::new();
            for ServiceEntry { key, settings, .. } in self.all_services()? {
                let destinations = match shown.remove(&key) {
                    Some(service) if shows_everything(&service) => service.destinations,
                    _ => self.destinations(&key, |entry| (entry.key, entry.destination))?,
                };
                table.insert(key, Service { settings, destinations });
            }
            Ok(table)
        })
    }
}

/// None: no such file, or one that cannot be read.
fn shown(last: &Table) -> Option<Table> {
    let text = String::from_utf8(read_proc().ok()?).ok()?;
    let seen = proc::parse_proc(&text).ok()?;
    Some(proc::fill_unseen(seen, last))
}

fn shows_everything(service: &Service) -> bool {
    service.destinations.values().all(|destination| {
        let tunnel = matches!(destination.forward, Forward::Tunnel(_));
        !tunnel && destination.upper_threshold == 0 && destination.lower_threshold == 0
    })
}
