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
pub(crate) struct Lines(String);

impl Lines {
    /// `[name]` or `[[name]]` after an empty line.
    pub(crate) fn header(&mut self, header: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(format_args!("{header}"));
    }

    pub(crate) fn key(&mut self, key: &str, value: impl Display) {
        self.line(format_args!("{key} = {value}"));
    }

    pub(crate) fn string(&mut self, key: &str, value: impl AsRef<str>) {
        self.key(key, Quoted(value));
    }

    /// A key that is set, or a comment that says what holds without it.
    pub(crate) fn optional(&mut self, key: &str, value: Option<impl Display>, unset: &str) {
        match value {
            Some(value) => self.key(key, value),
            None => self.line(format_args!("# {key}: {unset}")),
        }
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // writing to a String cannot fail
        let _ = self.0.write_fmt(line);
        self.0.push('\n');
    }
}
