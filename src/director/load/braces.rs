//! Braces in the pattern of an `include`, as in the C shell: `{web,mail}.conf`.

/// More patterns than this are not made of one.
const PATTERNS: usize = 1_000;

/// Every pattern without braces that `pattern` stands for, in its order; none: there would be too many. Braces without a comma
/// or without their end stay as they are.
pub(super) fn expand(pattern: &str) -> Option<Vec<String>> {
    let mut open = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(next) = open.pop() {
        match first_braces(&next) {
            Some((before, choices, after)) => {
                // the last is looked at first
                open.extend(choices.iter().rev().map(|choice| format!("{before}{choice}{after}")));
            }
            None => done.push(next),
        }
        if open.len() + done.len() > PATTERNS {
            return None;
        }
    }
    Some(done)
}

/// What stands before the first braces with a choice, the choices, and what stands behind.
fn first_braces(pattern: &str) -> Option<(&str, Vec<&str>, &str)> {
    pattern.match_indices('{').find_map(|(start, _)| {
        let (before, rest) = pattern.split_at_checked(start)?;
        let (choices, after) = choices(rest.strip_prefix('{')?)?;
        (choices.len() > 1).then_some((before, choices, after))
    })
}

/// The words between commas up to the brace that closes, and what stands behind it.
fn choices(text: &str) -> Option<(Vec<&str>, &str)> {
    let (mut depth, mut start, mut found) = (0_u32, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(text.get(start..at)?);
                start = at + 1;
                if character == '}' {
                    return Some((found, text.get(start..)?));
                }
            }
            _ => {}
        }
    }
    None
}
