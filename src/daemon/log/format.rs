//! How an event becomes a line.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

use crate::clock::rfc3339;

/// Longest line without its beginning; what a peer sent may stand in a field.
const LONGEST: usize = 4_032;

/// What stands before the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `<6>INFO …`: the journal adds the time, and takes the priority
    Journal,
    /// `2026-11-22T10:04:05.678Z INFO …`
    Terminal,
}

/// Writes each event as one line. Spans are not shown: what an event is about is in its fields.
#[derive(Debug)]
pub struct Lines<W> {
    style: Style,
    writer: W,
}

impl<W> Lines<W> {
    /// Lines of this style to this writer.
    pub const fn new(style: Style, writer: W) -> Self {
        Self { style, writer }
    }
}

impl<S: Subscriber, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let text = with_head(self.style, *event.metadata().level(), &line.text());
        // nobody is left to tell that the log cannot be written
        let _ = self.writer.make_writer_for(event.metadata()).write_all(text.as_bytes());
    }
}

/// A line with what stands before it, and its end.
pub(super) fn with_head(style: Style, level: Level, text: &str) -> String {
    match style {
        Style::Journal => format!("<{}>{level} {text}\n", priority(level)),
        Style::Terminal => format!("{} {level} {text}\n", rfc3339(SystemTime::now())),
    }
}

/// The message and what follows it.
#[derive(Default)]
pub(super) struct Line {
    message: String,
    fields: String,
}

impl Line {
    /// Without what stands before the message, and without the line's end.
    pub(super) fn text(self) -> String {
        let mut text = self.message + &self.fields;
        if let Some((end, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(end);
            text.push('…');
        }
        // a line break would make a second entry, which could claim anything
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    fn add(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
            return;
        }
        let plain = !value.is_empty() && !value.contains([' ', '"', '=', '\t', '\n']);
        let quoted = value.len() > 1 && value.starts_with(['"', '[', '{']);
        // writing to a String cannot fail
        let _ = if plain || quoted {
            write!(self.fields, " {}={value}", field.name())
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

/// `syslog(3)`
pub(super) const fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}
