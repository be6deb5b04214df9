//! Marks that are kept for checks of the true path, and are nobody else's.

use core::ops::Range;

use ipvs::ServiceKey;

use super::Section;
use crate::director::{PATH_MARKS, path};
use crate::read::Report;

/// Reports services and checks whose mark is among those that are kept.
pub(super) fn refuse_kept(sections: &[Section], first: u32, report: &mut Report<'_>) {
    for section in sections {
        for (service, place) in section.services.iter().zip(&section.places) {
            if let ServiceKey::Fwmark { mark, .. } = service.key
                && path::is_kept(mark.get(), first)
            {
                tell(mark.get(), first, place.clone(), report);
            }
        }
        let first_service = section.services.first();
        let checks = first_service.into_iter().flat_map(|one| &one.reals).flat_map(|real| &real.checks);
        let marks = checks.filter_map(|check| check.mark);
        if let Some(mark) = marks.into_iter().find(|mark| path::is_kept(*mark, first)) {
            tell(mark, first, section.place.clone(), report);
        }
    }
}

fn tell(mark: u32, first: u32, place: Range<usize>, report: &mut Report<'_>) {
    let last = first.saturating_add(PATH_MARKS - 1);
    report
        .error(place, format_args!("the mark {mark} ({mark:#x}) is kept for path checks"))
        .label(format_args!("{first:#x} to {last:#x} are"))
        .help("write another mark, or another `path_mark` in [ipvs]");
}
