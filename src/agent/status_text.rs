//! The status for a person: one line for each VIP.

use std::time::{Duration, UNIX_EPOCH};

use watch::{Drain, DrainPhase, Repairs, Status, StepStatus, VipStatus};

/// Done and not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    done: &'static str,
    missing: &'static str,
}

impl Marks {
    /// For terminals that show Unicode.
    pub(crate) const UNICODE: Self = Self { done: "✓", missing: "✗" };
    /// For all others.
    pub(crate) const ASCII: Self = Self { done: "+", missing: "-" };

    /// As the locale says (`locale(7)`).
    pub(crate) fn of_locale() -> Self {
        let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
        let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") { Self::UNICODE } else { Self::ASCII }
    }
}

/// The whole status.
pub(crate) fn text(status: &Status, marks: Marks) -> String {
    let wide = status.vips.iter().map(|vip| vip.address.to_string().len()).max().unwrap_or_default();
    let states: Vec<String> = status.vips.iter().map(state).collect();
    let state_wide = states.iter().map(|state| state.chars().count()).max().unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    for (vip, state) in status.vips.iter().zip(&states) {
        let steps: Vec<String> = vip.steps.iter().map(|step| step_text(step, marks)).collect();
        let line = format!("{:<wide$}  {state:<state_wide$}  {}", vip.address.to_string(), steps.join("  "));
        lines.push(line.trim_end().to_owned());
    }
    lines.push(footer(status));
    lines.extend(status.problems.iter().map(|problem| format!("! {problem}")));
    lines.join("\n")
}

fn state(vip: &VipStatus) -> String {
    match (&vip.barred, vip.draining_since) {
        (Some(reason), _) => format!("NOT READY ({reason})"),
        (None, Some(since)) => draining(vip.drain.as_ref(), since),
        (None, None) if vip.ready => "ready".to_owned(),
        (None, None) => "NOT READY".to_owned(),
    }
}

fn draining(drain: Option<&Drain>, since_s: u64) -> String {
    let phase = drain.map_or("draining", |drain| phase(drain.phase));
    let waits = drain.and_then(|drain| drain.waits_for.as_ref());
    let waits = waits.map(|what| format!(" (waits for {what})")).unwrap_or_default();
    format!("{phase} since {}{waits}", utc(since_s))
}

/// As in the JSON.
pub(crate) fn phase(phase: DrainPhase) -> &'static str {
    match phase {
        DrainPhase::Quiescing => "quiescing",
        DrainPhase::Draining => "draining",
        DrainPhase::Leaving => "leaving",
        DrainPhase::Left => "left",
    }
}

fn step_text(step: &StepStatus, marks: Marks) -> String {
    match (&step.reason, &step.note) {
        (Some(reason), _) => format!("{} {}: {reason}", marks.missing, step.step),
        (None, Some(note)) => format!("{} {} ({note})", marks.done, step.step),
        (None, None) => format!("{} {}", marks.done, step.step),
    }
}

fn footer(status: &Status) -> String {
    let drained = status.draining_since.map(|since| format!("; the whole host drains since {}", utc(since)));
    let weight = status.weight.map(|weight| format!("; weight {weight} %"));
    let (weight, drained) = (weight.unwrap_or_default(), drained.unwrap_or_default());
    format!("{}; {}{weight}{drained}", status.summary(), repairs(status.repairs))
}

fn repairs(repairs: Repairs) -> String {
    if repairs.total() == 0 {
        return "no repairs".to_owned();
    }
    let kinds = [
        (repairs.addresses, "address", "addresses"),
        (repairs.sysctls, "sysctl", "sysctls"),
        (repairs.devices, "device", "devices"),
    ];
    let counted = kinds.into_iter().filter(|(count, ..)| *count > 0);
    let counted =
        counted.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }));
    format!("repaired: {}", counted.collect::<Vec<_>>().join(", "))
}

fn utc(since_s: u64) -> String {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(since_s)).unwrap_or(UNIX_EPOCH);
    daemon::clock::rfc3339(time).replace(".000Z", "Z")
}

#[cfg(test)]
mod tests;
