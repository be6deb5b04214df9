//! What happened, for a reader of a failed seed.

use std::fmt;
use std::time::Duration;

use lvs_vrrp::{Holding, Transition};

use crate::plan::Deed;

pub(crate) enum Line {
    Deed(Deed),
    Transition(usize, Transition),
    Hold(usize, Holding),
    Announce(usize),
}

#[derive(Default)]
pub(crate) struct Story(Vec<(Duration, Line)>);

impl Story {
    pub(crate) fn add(&mut self, at: Duration, line: Line) {
        self.0.push((at, line));
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in &self.0 {
            write!(f, "{:>11.6} ", at.as_secs_f64())?;
            match line {
                Line::Deed(deed) => writeln!(f, "*** {deed:?}")?,
                Line::Transition(node, Transition { from, to, reason, .. }) => {
                    writeln!(f, "    {node} {from} -> {to}: {reason}")?;
                }
                Line::Hold(node, holding) => writeln!(f, "    {node} holds: {holding:?}")?,
                Line::Announce(node) => writeln!(f, "    {node} announces")?,
            }
        }
        Ok(())
    }
}
