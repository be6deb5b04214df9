//! What becomes of a line by its keyword alone.

use crate::keywords::{Section, Verdict};
use crate::report::Report;
use crate::syntax::Line;

/// Whether a keyword means something here. What does not is reported.
pub(in crate::read) fn judge(path: &[&str], line: &Line, report: &mut Report) -> bool {
    let keyword = line.keyword();
    let Some(found) = Section::at(path).and_then(|section| section.find(keyword)) else {
        let block = path.last().copied().unwrap_or("here");
        report
            .error(line.place(), format_args!("{block} has no keyword `{}`", super::value::shown(keyword)))
            .swallowed("keepalived leaves it away");
        return false;
    };
    match found.verdict {
        Verdict::Works | Verdict::Differently(_) => return true,
        Verdict::Ignored(why) => {
            report.warning(line.words_place(), format_args!("`{keyword}` has no effect")).label(why);
        }
        Verdict::Refused(why) => {
            report.error(line.words_place(), format_args!("`{keyword}` is not supported")).help(why);
        }
    }
    false
}
