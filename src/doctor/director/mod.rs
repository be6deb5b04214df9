//! Rules for a director.
