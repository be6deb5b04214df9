//! `regex` and its kin: what the body of an answer must or must not have.
//!
//! keepalived's expressions are PCRE's. Those here take time in the length of the body, whatever they are, and therefore have
//! no look-around and no back-references; options are written into the expression.

use alloc::format;
use alloc::string::String;

use health::BodyMatch;
use regex::bytes::RegexBuilder;

use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{at_most, number, shown};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// As `match` in director.toml has them.
const MOST_COMPILED: usize = 1 << 20;
const MOST_WRITTEN: usize = 4_096;
/// Options that change nothing here.
const WITHOUT: [&str; 13] = [
    "auto_callout",
    "dupnames",
    "match_unset_backref",
    "never_backslash_c",
    "never_ucp",
    "never_utf",
    "no_auto_capture",
    "no_auto_possess",
    "no_dotstar_anchor",
    "no_start_optimize",
    "ucp",
    "use_offset_limit",
    "utf",
];

/// Something is wrong, and reported.
pub(super) struct Refused;

pub(super) fn read(said: &Said<'_>, report: &mut Report) -> Result<Option<BodyMatch>, Refused> {
    let not = said.last("regex_no_match", report);
    let Some(line) = said.last("regex", report) else {
        let rest = ["regex_no_match", "regex_options", "regex_min_offset", "regex_max_offset"];
        for line in rest.into_iter().filter_map(|keyword| said.all(keyword).first()) {
            tell_alone(line, report);
        }
        return Ok(None);
    };
    if let Some(not) = not {
        at_most(not, 0, report);
    }
    let flags = flags(said, report)?;
    let regex = expression(line, &flags, report)?;
    let mut offset = |keyword: &str| {
        let read =
            number(said.last(keyword, report)?, 0..=i64::from(u32::MAX), "keepalived leaves it away", report);
        read.and_then(|read| u32::try_from(read).ok())
    };
    let (min_offset, max_offset) =
        (offset("regex_min_offset").filter(|min| *min > 0), offset("regex_max_offset"));
    if max_offset.is_some_and(|max| max < min_offset.unwrap_or(0)) {
        report
            .error(line.place(), "no match can begin behind its `regex_max_offset`")
            .help("write a `regex_max_offset` that is not below `regex_min_offset`");
        return Err(Refused);
    }
    Ok(Some(BodyMatch { regex, wanted: not.is_none(), min_offset, max_offset }))
}

fn tell_alone(line: &Line, report: &mut Report) {
    report
        .error(line.words_place(), format!("`{}` without `regex`", line.keyword()))
        .help("write `regex` too, or leave it away")
        .swallowed("keepalived leaves it away");
}

/// What `regex_options` says.
#[derive(Default)]
struct Flags {
    /// as they are written within an expression
    inline: String,
    /// `$` matches at the very end alone
    dollar_endonly: bool,
}

fn flags(said: &Said<'_>, report: &mut Report) -> Result<Flags, Refused> {
    let mut flags = Flags::default();
    for word in said.all("regex_options").iter().flat_map(|line| line.values()) {
        for option in word.text().split_ascii_whitespace() {
            let letter = match option {
                "caseless" => 'i',
                "multiline" => 'm',
                "dotall" => 's',
                "ungreedy" => 'U',
                "extended" => 'x',
                "dollar_endonly" => {
                    flags.dollar_endonly = true;
                    continue;
                }
                _ if WITHOUT.contains(&option) => continue,
                _ => return Err(tell_option(word, option, report)),
            };
            if !flags.inline.contains(letter) {
                flags.inline.push(letter);
            }
        }
    }
    Ok(flags)
}

fn tell_option(word: &Word, option: &str, report: &mut Report) -> Refused {
    report
        .error(word.place, format!("the option `{}` of expressions is not supported", shown(option)))
        .help("there are caseless, multiline, dotall, ungreedy, extended and dollar_endonly");
    Refused
}

fn expression(line: &Line, flags: &Flags, report: &mut Report) -> Result<String, Refused> {
    at_most(line, 1, report);
    let Some(word) = line.value(0).filter(|word| !word.text().is_empty()) else {
        report
            .error(line.place(), "`regex` has no value")
            .help("write what is looked for in quotes: `regex \"status: ok\"`");
        return Err(Refused);
    };
    let dollar = !flags.dollar_endonly && !flags.inline.contains('m');
    let translated = translated(word.text(), dollar);
    let text = if flags.inline.is_empty() { translated } else { format!("(?{}){translated}", flags.inline) };
    let (wrong, help) = if text.len() > MOST_WRITTEN {
        (format!("is longer than {MOST_WRITTEN} bytes"), "write a shorter one")
    } else {
        match RegexBuilder::new(&text).size_limit(MOST_COMPILED).build() {
            Ok(_) => return Ok(text),
            Err(regex::Error::CompiledTooBig(_)) => {
                (String::from("is too large"), "write smaller repetitions: `{1000}` is a thousand copies")
            }
            Err(error) => (
                format!("is not valid here: {}", reason(&error)),
                "write it without look-around and back-references; what must not match goes into a url of its own, with `regex_no_match`",
            ),
        }
    };
    report.error(word.place, format!("the expression {wrong}")).help(help);
    Err(Refused)
}

/// The last line of what the regex crate says, which draws the place above it.
fn reason(error: &regex::Error) -> String {
    let text = format!("{error}");
    let last = text.lines().last().unwrap_or_default();
    String::from(shown(last.strip_prefix("error: ").unwrap_or(last)))
}

/// PCRE's `$` (and `\Z`) also matches before a line break at the end; the one here does not.
fn translated(regex: &str, dollar: bool) -> String {
    const END: &str = r"(?:\n?\z)";
    let mut text = String::with_capacity(regex.len() + END.len());
    let mut chars = regex.chars();
    let mut class = Class::Outside;
    while let Some(one) = chars.next() {
        match (one, class) {
            ('\\', _) => match chars.next() {
                Some('Z') if class == Class::Outside => text.push_str(END),
                Some(next) => {
                    text.push('\\');
                    text.push(next);
                    class = class.next('\\');
                }
                None => text.push('\\'),
            },
            ('$', Class::Outside) if dollar => text.push_str(END),
            _ => {
                text.push(one);
                class = class.next(one);
            }
        }
    }
    text
}

/// Whether one is within `[…]`, where `$` is a sign like others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Outside,
    /// directly behind `[`
    Opened,
    /// directly behind `[^`
    Negated,
    Inside,
}

impl Class {
    const fn next(self, one: char) -> Self {
        match (self, one) {
            (Self::Outside, '[') => Self::Opened,
            (Self::Opened, '^') => Self::Negated,
            (Self::Inside, ']') | (Self::Outside, _) => Self::Outside,
            // a `]` at the beginning is a sign of the class
            (Self::Opened | Self::Negated | Self::Inside, _) => Self::Inside,
        }
    }
}

#[cfg(test)]
mod tests;
