//! Keys and names that may be there once.

use alloc::vec::Vec;

use super::Section;
use crate::director::repeated::repeated;
use crate::read::Report;

pub(super) fn tell_repeated(sections: &[Section], report: &mut Report<'_>) {
    let placed = || sections.iter().flat_map(|section| section.services.iter().zip(&section.places));
    let keys = repeated(placed().map(|(service, place)| (service.key, place.clone())).collect());
    let groups = sections.iter().filter_map(|section| {
        let group = section.services.first()?.group.as_ref()?;
        Some((group, section.place.clone()))
    });
    let names = placed().map(|(service, place)| (&service.name, place.clone())).chain(groups);
    let names = repeated(names.collect());
    // two services of one key that say no name have the same name too: once is enough
    let mut told: Vec<usize> = keys.iter().map(|((_, place), _)| place.start).collect();
    told.sort_unstable();
    for ((key, place), first) in keys {
        let line = report.line(first.start);
        report
            .error(place, format_args!("the service {key} is there twice"))
            .label("the second time")
            .help(format_args!("the first is in line {line}: write all servers there"));
    }
    for ((name, place), first) in names {
        if told.binary_search(&place.start).is_ok() {
            continue;
        }
        let line = report.line(first.start);
        report
            .error(place, format_args!("two services are named \"{name}\""))
            .label("the second of this name")
            .help(format_args!("the first is in line {line}: write another `name`"));
    }
}
