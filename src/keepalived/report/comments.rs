//! Warnings and notes as comments, each beside what it is about.

use alloc::format;
use alloc::string::{String, ToString};

use config::director::Comments;

use super::{Finding, Kind, Report};
use crate::source::Place;

/// A block and what became of it.
pub(super) struct Owner {
    place: Place,
    what: What,
    name: String,
}

#[derive(Clone, Copy)]
enum What {
    Router,
    Service,
}

impl Owner {
    pub(super) fn router(place: Place, name: &str) -> Self {
        Self { place, what: What::Router, name: name.to_string() }
    }

    pub(super) fn service(place: Place, name: &str) -> Self {
        Self { place, what: What::Service, name: name.to_string() }
    }
}

impl Report {
    pub(super) fn comments(&mut self) -> Comments {
        self.owners.sort_by_key(|owner| owner.place);
        let mut comments = Comments::default();
        for finding in self.kept.iter().filter(|one| one.kind != Kind::Error) {
            let place = place(finding);
            let comment = self.comment(finding, place);
            match place.and_then(|place| self.owner(place)) {
                Some(Owner { what: What::Router, name, .. }) => {
                    comments.routers.entry(name.clone()).or_default().push(comment);
                }
                Some(Owner { what: What::Service, name, .. }) => {
                    comments.services.entry(name.clone()).or_default().push(comment);
                }
                None => comments.top.push(comment),
            }
        }
        comments
    }

    /// The innermost block around a place; blocks lie within each other or apart.
    fn owner(&self, place: Place) -> Option<&Owner> {
        let before = self.owners.partition_point(|owner| owner.place <= Place { end: u32::MAX, ..place });
        let before = self.owners.get(..before).unwrap_or_default();
        before.iter().rev().find(|owner| owner.place.contains(place))
    }

    fn comment(&self, finding: &Finding, place: Option<Place>) -> String {
        let message = &finding.diagnostic.message;
        let what = match &finding.diagnostic.help {
            Some(help) => format!("{message}: {help}"),
            None => message.clone(),
        };
        place.map_or_else(|| what.clone(), |place| format!("{}: {what}", self.position(place)))
    }
}

fn place(finding: &Finding) -> Option<Place> {
    let number = |number| u32::try_from(number).ok();
    let span = finding.diagnostic.span.as_ref()?;
    Some(Place { source: number(finding.source)?, start: number(span.start)?, end: number(span.end)? })
}
