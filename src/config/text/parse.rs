//! A whole text to a tree, with everything that is wrong in it as TOML.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use toml_parser::lexer::{Token, TokenKind};
use toml_parser::parser::{RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source};

use super::build::Builder;
use super::insert::Conflict;
use super::tree::Document;
use crate::read::Report;

/// Longer texts are refused unread: 16 MiB hold 3,000 services of sixteen servers with every default spelled out, and
/// reading takes up to ten times the text's length in memory while it lasts.
pub(crate) const MAX_TEXT: usize = 16 << 20;
/// Tokens between two headers: what a million values have at most, and less than 100 MB.
const MAX_TOKENS: usize = 4 << 20;
/// The configuration itself is five deep.
const MAX_DEPTH: u32 = 16;

/// The tree of a text; none where its structure is broken, so that nothing can be said about its content.
pub(crate) fn parse<'t>(text: &'t str, report: &mut Report<'_>) -> Option<Document<'t>> {
    if text.len() > MAX_TEXT {
        report
            .error_nowhere(format_args!(
                "the file has {} bytes, more than the {MAX_TEXT} that are read",
                text.len()
            ))
            .help("is this the right file?");
        return None;
    }
    let mut grammar = Grammar { report, broken: false };
    let builder = build(text, &mut grammar);
    let broken = grammar.broken || builder.too_many;
    for error in &builder.bad_values {
        tell(report, error);
    }
    if builder.too_many {
        report.error_nowhere("the file holds more than a million values").help("is this the right file?");
    }
    if broken {
        // keys may have landed in the wrong table: anything said about them could mislead
        return None;
    }
    for conflict in &builder.conflicts {
        tell_conflict(report, conflict);
    }
    Some(builder.into_document())
}

/// Tokens are parsed piece by piece: all at once they would take fifteen times the memory of the text.
fn build<'t>(text: &'t str, grammar: &mut Grammar<'_, '_>) -> Builder<'t> {
    let source = Source::new(text);
    let mut builder = Builder::new(source);
    let mut checked = ValidateWhitespace::new(&mut builder, source);
    let mut guarded = RecursionGuard::new(&mut checked, MAX_DEPTH);
    let mut piece = Piece::default();
    for token in source.lex() {
        if piece.ends_before(token.kind()) {
            parse_document(&piece.tokens, &mut guarded, grammar);
            piece.tokens.clear();
        }
        piece.add(token);
        if piece.tokens.len() > MAX_TOKENS {
            builder.too_many = true;
            return builder;
        }
    }
    parse_document(&piece.tokens, &mut guarded, grammar);
    builder
}

/// Tokens of a text from the header of one table to that of another.
#[derive(Default)]
struct Piece {
    tokens: Vec<Token>,
    /// brackets and braces that are open
    depth: usize,
}

impl Piece {
    /// A piece is cut at the first header behind so many tokens.
    const LONG: usize = 2_048;

    /// Outside of every bracket, one at the beginning of a line begins a header.
    fn ends_before(&self, next: TokenKind) -> bool {
        next == TokenKind::LeftSquareBracket
            && self.depth == 0
            && self.tokens.len() >= Self::LONG
            && self.tokens.last().is_some_and(|last| last.kind() == TokenKind::Newline)
    }

    fn add(&mut self, token: Token) {
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => self.depth += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                self.depth = self.depth.saturating_sub(1);
            }
            TokenKind::Dot
            | TokenKind::Equals
            | TokenKind::Comma
            | TokenKind::Comment
            | TokenKind::Whitespace
            | TokenKind::Newline
            | TokenKind::LiteralString
            | TokenKind::BasicString
            | TokenKind::MlLiteralString
            | TokenKind::MlBasicString
            | TokenKind::Atom
            | TokenKind::Eof => {}
        }
        self.tokens.push(token);
    }
}

/// Takes what the parser finds wrong with the structure.
struct Grammar<'a, 't> {
    report: &'a mut Report<'t>,
    broken: bool,
}

impl ErrorSink for Grammar<'_, '_> {
    fn report_error(&mut self, error: ParseError) {
        self.broken = true;
        tell(self.report, &error);
    }
}

fn tell(report: &mut Report<'_>, error: &ParseError) {
    let span = error.unexpected().or(error.context());
    let place = span.map_or(0..0, |span| span.start()..span.end());
    let word = report.text().get(place.clone()).unwrap_or_default();
    let unquoted = error.description() == "string values must be quoted";
    let draft = report.error(place.clone(), error.description());
    match error.expected() {
        _ if unquoted => draft.help(format_args!("write \"{}\"", word.trim())),
        Some(expected) if !expected.is_empty() => draft.label(list(expected)),
        Some(_) | None => draft.label("not expected here"),
    };
}

fn list(expected: &[Expected]) -> String {
    let mut text = String::from("expected ");
    for (at, one) in expected.iter().enumerate() {
        if at > 0 {
            text.push_str(" or ");
        }
        match one {
            Expected::Literal("\n") => text.push_str("the end of the line"),
            Expected::Literal(literal) => {
                let _ = write!(text, "`{literal}`");
            }
            Expected::Description(words) => text.push_str(words),
            _ => text.push_str("something else"),
        }
    }
    text
}

fn tell_conflict(report: &mut Report<'_>, conflict: &Conflict) {
    let Conflict { key, place, first, is_already } = conflict;
    let line = first.as_ref().map(|first| report.line(first.start));
    let is_header = report.text().get(..place.start).is_some_and(|before| before.ends_with(['[', '.']));
    let draft = match is_already {
        Some(what) => report
            .error(place.clone(), format_args!("`{key}` is {what} already, it cannot be a table too"))
            .label("used as a table here"),
        None => {
            report.error(place.clone(), format_args!("`{key}` is written twice")).label("the second time")
        }
    };
    match line {
        Some(line) if is_header && is_already.is_none() => draft.help(format_args!(
            "the first is in line {line}: write their keys in one place, or begin each with [[{key}]] where there may be several"
        )),
        Some(line) => draft.help(format_args!("the first is in line {line}: keep one of the two")),
        None => draft.help("write the keys of one table in one place"),
    };
}
