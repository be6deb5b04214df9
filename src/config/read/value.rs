//! Single values: the type, then the range.

use alloc::format;
use alloc::string::String;
use core::fmt::Display;
use core::ops::RangeInclusive;
use core::time::Duration;

use crate::read::report::Draft;
use crate::read::table::shown;
use crate::read::{Report, format_duration, parse_duration};
use crate::text::{Entry, Kind};

/// A duration, or "never" for none.
#[expect(clippy::option_option, reason = "what could not be read is told from what is never")]
pub(crate) fn duration_or_never(
    entry: Entry<'_>,
    range: RangeInclusive<Duration>,
    report: &mut Report<'_>,
) -> Option<Option<Duration>> {
    if entry.kind() == Kind::String("never") {
        return Some(None);
    }
    if let Kind::String(text) = entry.kind()
        && parse_duration(text) == Ok(Duration::ZERO)
    {
        report
            .error(entry.place(), format_args!("`{}` is out of range", entry.key()))
            .label("all the time")
            .help(format_args!(
                "write \"never\", or a duration from \"{}\" to \"{}\"",
                format_duration(*range.start()),
                format_duration(*range.end())
            ));
        return None;
    }
    entry.duration(range, report).map(Some)
}

impl<'d> Entry<'d> {
    pub(crate) fn string(self, example: &str, report: &mut Report<'_>) -> Option<&'d str> {
        match self.kind() {
            Kind::String(text) => Some(text),
            Kind::Bad => None,
            Kind::Integer { .. }
            | Kind::Float
            | Kind::Boolean(_)
            | Kind::Datetime
            | Kind::Array
            | Kind::Table => {
                self.mismatch("a string", report).help(format_args!("write `{example}`"));
                None
            }
        }
    }

    /// A name of something: 1 to 64 characters, none of them invisible.
    pub(crate) fn name(self, report: &mut Report<'_>) -> Option<String> {
        let name = self.string("\"web\"", report)?;
        let wrong = match name.chars().count() {
            0 => "is empty",
            65.. => "is longer than 64 characters",
            _ if name.chars().any(char::is_control) => "has a control character in it",
            _ => return Some(String::from(name)),
        };
        report
            .error(self.place(), format_args!("`{}` {wrong}", self.key()))
            .help("write 1 to 64 characters, such as \"web\"");
        None
    }

    pub(crate) fn boolean(self, report: &mut Report<'_>) -> Option<bool> {
        match self.kind() {
            Kind::Boolean(value) => Some(value),
            Kind::Bad => None,
            Kind::String(_)
            | Kind::Integer { .. }
            | Kind::Float
            | Kind::Datetime
            | Kind::Array
            | Kind::Table => {
                let help = format!("write `{0} = true` or `{0} = false`", self.key());
                self.mismatch("true or false", report).help(help);
                None
            }
        }
    }

    /// A whole number in a range.
    pub(crate) fn number<N: TryFrom<i128> + Copy>(
        self,
        range: RangeInclusive<impl Into<i128> + Copy>,
        report: &mut Report<'_>,
    ) -> Option<N> {
        let (first, last): (i128, i128) = ((*range.start()).into(), (*range.end()).into());
        match self.kind() {
            Kind::Integer { digits, radix } => {
                let number = i128::from_str_radix(digits, radix).ok();
                let fits = number.filter(|n| (first..=last).contains(n));
                let number = fits.and_then(|n| N::try_from(n).ok());
                if number.is_none() {
                    report
                        .error(self.place(), format_args!("`{}` is out of range", self.key()))
                        .label(format_args!("not in {first} to {last}"))
                        .help(format_args!("write a number from {first} to {last}"));
                }
                number
            }
            Kind::Bad => None,
            Kind::String(_) | Kind::Float | Kind::Boolean(_) | Kind::Datetime | Kind::Array | Kind::Table => {
                self.mismatch("a whole number", report)
                    .help(format_args!("write a number from {first} to {last}, without quotes"));
                None
            }
        }
    }

    /// A duration in a range.
    pub(crate) fn duration(
        self,
        range: RangeInclusive<Duration>,
        report: &mut Report<'_>,
    ) -> Option<Duration> {
        match self.kind() {
            Kind::String(text) => self.duration_of(text, &range, report),
            Kind::Bad => None,
            Kind::Integer { digits, radix: 10 } => {
                self.mismatch("a duration with its unit", report)
                    .help(format_args!("write \"{digits}s\" for seconds, \"{digits}ms\" for milliseconds"));
                None
            }
            Kind::Integer { .. }
            | Kind::Float
            | Kind::Boolean(_)
            | Kind::Datetime
            | Kind::Array
            | Kind::Table => {
                self.mismatch("a duration with its unit", report)
                    .help("write a whole number and a unit, as in \"6s\" or \"250ms\"");
                None
            }
        }
    }

    /// [`Self::duration`] in whole seconds.
    pub(crate) fn seconds(self, range: RangeInclusive<Duration>, report: &mut Report<'_>) -> Option<u32> {
        let duration = self.duration(range, report)?;
        if duration.subsec_millis() != 0 {
            report
                .error(self.place(), format_args!("`{}` counts in whole seconds", self.key()))
                .help(format_args!("write \"{}s\"", duration.as_secs().saturating_add(1)));
            return None;
        }
        u32::try_from(duration.as_secs()).ok()
    }

    /// The elements of a list.
    pub(crate) fn list(
        self,
        example: &str,
        report: &mut Report<'_>,
    ) -> Option<impl Iterator<Item = Entry<'d>> + use<'d>> {
        match self.kind() {
            Kind::Array => Some(self.children()),
            Kind::Bad => None,
            Kind::String(_)
            | Kind::Integer { .. }
            | Kind::Float
            | Kind::Boolean(_)
            | Kind::Datetime
            | Kind::Table => {
                self.mismatch("a list", report).help(format_args!("write `{example}`"));
                None
            }
        }
    }

    /// Reports a value of the wrong type.
    pub(crate) fn mismatch<'r>(self, takes: impl Display, report: &'r mut Report<'_>) -> Draft<'r> {
        let found = match self.kind() {
            Kind::String(_) => "a string",
            Kind::Integer { .. } => "a number",
            Kind::Float => "a number with a fraction",
            Kind::Boolean(_) => "true or false",
            Kind::Datetime => "a date or a time",
            Kind::Array => "a list",
            Kind::Table => "a table",
            Kind::Bad => "no value",
        };
        report
            .error(self.place(), format_args!("`{}` takes {takes}, not {found}", shown(self.key())))
            .label(format_args!("this is {found}"))
    }

    fn duration_of(
        self,
        text: &str,
        range: &RangeInclusive<Duration>,
        report: &mut Report<'_>,
    ) -> Option<Duration> {
        let key = self.key();
        let duration = match parse_duration(text) {
            Ok(duration) => duration,
            Err(help) => {
                report
                    .error(self.place(), format_args!("`{key}` is no duration: \"{}\"", shown(text)))
                    .help(help);
                return None;
            }
        };
        if range.contains(&duration) {
            return Some(duration);
        }
        let (first, last) = (format_duration(*range.start()), format_duration(*range.end()));
        report
            .error(self.place(), format_args!("`{key}` is out of range"))
            .label(format_args!("not in {first} to {last}"))
            .help(format_args!("write a duration from \"{first}\" to \"{last}\""));
        None
    }
}
