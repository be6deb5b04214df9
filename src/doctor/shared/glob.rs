//! Patterns of file names.

/// Whether a path fits a pattern: `*` stands for any signs but `/`, `?` for one of them (`glob(7)`).
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_fits(pattern, part) => {}
            _ => return false,
        }
    }
}

/// Goes back to the last `*` only: what an earlier one took makes no difference.
fn part_fits(pattern: &str, part: &str) -> bool {
    let (mut pattern, mut rest) = (pattern.chars(), part.chars());
    let mut again = None;
    loop {
        let before = (pattern.clone(), rest.clone());
        match (pattern.next(), rest.next()) {
            (Some('*'), _) => {
                rest = before.1;
                again = Some((pattern.clone(), rest.clone()));
            }
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {}
            _ => {
                let Some((after, mut later)) = again.take() else { return false };
                if later.next().is_none() {
                    return false;
                }
                pattern = after.clone();
                rest = later.clone();
                again = Some((after, later));
            }
        }
    }
}

#[cfg(test)]
mod tests;
