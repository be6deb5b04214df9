//! How a configuration is printed.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// How much [`super::DirectorConfig::to_toml_with`] prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// everything, with every default spelled out
    #[default]
    Effective,
    /// what differs from the defaults, as a person would write it
    Short,
}

/// What is said above the parts of a printed configuration. A text with line breaks makes several lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// above everything
    pub top: Vec<String>,
    /// above a `[[vrrp]]`, by its name
    pub routers: BTreeMap<String, Vec<String>>,
    /// above a `[[service]]`, by its name; one with an `addresses` or `fwmarks` list by the group's name
    pub services: BTreeMap<String, Vec<String>>,
}
