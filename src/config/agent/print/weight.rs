//! `[weight]`.

use crate::agent::{WeightConfig, WeightSource};
use crate::print::{Lines, Quoted, list};
use crate::read::format_duration;

pub(super) fn print(weight: &WeightConfig, lines: &mut Lines) {
    lines.header("[weight]");
    match &weight.source {
        WeightSource::Fixed(percent) => {
            lines.string("type", "fixed");
            return lines.key("percent", percent);
        }
        WeightSource::File(path) => {
            lines.string("type", "file");
            lines.string("path", path);
        }
        WeightSource::Script(script) => {
            lines.string("type", "script");
            lines.key("command", list(script.command.iter().map(Quoted)));
            lines.string("timeout", format_duration(script.timeout));
            lines.optional("user", script.user.as_ref().map(Quoted), "the agent's");
        }
        WeightSource::Load { full } => {
            lines.string("type", "load");
            lines.key("full", full);
        }
    }
    lines.key("least", weight.least);
    lines.key("most", weight.most);
    lines.string("smooth", format_duration(weight.smooth));
    lines.string("interval", format_duration(weight.interval));
}
