//! `$NAME=value`.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;

use crate::Host;

/// What a name stands for.
#[derive(Clone)]
pub(super) struct Definition {
    /// lines apart by `\n`
    pub(super) value: Rc<str>,
    /// of several lines: only at the end of a line it stands for them
    pub(super) long: bool,
}

/// The names known so far.
pub(super) struct Definitions<'h> {
    host: &'h Host<'h>,
    own: BTreeMap<String, Definition>,
    chance: u64,
}

/// `$NAME=`: the name, and where the value begins. No blank may stand before the `=`.
pub(super) fn head(text: &str) -> Option<(&str, usize)> {
    let behind = text.strip_prefix('$')?;
    let len = name_length(behind)?;
    let value = behind.get(len..)?.strip_prefix('=')?;
    let blanks = value.len() - value.trim_start_matches([' ', '\t']).len();
    Some((behind.get(..len)?, 1 + len + 1 + blanks))
}

/// How long the name is that a text begins with.
pub(super) fn name_length(text: &str) -> Option<usize> {
    let first = text.bytes().next()?;
    let more = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    (first.is_ascii_alphabetic() || first == b'_').then(|| text.bytes().take_while(more).count())
}

impl<'h> Definitions<'h> {
    pub(super) const fn new(host: &'h Host<'h>) -> Self {
        Self { host, own: BTreeMap::new(), chance: host.seed }
    }

    pub(super) fn set(&mut self, name: &str, value: &str, long: bool) {
        let definition = Definition { value: value.into(), long };
        if let Some(known) = self.own.get_mut(name) {
            *known = definition;
        } else {
            self.own.insert(name.to_owned(), definition);
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.own.contains_key(name)
    }

    /// What a name stands for, in a file of the folder `folder`; `numbers` are those of `${_RANDOM 1 6}`.
    pub(super) fn get(&mut self, name: &str, numbers: &str, folder: &str) -> Option<Definition> {
        if let Some(own) = self.own.get(name) {
            return numbers.is_empty().then(|| own.clone());
        }
        let value: Rc<str> = match name {
            "_RANDOM" => format!("{}", self.random(numbers)).into(),
            _ if !numbers.is_empty() => return None,
            "_PWD" => folder.into(),
            "_INSTANCE" => self.host.instance.unwrap_or(self.host.id).into(),
            "_HASH" => "#".into(),
            "_BANG" => "!".into(),
            _ => return None,
        };
        Some(Definition { value, long: false })
    }

    /// Between the two numbers, both included; from 0 and to 32767 unless said.
    fn random(&mut self, numbers: &str) -> u64 {
        let mut numbers =
            numbers.split_ascii_whitespace().map(|number| number.parse::<u64>().unwrap_or(u64::MAX));
        let low = numbers.next().unwrap_or(0);
        let high = numbers.next().unwrap_or(32_767).max(low);
        let count = (high - low).saturating_add(1);
        low + self.next() % count
    }

    /// SplitMix64
    fn next(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.chance ^ (self.chance >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
