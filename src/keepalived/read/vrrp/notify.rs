//! `notify*`: programs that are run at transitions.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use config::director::Notify;

use super::command::program;
use super::said::Said;
use super::value::shown;
use crate::report::Report;
use crate::syntax::Word;

/// Of an instance or a group; the first of a keyword counts.
pub(super) fn read(said: &Said<'_>, script_user: Option<&str>, report: &mut Report) -> Notify {
    let mut one = |keyword: &str| -> Vec<String> {
        let Some(line) = said.first(keyword, report) else { return Vec::new() };
        let Some(program) = program(line, true, report) else { return Vec::new() };
        check_user(keyword, program.behind, script_user, report);
        program.command
    };
    Notify {
        any: one("notify"),
        master: one("notify_master"),
        backup: one("notify_backup"),
        fault: one("notify_fault"),
        stop: one("notify_stop"),
    }
}

/// Programs at transitions have one user, that of `script_user`.
pub(in crate::read) fn check_user(
    keyword: &str,
    behind: &[Word],
    script_user: Option<&str>,
    report: &mut Report,
) {
    let Some(user) = behind.first() else { return };
    let all = script_user.unwrap_or("root");
    if user.text() != all {
        let help = match script_user {
            None => format!("write `script_user {}` in global_defs, or no user here", shown(user.text())),
            Some(all) => format!("leave the user away: `script_user` is {all}"),
        };
        report
            .error(user.place, format_args!("`{keyword}` has a user of its own"))
            .label(format_args!("all notify programs are run by {all}"))
            .help(help);
    }
    tell_group(behind.get(1), report);
}

/// A group beside a user.
pub(in crate::read) fn tell_group(group: Option<&Word>, report: &mut Report) {
    if let Some(group) = group {
        report
            .note(group.place, format_args!("the group `{}` is not looked at", shown(group.text())))
            .help("a program has the groups that its user has in the user database");
    }
}
