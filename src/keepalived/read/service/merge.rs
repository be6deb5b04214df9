//! A service that is there twice.

use alloc::collections::BTreeSet;

use ipvs::ServiceKey;

use super::{All, Template};
use crate::Mode;
use crate::report::Report;
use crate::source::Place;

impl All<'_> {
    /// The servers of the second are added to the first, which keeps its settings: as keepalived has it in the kernel. A group
    /// has the same servers for all, so that nothing can be added to one of it.
    pub(super) fn again(
        &mut self,
        key: ServiceKey,
        place: Place,
        first: Place,
        at: usize,
        template: &Template,
        report: &mut Report,
    ) {
        let position = report.position(first);
        let draft = report
            .error(place, format_args!("the service {key} is there twice"))
            .label("the second time")
            .help(format_args!("the first is in {position}: write all real_server there"));
        let Some(service) = self.services.get_mut(at).filter(|service| service.group.is_none()) else {
            return;
        };
        drop(
            draft
                .swallowed("keepalived checks both, and in the kernel the first one has the servers of both")
                .mended("its real_server are added to the first"),
        );
        if report.mode() == Mode::Strict {
            return;
        }
        let mut seen: BTreeSet<_> = service.reals.iter().map(|real| real.key).collect();
        for real in &template.reals {
            let real = real.at(key, &mut self.interned, report);
            let is_sorry = service.sorry_server.is_some_and(|(sorry, _)| sorry == real.key);
            if !is_sorry && seen.insert(real.key) {
                service.reals.push(real);
            }
        }
    }
}
