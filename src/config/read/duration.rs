//! Durations: a whole number and a unit.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

/// Units, largest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// `250ms`, `6s`, `2m`, `1h`, `1d`; else what to write.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    let known = || UNITS.into_iter().find(|(name, _)| *name == unit);
    match (number.parse::<u64>(), known()) {
        (Ok(number), Some((_, factor))) => number
            .checked_mul(factor)
            .map(Duration::from_millis)
            .ok_or_else(|| String::from("that is longer than a computer lives")),
        (Ok(number), None) => Err(in_units(number, unit)),
        (Err(_), _) => Err(String::from("write a whole number and a unit, as in \"6s\" or \"250ms\"")),
    }
}

fn in_units(number: u64, unit: &str) -> String {
    if unit.is_empty() {
        return format!("add the unit: \"{number}s\" for seconds, \"{number}ms\" for milliseconds");
    }
    if let Some(milliseconds) = decimal(number, unit) {
        return format!("write \"{milliseconds}ms\"");
    }
    match unit.trim_start().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => format!("write \"{number}ms\""),
        "s" | "sec" | "secs" | "second" | "seconds" => format!("write \"{number}s\""),
        "m" | "min" | "mins" | "minute" | "minutes" => format!("write \"{number}m\""),
        "h" | "hour" | "hours" => format!("write \"{number}h\""),
        "d" | "day" | "days" => format!("write \"{number}d\""),
        _ => String::from("the units are ms, s, m, h and d, as in \"6s\" or \"250ms\""),
    }
}

/// `1` and `.5s` as milliseconds.
fn decimal(whole: u64, rest: &str) -> Option<u64> {
    let fraction = rest.strip_prefix('.')?;
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, unit) = fraction.split_at_checked(digits)?;
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let scale = 10_u64.checked_pow(u32::try_from(digits).ok()?)?;
    let part = fraction.parse::<u64>().ok()?.checked_mul(factor)?;
    if part % scale != 0 {
        return None;
    }
    whole.checked_mul(factor)?.checked_add(part / scale)
}

/// In the largest unit that says it exactly; what is below a millisecond is dropped.
pub(crate) fn format(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let fits = |(_, factor): &(&str, u64)| milliseconds.is_multiple_of(u128::from(*factor));
    match UNITS.into_iter().find(|unit| milliseconds > 0 && fits(unit)) {
        Some((name, factor)) => format!("{}{name}", milliseconds / u128::from(factor)),
        None => String::from("0s"),
    }
}

#[cfg(test)]
mod tests;
