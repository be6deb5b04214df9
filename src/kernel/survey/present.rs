//! Whether the kernel has something already, found out without making it load that.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use doctor::Modules;

/// Lists of modules and functions are read so far: some 200 thousand functions have 10 MB.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// By the list of modules loaded, by that of those built in, and where that is missing by a function of the module in the list
/// of the kernel's functions. None: nobody can tell.
pub(super) fn is_present(
    proc: &Path,
    modules: &Modules,
    module: &str,
    function: Option<&str>,
) -> Option<bool> {
    if has_word(&proc.join("modules"), module, 0) == Some(true) {
        return Some(true);
    }
    if let Some(loaded) = modules.loaded.known() {
        return Some(loaded.contains(module));
    }
    // "0000000000000000 T nft_register_chain_type", where who may not know them sees no addresses
    has_word(&proc.join("kallsyms"), function?, 2)
}

/// Whether a line has this word at this place, from 0. None: there is nothing to be read.
fn has_word(file: &Path, wanted: &str, place: usize) -> Option<bool> {
    let mut lines =
        BufReader::new(File::open(file).ok()?.take(MOST_BYTES)).lines().map_while(Result::ok).peekable();
    lines.peek()?;
    Some(lines.any(|line| line.split_whitespace().nth(place) == Some(wanted)))
}
