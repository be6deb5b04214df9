//! Two lists of lines, side by side for a reader: the longest common subsequence stays unmarked.

pub(crate) fn difference(expected: &[String], done: &[String]) -> String {
    let common = lengths(expected, done);
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < expected.len() || j < done.len() {
        let same = i < expected.len() && j < done.len() && expected[i] == done[j];
        if same {
            text.push_str(&format!("    {}\n", expected[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == done.len() || (i < expected.len() && common[i + 1][j] >= common[i][j + 1]) {
            text.push_str(&format!("  - {}\n", expected[i]));
            i += 1;
        } else {
            text.push_str(&format!("  + {}\n", done[j]));
            j += 1;
        }
    }
    text
}

/// How much the rests from each pair of places have in common.
fn lengths(a: &[String], b: &[String]) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i][j] =
                if a[i] == b[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    table
}

#[test]
fn lines_that_are_in_one_only_are_marked() {
    let lines = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(difference(&lines("a b d"), &lines("a c d")), "    a\n  - b\n  + c\n    d\n");
}
