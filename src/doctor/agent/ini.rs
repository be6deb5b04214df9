//! Files with `[Section]` and `Key=Value`.

use crate::File;
use crate::shared::{Line, said};

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) section: &'a str,
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) line: Line<'a>,
}

/// All of a file. A line without `=` has an empty value.
pub(super) fn entries(file: &File) -> impl Iterator<Item = Entry<'_>> {
    let mut section = "";
    said(file).filter_map(move |line| {
        if let Some(name) = line.text.strip_prefix('[') {
            section = name.trim_end_matches(']');
            return None;
        }
        let (key, value) = line.text.split_once('=').unwrap_or((line.text, ""));
        Some(Entry { section, key: key.trim_end(), value: value.trim_start(), line })
    })
}
