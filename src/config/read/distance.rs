//! The nearest known word.

use alloc::vec;
use alloc::vec::Vec;

/// Longer words are not compared: the work is the product of the lengths.
const LONGEST: usize = 40;

/// The known word that was probably meant: at most a third of its letters differ, capitals aside, or it begins alike.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_ascii_lowercase().replace('-', "_");
    known
        .into_iter()
        .filter_map(|candidate| Some((closeness(&lower, candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn closeness(word: &str, candidate: &str) -> Option<usize> {
    let comparable = candidate.to_ascii_lowercase().replace('-', "_");
    let distance = distance(word.as_bytes(), comparable.as_bytes());
    let longer = word.len().max(candidate.len());
    let abbreviated = word.len() >= 3 && (comparable.starts_with(word) || word.starts_with(&comparable));
    (abbreviated || distance <= (longer / 3).max(1)).then_some(distance)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (row, &x) in a.iter().enumerate() {
        let mut line = Vec::with_capacity(b.len() + 1);
        line.push(row + 1);
        for (column, &y) in b.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut best = at(&above, column) + usize::from(x != y);
            best = best.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let left = column.checked_sub(1);
            if let Some(left) = left.filter(|left| previous == Some(y) && b.get(*left) == Some(&x)) {
                best = best.min(at(&before, left) + 1);
            }
            line.push(best);
        }
        previous = Some(x);
        before = core::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
