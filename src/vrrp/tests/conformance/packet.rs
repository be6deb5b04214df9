//! Packets of others: right in everything but what a case says.

use std::net::IpAddr;

use lvs_vrrp::{Advert, Packet, Password, Settings, Vrid};

use crate::case::{addresses, interval, version, yes};

/// A packet on its way to us.
pub(crate) struct Sent {
    source: IpAddr,
    destination: IpAddr,
    ttl: u8,
    payload: Vec<u8>,
}

impl Sent {
    pub(crate) fn packet(&self) -> Packet<'_> {
        let Self { source, destination, ttl, .. } = *self;
        Packet { source, destination, ttl, payload: &self.payload }
    }
}

/// What is changed behind the advert's back.
#[derive(Default)]
struct Damage {
    /// (offset, byte), before the checksum is computed
    bytes: Vec<(usize, u8)>,
    len: Option<usize>,
    wrong_sum: bool,
}

/// From `key value` pairs: `from`, `priority`, `to`, `ttl`, `version`, `vrid`, `interval`, `addresses`, `password`,
/// `pseudo-header`, `checksum wrong`, `length`, and `byteN` for single bytes. None when a word is unknown.
pub(crate) fn sent(options: &[&str], ours: &Settings) -> Option<Sent> {
    let mut advert = like_ours(ours);
    let (mut source, mut destination) = (None, ours.group);
    let (mut ttl, mut pseudo_header, mut damage) = (255, ours.pseudo_header, Damage::default());
    let (pairs, rest) = options.as_chunks::<2>();
    for [key, value] in pairs {
        match *key {
            "from" => source = value.parse().ok(),
            "to" => destination = value.parse().ok()?,
            "ttl" => ttl = value.parse().ok()?,
            "priority" => advert.priority = value.parse().ok()?,
            "version" => advert.version = version(value),
            "vrid" => advert.vrid = Vrid::new(value.parse().ok()?)?,
            "interval" => advert.interval = interval(value),
            "addresses" => advert.addresses = addresses(value),
            "password" => advert.password = password(value),
            "pseudo-header" => pseudo_header = yes(value),
            "checksum" => damage.wrong_sum = *value == "wrong",
            "length" => damage.len = value.parse().ok(),
            byte => damage.bytes.push((byte.strip_prefix("byte")?.parse().ok()?, value.parse().ok()?)),
        }
    }
    let source = source.filter(|_| rest.is_empty())?;
    let payload = damaged(advert.emit(source, destination, pseudo_header), &damage);
    Some(Sent { source, destination, ttl, payload })
}

fn like_ours(ours: &Settings) -> Advert {
    Advert {
        version: ours.version,
        vrid: ours.vrid,
        priority: 100,
        interval: ours.interval,
        addresses: ours.addresses.clone(),
        password: ours.password,
    }
}

fn password(word: &str) -> Option<Password> {
    if word == "none" { None } else { Password::new(word.as_bytes()) }
}

fn damaged(mut bytes: Vec<u8>, damage: &Damage) -> Vec<u8> {
    let before: u32 = words(&bytes);
    for (at, byte) in &damage.bytes {
        bytes[*at] = *byte;
    }
    bytes.resize(damage.len.unwrap_or(bytes.len()), 0);
    let (now, mut field) = (words(&bytes), u32::from(u16::from_be_bytes([bytes[6], bytes[7]])));
    // what the words lost, the checksum field gains, in ones' complement
    field = (field + before % 0xffff + 0xffff - now % 0xffff + u32::from(damage.wrong_sum)) % 0xffff;
    bytes[6..8].copy_from_slice(&u16::try_from(field).unwrap().to_be_bytes());
    bytes
}

/// The sum of all but the checksum field.
fn words(bytes: &[u8]) -> u32 {
    let word = |pair: &[u8]| u32::from(pair[0]) * 256 + u32::from(*pair.get(1).unwrap_or(&0));
    bytes.chunks(2).enumerate().filter(|(at, _)| *at != 3).map(|(_, pair)| word(pair)).sum()
}
