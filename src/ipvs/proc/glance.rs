//! A number that changes when anything in the file does, but the connection counts.

/// FNV-1a's offset and prime of 64 bits.
const START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// A fingerprint of the file without its columns `ActiveConn` and `InActConn`: the same as long as nothing but
/// connections changed (what the file does not show, it does not see either). A cheap look before a full dump;
/// not a promise against someone who wants equal numbers.
pub fn glance(file: &[u8]) -> u64 {
    file.split(|byte| *byte == b'\n').fold(START, |hash, line| step(mix(hash, settled(line)), 0))
}

/// The line as far as it does not count connections: a destination's up to the end of its weight.
fn settled(line: &[u8]) -> &[u8] {
    if !line.starts_with(b"  -> ") {
        return line;
    }
    // the counts are the last two words
    let line = without_last_word(line.trim_ascii_end());
    without_last_word(line.trim_ascii_end())
}

fn without_last_word(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| *byte == b' ').unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

/// Eight bytes at a time: a byte at a time would take four times as long.
fn mix(mut hash: u64, bytes: &[u8]) -> u64 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        hash = step(hash, u64::from_le_bytes(*chunk));
    }
    rest.iter().fold(hash, |hash, byte| step(hash, u64::from(*byte)))
}

const fn step(hash: u64, word: u64) -> u64 {
    // the multiplication carries upwards only; the rotation brings the upper bits down again
    (hash ^ word).wrapping_mul(PRIME).rotate_left(29)
}
