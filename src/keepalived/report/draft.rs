//! A finding that is still being written.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;
use core::mem;

use config::{Diagnostic, Severity};

use super::{Finding, Kind, Report};
use crate::Mode;
use crate::source::Place;

/// Reported when it goes out of scope.
pub(crate) struct Draft<'r> {
    report: &'r mut Report,
    kind: Kind,
    place: Option<Place>,
    message: String,
    label: Option<String>,
    help: Option<String>,
    swallowed: Option<String>,
    mended: Option<String>,
}

impl<'r> Draft<'r> {
    pub(super) fn new(
        report: &'r mut Report,
        kind: Kind,
        place: Option<Place>,
        message: impl Display,
    ) -> Self {
        let message = message.to_string();
        Self { report, kind, place, message, label: None, help: None, swallowed: None, mended: None }
    }

    /// Short words beside the marked place.
    pub(crate) fn label(mut self, words: impl Display) -> Self {
        self.label = Some(words.to_string());
        self
    }

    /// What to write instead.
    pub(crate) fn help(mut self, words: impl Display) -> Self {
        self.help = Some(words.to_string());
        self
    }

    /// What keepalived makes of it (`keepalived takes it as NAT`): no error when lenient. The caller then does the same.
    pub(crate) fn swallowed(mut self, words: impl Display) -> Self {
        self.swallowed = Some(words.to_string());
        self
    }

    /// What the author meant (`taken as DR`): no error when mending. The caller then does so.
    pub(crate) fn mended(mut self, words: impl Display) -> Self {
        self.mended = Some(words.to_string());
        self
    }

    fn finding(&mut self) -> Finding {
        let mut message = mem::take(&mut self.message);
        let (mut label, mut help) = (self.label.take(), self.help.take());
        match (self.report.mode(), self.mended.take(), self.swallowed.take()) {
            (Mode::Fix, Some(mended), _) => {
                self.kind = self.kind.max(Kind::Warning);
                label = Some(mem::replace(&mut message, format!("mended: {mended}")));
                help = None;
            }
            (Mode::Lenient, _, Some(swallowed)) => {
                self.kind = self.kind.max(Kind::Warning);
                help = Some(swallowed);
            }
            (_, _, Some(swallowed)) => {
                help = Some(match help {
                    // `did you mean …?`
                    Some(help) if help.ends_with('?') => format!("{help} {swallowed}"),
                    Some(help) => format!("{help}; {swallowed}"),
                    None => swallowed.clone(),
                });
            }
            (_, _, None) => {}
        }
        let severity = match self.kind {
            Kind::Error => Severity::Error,
            Kind::Warning | Kind::Note => Severity::Warning,
        };
        let source = self.place.and_then(|place| usize::try_from(place.source).ok()).unwrap_or(0);
        let span = self.place.map(Place::range);
        Finding { kind: self.kind, source, diagnostic: Diagnostic { severity, message, span, label, help } }
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        let finding = self.finding();
        self.report.add(finding);
    }
}
