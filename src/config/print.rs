//! Values as TOML text.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

/// A string in quotes, with what must be escaped escaped.
pub(crate) struct Quoted<T>(pub(crate) T);

impl<T: AsRef<str>> Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for one in self.0.as_ref().chars() {
            match one {
                '"' | '\\' => write!(f, "\\{one}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ if one.is_control() => write!(f, "\\u{:04X}", u32::from(one))?,
                _ => f.write_char(one)?,
            }
        }
        f.write_char('"')
    }
}

/// `["a", "b"]`.
pub(crate) fn list<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| alloc::format!("{value}")).collect();
    alloc::format!("[{}]", values.join(", "))
}

/// `{ a = 1, b = 2 }`.
pub(crate) fn inline<T: Display>(pairs: impl IntoIterator<Item = Option<T>>) -> String {
    let pairs: Vec<String> = pairs.into_iter().flatten().map(|pair| alloc::format!("{pair}")).collect();
    if pairs.is_empty() {
        return String::from("{}");
    }
    alloc::format!("{{ {} }}", pairs.join(", "))
}

/// `[]`, or one value in each line.
pub(crate) fn block<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("[");
    for value in values {
        // writing to a String cannot fail
        let _ = write!(text, "\n    {value},");
    }
    text.push_str(if text.len() == 1 { "]" } else { "\n]" });
    text
}

/// A text that grows by lines.
#[derive(Default)]
pub(crate) struct Lines {
    text: String,
    /// what holds anyhow is left away
    short: bool,
    /// a section that is not there until it has a key
    pending: Option<&'static str>,
}

impl Lines {
    /// With every default, or without.
    pub(crate) fn new(short: bool) -> Self {
        Self { short, ..Self::default() }
    }

    /// Whether defaults are left away.
    pub(crate) const fn is_short(&self) -> bool {
        self.short
    }

    /// `[[name]]` after an empty line.
    pub(crate) fn header(&mut self, header: &str) {
        self.commented_header(&[], header);
    }

    /// The same below comments.
    pub(crate) fn commented_header(&mut self, comments: &[String], header: &str) {
        self.pending = None;
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.blank();
        }
        self.comments(comments);
        self.line(format_args!("{header}"));
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// `[name]`; where defaults are left away, only if a key follows.
    pub(crate) fn section(&mut self, header: &'static str) {
        if self.short {
            self.pending = Some(header);
        } else {
            self.header(header);
        }
    }

    /// Comments; a line break makes one more line, other control characters become spaces.
    pub(crate) fn comments(&mut self, comments: &[String]) {
        for line in comments.iter().flat_map(|comment| comment.split('\n')) {
            let clean = line.trim_end().chars().map(|one| if one.is_control() { ' ' } else { one });
            let clean: String = clean.collect();
            self.text.push_str(if clean.is_empty() { "#" } else { "# " });
            self.line(format_args!("{clean}"));
        }
    }

    pub(crate) fn key(&mut self, key: &str, value: impl Display) {
        if let Some(header) = self.pending.take() {
            self.header(header);
        }
        self.line(format_args!("{key} = {value}"));
    }

    pub(crate) fn string(&mut self, key: &str, value: impl AsRef<str>) {
        self.key(key, Quoted(value));
    }

    /// A key that holds without being said too.
    pub(crate) fn usual<T: PartialEq + Display>(&mut self, key: &str, value: T, usual: T) {
        if !self.short || value != usual {
            self.key(key, value);
        }
    }

    /// The same in quotes.
    pub(crate) fn usual_string(&mut self, key: &str, value: impl AsRef<str>, usual: impl AsRef<str>) {
        if !self.short || value.as_ref() != usual.as_ref() {
            self.string(key, value);
        }
    }

    /// A key that is set, or a comment that says what holds without it.
    pub(crate) fn optional(&mut self, key: &str, value: Option<impl Display>, unset: &str) {
        match value {
            Some(value) => self.key(key, value),
            None if self.short => {}
            None => self.line(format_args!("# {key}: {unset}")),
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // writing to a String cannot fail
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }
}
