//! The load average as a weight.

use std::fs;
use std::path::PathBuf;

use super::steady::Bounds;

/// A host with more processors is counted as one with so many.
const MOST_PROCESSORS: u64 = 1 << 16;

/// The load average of a minute for each processor of the host.
#[derive(Debug)]
pub(super) struct Load {
    /// in hundredths, for each processor
    full: u32,
    bounds: Bounds,
    average: PathBuf,
    online: PathBuf,
}

impl Load {
    /// This host's, which a cgroup's limit or an affinity of this process does not change.
    pub(super) fn new(full: u32, bounds: Bounds) -> Self {
        Self::at(full, bounds, "/proc/loadavg".into(), "/sys/devices/system/cpu/online".into())
    }

    pub(super) fn at(full: u32, bounds: Bounds, average: PathBuf, online: PathBuf) -> Self {
        Self { full, bounds, average, online }
    }

    /// In percent.
    pub(super) fn measure(&self) -> Result<u8, String> {
        let text = fs::read_to_string(&self.average)
            .map_err(|error| format!("cannot read {}: {error}", self.average.display()))?;
        let load = hundredths(&text)
            .ok_or_else(|| format!("{} does not begin with a load average", self.average.display()))?;
        Ok(percent(load, self.processors(), self.full, self.bounds))
    }

    fn processors(&self) -> u64 {
        let text = fs::read_to_string(&self.online).ok();
        let counted = text.and_then(|text| listed(&text));
        let own =
            || std::thread::available_parallelism().map_or(1, |number| number.get().try_into().unwrap_or(1));
        counted.unwrap_or_else(own)
    }
}

/// `most` without any load, `least` at the full load and above, and evenly between.
pub(super) fn percent(load: u64, processors: u64, full: u32, bounds: Bounds) -> u8 {
    let full = u64::from(full).saturating_mul(processors.clamp(1, MOST_PROCESSORS)).max(1);
    let range = u64::from(bounds.most.saturating_sub(bounds.least));
    let taken = load.min(full).saturating_mul(range).div_euclid(full);
    bounds.most.saturating_sub(u8::try_from(taken).unwrap_or(u8::MAX)).max(bounds.least)
}

/// `0.52 0.58 0.59 1/389 12345`: 52.
pub(super) fn hundredths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_whitespace().next()?.split_once('.')?;
    let (whole, part) = (digits(whole)?, (part.len() == 2).then(|| digits(part))??);
    whole.checked_mul(100)?.checked_add(part)
}

/// `0-3,6`: 5.
pub(super) fn listed(text: &str) -> Option<u64> {
    let mut sum = 0_u64;
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let more = digits(last)?.checked_sub(digits(first)?)?.checked_add(1)?;
        sum = sum.checked_add(more)?;
    }
    Some(sum)
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
