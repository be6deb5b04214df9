//! Bytes as lines, whichever way they end: LF, CR LF or CR.

use alloc::vec::Vec;
use core::mem;

use crate::Broken;

/// Longest line, in bytes
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// Where the stream is between two reads.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// a line without its end yet
    begun: Vec<u8>,
    /// a LF at the very front belongs to the line before
    after_cr: bool,
}

impl Lines {
    /// Gives each line that is complete, without its end.
    pub(super) fn take(
        &mut self,
        mut bytes: &[u8],
        mut line: impl FnMut(&[u8]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        while let Some(first) = bytes.first() {
            if mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = rest(bytes);
                continue;
            }
            let len = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, end) = bytes.split_at(len.unwrap_or(bytes.len()));
            if self.begun.len().saturating_add(part.len()) > LONGEST_LINE {
                return Err(Broken::LongEvent);
            }
            if len.is_none() {
                self.begun.extend_from_slice(part);
                return Ok(());
            }
            self.after_cr = end.first() == Some(&b'\r');
            bytes = rest(end);
            self.complete(part, &mut line)?;
        }
        Ok(())
    }

    fn complete(
        &mut self,
        part: &[u8],
        line: &mut impl FnMut(&[u8]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if self.begun.is_empty() {
            return line(part);
        }
        // taken, so that a long line's memory does not stay
        let mut whole = mem::take(&mut self.begun);
        whole.extend_from_slice(part);
        line(&whole)
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.begun.capacity()
    }
}

fn rest(bytes: &[u8]) -> &[u8] {
    bytes.get(1..).unwrap_or_default()
}
