//! Which interfaces join packets of a stream before the kernel sees them (`rx-lro`), by the generic netlink family `ethtool`
//! (Linux 5.10, `net/ethtool/features.c`).

use std::collections::BTreeSet;
use std::iter;
use std::ops::ControlFlow;

use ::ipvs::wire::{Content, decode_family_id};
use netlink_packet_core::{NLA_F_NESTED, NLA_TYPE_MASK};

use crate::genl::Genl;

/// Interfaces by their number.
pub(super) type Active = BTreeSet<u32>;

/// `GENL_ID_CTRL`, `CTRL_CMD_GETFAMILY`, `CTRL_ATTR_FAMILY_NAME`
const CONTROL: u16 = 16;
const GET_FAMILY: u8 = 3;
const FAMILY_NAME: u16 = 2;
/// `NLM_F_REQUEST`, with `NLM_F_DUMP`
const REQUEST: u16 = 1;
const DUMP: u16 = 0x301;
/// `ETHTOOL_MSG_FEATURES_GET`, `ETHTOOL_A_FEATURES_HEADER`, `ETHTOOL_A_FEATURES_ACTIVE`, `ETHTOOL_A_HEADER_DEV_INDEX`
const FEATURES_GET: u8 = 11;
const HEADER: u16 = 1;
const ACTIVE: u16 = 4;
const DEV_INDEX: u16 = 1;
/// `ETHTOOL_A_BITSET_BITS`, and in each of those `ETHTOOL_A_BITSET_BIT_NAME`: of a set without a mask only those that are on
const BITS: u16 = 3;
const BIT_NAME: u16 = 2;

/// Those where it is on.
pub(super) fn of_all() -> Result<Active, String> {
    let mut genl =
        Genl::open().map_err(|error| format!("cannot ask for the features of interfaces: {error}"))?;
    let family = family(&mut genl)?;
    let mut active = Active::new();
    // an empty header asks for every interface
    let body = attribute(HEADER | NLA_F_NESTED, &[]);
    exchange(&mut genl, family, FEATURES_GET, DUMP, &body, |body| {
        if let Some(index) = index_of(body).filter(|_| is_on(body)) {
            active.insert(index);
        }
        ControlFlow::Continue(())
    })?;
    Ok(active)
}

fn family(genl: &mut Genl) -> Result<u16, String> {
    let mut found = None;
    let body = attribute(FAMILY_NAME, b"ethtool\0");
    exchange(genl, CONTROL, GET_FAMILY, REQUEST, &body, |body| {
        found = decode_family_id(body).ok();
        ControlFlow::Break(())
    })?;
    found.ok_or_else(no_family)
}

fn no_family() -> String {
    "this kernel does not tell the features of interfaces by netlink".to_owned()
}

/// Hands over the attributes of each answer.
fn exchange(
    genl: &mut Genl,
    family: u16,
    command: u8,
    flags: u16,
    body: &[u8],
    mut take: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), String> {
    let first = genl.reserve(1);
    let mut refused = None;
    let done = genl.exchange(&message(family, command, flags, first, body), first, |_, answer| match answer
        .content
    {
        Content::Data { body, .. } => take(body),
        Content::Done(errno) => {
            refused = errno;
            ControlFlow::Break(())
        }
        Content::Refused(errno) => {
            refused = Some(errno);
            ControlFlow::Break(())
        }
        Content::Overrun | Content::Acknowledged => ControlFlow::Break(()),
        Content::Nothing => ControlFlow::Continue(()),
    });
    done.map_err(|error| format!("cannot ask for the features of interfaces: {error}"))?;
    if refused.is_some() { Err(no_family()) } else { Ok(()) }
}

/// `struct nlmsghdr`, `struct genlmsghdr` and what follows; the body is aligned already.
fn message(family: u16, command: u8, flags: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(20 + body.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    bytes.extend(length.to_ne_bytes());
    bytes.extend(family.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend([0, 0, 0, 0, command, 1, 0, 0]);
    bytes.extend(body);
    bytes
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    let mut bytes = Vec::new();
    bytes.extend(length.to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn index_of(body: &[u8]) -> Option<u32> {
    let index = within(within(body, HEADER)?, DEV_INDEX)?;
    Some(u32::from_ne_bytes(index.try_into().ok()?))
}

fn is_on(body: &[u8]) -> bool {
    let bits = within(body, ACTIVE).and_then(|set| within(set, BITS)).unwrap_or_default();
    let mut names = children(bits).filter_map(|(_, bit)| within(bit, BIT_NAME));
    names.any(|name| name.strip_suffix(b"\0") == Some(b"rx-lro"))
}

fn within(bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    children(bytes).find(|(kind, _)| *kind == wanted).map(|(_, value)| value)
}

/// Ends at the first that is broken.
fn children(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    iter::from_fn(move || {
        let (&[l0, l1, k0, k1], _) = bytes.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_ne_bytes([l0, l1]));
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((u16::from_ne_bytes([k0, k1]) & NLA_TYPE_MASK, value))
    })
}
