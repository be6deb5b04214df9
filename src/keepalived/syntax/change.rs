//! What may change a line before it is cut: conditions, definitions, repetitions, replacing.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use core::ops::Range;

use super::define;
use super::file::{LONGEST, folder};
use super::flow::{Flow, Frame, Line};
use super::repeat::{self, Values};
use super::replace::{self, Use};
use super::text::{BLANKS, Buffer, Text};
use crate::source::Place;

/// The next line of a definition's value from a byte on.
pub(super) fn next_line(value: &Rc<str>, at: &mut usize, place: Place) -> Option<Text> {
    let rest = value.get(*at..).filter(|rest| !rest.is_empty())?;
    let len = rest.find('\n').unwrap_or(rest.len());
    let text = Text::made(value, *at..*at + len, place);
    *at += len + 1;
    Some(text.trimmed())
}

impl Flow<'_> {
    /// A line as it is to be cut; none where nothing of it is left.
    pub(super) fn changed(&mut self, line: Line) -> Option<Line> {
        let mut line = if line.goes_on.is_some() { self.whole(line) } else { line };
        loop {
            if line.text.as_str().starts_with('@') {
                line.text = condition(&line.text, self.host.id)?;
            }
            if self.define(&line) || self.repeat(&line) {
                return None;
            }
            if !line.dollar || !self.replace(&mut line) {
                return Some(line);
            }
        }
    }

    /// A `\` at the end continues a definition and nothing else.
    fn whole(&mut self, mut line: Line) -> Line {
        let text = line.text.as_str();
        let head =
            if text.starts_with('@') { text.split_once(BLANKS).map_or("", |(_, head)| head) } else { text };
        let Some(place) = line.goes_on.filter(|_| define::head(head.trim_start_matches(BLANKS)).is_none())
        else {
            return line;
        };
        self.report
            .error(place, "`\\` at the end of the line")
            .help("write the statement in one line: only `$NAME=` goes on behind `\\`")
            .swallowed("keepalived takes the `\\` as part of the word and the next line for itself")
            .mended("the next line belongs to this one");
        line.goes_on = None;
        let mut buffer = Buffer::new(&line.text);
        if self.is_lenient() {
            let word = if self.is_word(place) { " \\" } else { "\\" };
            buffer.append(&Text::made(&word.into(), 0..word.len(), place));
            return Line { text: buffer.into_text(), ..line };
        }
        while buffer.as_str().len() < LONGEST {
            let Some(next) = self.following() else { break };
            buffer.append(&Text::made(&" ".into(), 0..1, place));
            buffer.append(&next.text);
            line.dollar |= next.dollar;
            line.cut = next.cut;
            if next.goes_on.is_none() {
                break;
            }
        }
        Line { text: buffer.into_text(), ..line }
    }

    /// Only a `\` that blanks follow keeps those before it.
    fn is_word(&self, sign: Place) -> bool {
        let blank = |place| self.report.text(place).starts_with(BLANKS);
        sign.start > 0
            && blank(Place { start: sign.start - 1, end: sign.start, ..sign })
            && blank(Place { start: sign.end, end: sign.end + 1, ..sign })
    }

    /// Takes a line that defines a name; answers whether it does.
    fn define(&mut self, line: &Line) -> bool {
        let Some((name, at)) = define::head(line.text.as_str()) else { return false };
        let mut value = String::from(line.text.as_str().get(at..).unwrap_or_default());
        self.uncut(&mut value, line.cut);
        let mut goes_on = line.goes_on;
        while let Some(sign) = goes_on {
            let Some(next) = self.following() else { break };
            if next.empty {
                if self.goes_on_behind(name, sign) {
                    continue;
                }
                break;
            }
            let mut text = String::from(next.text.as_str());
            // a line with nothing but a comment goes on, too
            goes_on = if text.is_empty() { Some(sign) } else { next.goes_on };
            self.uncut(&mut text, next.cut);
            if !text.is_empty() && !value.is_empty() {
                value.push('\n');
            }
            value.push_str(&text);
        }
        self.definitions.set(name, &value, value.contains('\n'));
        true
    }

    /// Whether a definition goes on behind an empty line.
    fn goes_on_behind(&mut self, name: &str, sign: Place) -> bool {
        let later = match self.frames.last() {
            Some(Frame::File(input)) => input.goes_on_later(),
            Some(Frame::Files(..) | Frame::Rest(_) | Frame::Lines(..) | Frame::Repeat(..)) | None => false,
        };
        if later {
            self.report
                .error(sign, format!("an empty line behind this one ends the definition of `${name}`"))
                .help("leave out the empty line")
                .swallowed("keepalived takes what follows as the file's own lines")
                .mended(format!("what follows belongs to `${name}`, too"));
        }
        later && !self.is_lenient()
    }

    /// A value that a comment sign cuts may be a password.
    fn uncut(&mut self, value: &mut String, cut: Option<Place>) {
        let Some(cut) = cut else { return };
        let lost = self.report.text(cut).to_string();
        self.report
            .error(cut, format!("`{lost}` is a comment, not part of the value"))
            .help("write `\\` before the sign, or a blank before the comment")
            .swallowed(format!("keepalived takes `{value}`"))
            .mended(format!("taken as `{value}{lost}`"));
        if !self.is_lenient() {
            value.push_str(&lost);
        }
    }

    /// Takes a line that begins with `~SEQ` or `~LST`; answers whether it does.
    fn repeat(&mut self, line: &Line) -> bool {
        let Some(head) = repeat::head(line.text.as_str()) else { return false };
        let values = head.and_then(|head| {
            let values = self.replaced(head.values, line.text.place());
            Ok((Values::new(&head, &values)?, head.rest))
        });
        match values {
            Ok((values, rest)) => self.frames.push(Frame::Repeat(values, line.text.from(rest))),
            Err(why) => {
                self.report
                    .error(line.text.place(), format!("this repeats nothing: {why}"))
                    .help("write ~SEQ(NAME, START, STEP, END) or ~LST(NAME, VALUE, VALUE)")
                    .swallowed("keepalived leaves out the line");
            }
        }
        true
    }

    /// A text of its own with every name replaced.
    fn replaced(&mut self, text: &str, place: Place) -> String {
        let mut buffer = Buffer::new(&Text::made(&text.into(), 0..text.len(), place));
        let folder = folder(self.path()).to_string();
        let replaced = replace::replace(&mut buffer, &mut self.definitions, &folder);
        self.charge(replaced.work, place);
        buffer.as_str().into()
    }

    /// Replaces the names of a line; answers whether that may have made it something else.
    fn replace(&mut self, line: &mut Line) -> bool {
        let mut buffer = Buffer::new(&line.text);
        let folder = folder(self.path()).to_string();
        let replaced = replace::replace(&mut buffer, &mut self.definitions, &folder);
        let place = line.text.place();
        self.charge(replaced.work, place);
        if let Some(used) = replaced.endless {
            self.endless(&buffer, used);
            return false;
        }
        if !replaced.any {
            return false;
        }
        // the value used last is the innermost: its lines come first
        let more = replaced.more.into_iter().map(|(value, at, place)| Frame::Lines(value, at, place));
        self.frames.extend(more);
        line.text = buffer.into_text().trimmed();
        line.dollar = line.text.as_str().contains('$');
        line.text.as_str().starts_with(['@', '$', '~'])
    }

    fn endless(&mut self, buffer: &Buffer, used: Range<usize>) {
        let name = buffer.as_str().get(used.clone()).unwrap_or_default();
        self.report
            .error(buffer.place_of(used), format!("replacing `{name}` goes on without end"))
            .help(format!("a line has at most {LONGEST} bytes, and its value may not contain itself"));
    }

    /// Reports the names that stay as they are, each once.
    pub(super) fn unreplaced(&mut self, line: &Text) {
        let text = line.as_str();
        let mut at = 0;
        while let Some(found) = replace::next_use(text, at) {
            at = found.range.end;
            let quoted = text.get(..found.range.start).unwrap_or_default().matches('"').count() % 2 == 1;
            if self.unknown.len() < 1000 && self.unknown.insert(found.name.to_string()) {
                let place = line.place_of(found.range.clone());
                self.stays(&found, place, quoted);
            }
        }
    }

    fn stays(&mut self, found: &Use<'_>, place: Place, quoted: bool) {
        let name = found.name;
        if self.definitions.knows(name) {
            let help = if found.ended {
                format!("`${name}` stands for several lines: write it at the end of a line")
            } else {
                format!(
                    "write `${{{name}}}`: without braces a blank, a comma or `)` must stand behind the name"
                )
            };
            self.report.warning(place, format!("`${name}` is not replaced here")).help(help);
        } else if found.braces && !quoted {
            self.report
                .error(place, format!("`${{{name}}}` is not defined"))
                .help(format!("write `${name}=` and its value before it"))
                .swallowed("keepalived takes its braces as those of a block");
        } else {
            self.report
                .warning(place, format!("`${name}` is not defined"))
                .help("it stays as it is; no shell will replace it");
        }
    }
}

/// `@id …` and `@^id …`: the rest of a line that is for this host.
fn condition(text: &Text, id: &str) -> Option<Text> {
    let line = text.as_str().strip_prefix('@')?;
    let (wanted, line) = line.strip_prefix('^').map_or((true, line), |line| (false, line));
    let (word, rest) = line.split_at_checked(line.find(BLANKS)?)?;
    ((word == id) == wanted).then(|| text.from(text.as_str().len() - rest.len()).trimmed())
}
