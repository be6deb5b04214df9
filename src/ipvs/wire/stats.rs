//! `IPVS_STATS_ATTR_*`, 32 bits wide in `STATS` and 64 in `STATS64`.

use super::{DecodeError, attribute::Attributes};
use crate::Stats;

/// Unknown counters are skipped, missing ones are 0.
pub(super) fn decode(attributes: Attributes<'_>) -> Result<Stats, DecodeError> {
    let mut stats = Stats::default();
    for attribute in attributes {
        let attribute = attribute?;
        let place = match attribute.kind {
            1 => &mut stats.connections,
            2 => &mut stats.packets_in,
            3 => &mut stats.packets_out,
            4 => &mut stats.bytes_in,
            5 => &mut stats.bytes_out,
            6 => &mut stats.connections_per_s,
            7 => &mut stats.packets_in_per_s,
            8 => &mut stats.packets_out_per_s,
            9 => &mut stats.bytes_in_per_s,
            10 => &mut stats.bytes_out_per_s,
            _ => continue,
        };
        *place = attribute.wide()?;
    }
    Ok(stats)
}
