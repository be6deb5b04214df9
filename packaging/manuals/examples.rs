//! Section 5: a commented example as a page. In the examples `# text` is a comment, `#key = value` a default, and a line
//! without `#` what a file needs; `#   indented` is TOML within a comment.

use clap_mangen::roff::{Roff, roman};

/// The page of the configuration `file` of `daemon`, from its commented example.
pub(crate) fn page(daemon: &str, file: &str, example: &str) -> String {
    let mut roff = Roff::new();
    let source = format!("lvs-rs {}", env!("CARGO_PKG_VERSION"));
    roff.control("TH", [file, "5", "", &source, "File Formats"]);
    roff.control("SH", ["NAME"]).text([roman(format!("{file} - configuration of {daemon}"))]);
    roff.control("SH", ["DESCRIPTION"]);
    for block in blocks(example) {
        block.render(&mut roff);
    }
    roff.control("SH", ["SEE ALSO"]).text([roman(format!("{daemon}(8)"))]);
    roff.render()
}

/// Lines of one kind that follow each other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// `[table]` or `[[list]]`: a part of the page begins.
    Table(String),
    Comment(String),
    Toml(Vec<String>),
}

impl Block {
    fn render(&self, roff: &mut Roff) {
        match self {
            Self::Table(name) => {
                roff.control("SH", [name.as_str()]);
            }
            Self::Comment(text) => {
                roff.control("PP", []).text([roman(text.as_str())]);
            }
            Self::Toml(lines) => {
                roff.control("RS", ["4"]).control("nf", []);
                for line in lines {
                    roff.text([roman(line.as_str())]);
                }
                roff.control("fi", []).control("RE", []);
            }
        }
    }
}

/// The example as blocks, in its order.
pub(crate) fn blocks(example: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut apart = true;
    for line in example.lines() {
        match kind(line) {
            None => apart = true,
            Some(block) => {
                add(&mut blocks, block, apart);
                apart = false;
            }
        }
    }
    blocks
}

/// What a line is; `None` for one that is empty but for `#`.
fn kind(line: &str) -> Option<Block> {
    let bare = line.strip_prefix('#').unwrap_or(line);
    let comment = line.starts_with("# ") && !line.starts_with("#   ");
    if bare.trim().is_empty() {
        None
    } else if comment {
        Some(Block::Comment(bare.trim().to_owned()))
    } else if bare.starts_with('[') {
        Some(Block::Table(bare.trim().to_owned()))
    } else if bare.starts_with(' ') {
        Some(Block::Toml(vec![bare.trim().to_owned()]))
    } else {
        // With its `#`: so the page, too, tells a default from what a file needs.
        Some(Block::Toml(vec![line.trim_end().to_owned()]))
    }
}

/// Joins what follows a line of its kind with it; an empty line keeps comments apart. What stands right above a table's name
/// is about the table.
fn add(blocks: &mut Vec<Block>, next: Block, apart: bool) {
    match (blocks.last_mut(), next) {
        (Some(Block::Comment(text)), Block::Comment(more)) if !apart => {
            text.push(' ');
            text.push_str(&more);
        }
        (Some(Block::Toml(lines)), Block::Toml(more)) => lines.extend(more),
        (Some(Block::Comment(_)), Block::Table(name)) if !apart => {
            blocks.insert(blocks.len() - 1, Block::Table(name));
        }
        (_, next) => blocks.push(next),
    }
}
