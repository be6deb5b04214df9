//! VRRP as TOML.

mod router;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Fifo, NOTIFY_TIMEOUT, Notify, SyncGroup, TrackFile, TrackProcess, TrackScript, VrrpConfig, thing,
};
use crate::director::MailConfig;
use crate::director::print::{print_notify, print_program};
use crate::print::{Lines, Quoted, inline, list};
use crate::read::format_duration;

pub(in crate::director) fn print(
    vrrp: &VrrpConfig,
    mail: Option<&MailConfig>,
    comments: &BTreeMap<String, Vec<String>>,
    lines: &mut Lines,
) {
    print_scripts(vrrp, lines);
    lines.section("[realtime]");
    lines.optional("priority", vrrp.realtime_priority, "the usual scheduling");
    lines.usual("lock_memory", vrrp.lock_memory, false);
    let alert = mail.map(|mail| mail.about.routers);
    for router in &vrrp.routers {
        let said = comments.get(&router.name).map(Vec::as_slice).unwrap_or_default();
        router::print(router, alert, said, lines);
    }
    vrrp.groups.iter().for_each(|group| print_group(group, alert, lines));
    vrrp.scripts.iter().for_each(|script| print_script(script, lines));
    vrrp.files.iter().for_each(|file| print_file(file, lines));
    vrrp.processes.iter().for_each(|process| print_process(process, lines));
}

fn print_scripts(vrrp: &VrrpConfig, lines: &mut Lines) {
    lines.section("[scripts]");
    lines.optional(
        "user",
        vrrp.script_user.as_ref().map(Quoted),
        "root, and files that root alone may write",
    );
    lines.usual_string("timeout", format_duration(vrrp.notify_timeout), format_duration(NOTIFY_TIMEOUT));
    for (key, fifo) in
        [("fifo", &vrrp.notify_fifo), ("vrrp_fifo", &vrrp.vrrp_fifo), ("lvs_fifo", &vrrp.lvs_fifo)]
    {
        let short = lines.is_short();
        lines.optional(key, fifo.as_ref().map(|fifo| print_fifo(fifo, short)), "none");
    }
}

fn print_fifo(fifo: &Fifo, short: bool) -> String {
    let path = format!("{}", Quoted(&fifo.path));
    if fifo.reader.is_empty() {
        return path;
    }
    inline([Some(format!("path = {path}")), Some(format!("reader = {}", print_program(&fifo.reader, short)))])
}

fn notify(notify: &Notify, lines: &mut Lines) {
    let Notify { any, master, backup, fault, stop } = notify;
    let commands = [("any", any), ("master", master), ("backup", backup), ("fault", fault), ("stop", stop)];
    print_notify(&commands, lines);
}

fn print_group(group: &SyncGroup, alert: Option<bool>, lines: &mut Lines) {
    lines.header("[[sync_group]]");
    lines.string("name", &group.group.name);
    lines.key("members", list(group.group.members.iter().map(Quoted)));
    notify(&group.notify, lines);
    if let Some(alert) = alert {
        lines.usual("alert", group.alert, alert);
    }
}

fn print_script(script: &TrackScript, lines: &mut Lines) {
    lines.header("[[track_script]]");
    lines.string("name", &script.name);
    lines.key("command", print_program(&script.command, lines.is_short()));
    lines.usual_string("interval", format_duration(script.interval), format_duration(thing::INTERVAL));
    lines.usual_string("timeout", format_duration(script.timeout), format_duration(script.interval));
    lines.usual("rise", script.rise, 1);
    lines.usual("fall", script.fall, 1);
    lines.optional("user", script.user.as_ref().map(Quoted), "as [scripts] says");
    lines.usual_string("initially", if script.initially_up { "up" } else { "down" }, "up");
}

fn print_file(file: &TrackFile, lines: &mut Lines) {
    lines.header("[[track_file]]");
    lines.string("name", &file.name);
    lines.string("path", &file.path);
    lines.usual_string("interval", format_duration(file.interval), format_duration(thing::INTERVAL));
}

fn print_process(process: &TrackProcess, lines: &mut Lines) {
    lines.header("[[track_process]]");
    lines.string("name", &process.name);
    lines.string("process", &process.process);
    lines.usual("minimum", process.minimum, 1);
    lines.usual_string("interval", format_duration(process.interval), format_duration(thing::INTERVAL));
}
