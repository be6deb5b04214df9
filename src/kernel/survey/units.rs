//! Units as systemd tells them.

use std::collections::BTreeMap;
use std::path::Path;

use doctor::{Seen, Unit};

use super::program::{Silence, ask};

const PROPERTIES: &str =
    "--property=Id,Names,LoadState,ActiveState,UnitFileState,TimeoutStopUSec,LimitNOFILE";

/// Those of these that there are.
pub(super) fn units(root: &Path, wanted: &[&str]) -> Seen<BTreeMap<String, Unit>> {
    if !root.join("run/systemd/system").is_dir() {
        return Seen::unseen("systemd does not run here", "run this on the host itself");
    }
    let mut arguments = vec!["show", "--no-pager", PROPERTIES, "--"];
    arguments.extend(wanted);
    match ask("systemctl", &arguments) {
        Ok(said) => Seen::Known(parse(&said)),
        Err(Silence::Missing) => Seen::unseen("systemctl is not installed", "install systemd"),
        Err(Silence::Failed(why) | Silence::TooMuch(why)) => Seen::unseen(why, "run this as root"),
    }
}

/// Paragraphs of `KEY=VALUE`, one for each unit.
pub(super) fn parse(text: &str) -> BTreeMap<String, Unit> {
    let mut units = BTreeMap::new();
    for paragraph in text.split("\n\n") {
        let values: BTreeMap<&str, &str> =
            paragraph.lines().filter_map(|line| line.split_once('=')).collect();
        let value = |key: &str| values.get(key).copied().unwrap_or_default();
        if matches!(value("LoadState"), "" | "not-found") {
            continue;
        }
        let unit = Unit {
            active: value("ActiveState").to_owned(),
            enabled: value("UnitFileState").to_owned(),
            stop_timeout_s: seconds(value("TimeoutStopUSec")),
            open_files: value("LimitNOFILE").parse().ok(),
        };
        let names = value("Names").split_whitespace().chain([value("Id")]);
        units.extend(names.map(|name| (name.to_owned(), unit.clone())));
    }
    units
}

/// `1min 30s`, as systemd writes times; none for `infinity`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    for word in text.split_whitespace() {
        let end = word.find(|sign: char| !sign.is_ascii_digit() && sign != '.')?;
        let (number, unit) = word.split_at(end);
        let number: u64 = number.split('.').next()?.parse().ok()?;
        let each = match unit {
            "w" => 604_800,
            "d" => 86_400,
            "h" => 3_600,
            "min" => 60,
            "s" => 1,
            "ms" | "us" => 0,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(each)?)?;
    }
    (!text.trim().is_empty()).then_some(total)
}
