//! One packet.

use lvs_vrrp::{Advert, Packet, vrid_of};

use super::reader::Reader;

/// A byte for the family, one for the pseudo-header, one for the TTL, and the payload. What is read must be written so that it
/// is read as the same. Returns whether it was an advert.
pub(crate) fn advert(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    let v6 = reader.bit();
    let pseudo_header = reader.bit();
    let ttl = if reader.byte() == 0 { 1 } else { 255 };
    let (source, destination) = (reader.address(v6), reader.address(v6));
    let payload = reader.bytes(usize::MAX);
    let read = Advert::parse(&Packet { source, destination, ttl, payload }, pseudo_header);
    let Ok(advert) = read else { return false };
    assert_eq!(vrid_of(payload), Some(advert.vrid.get()));
    let payload = &advert.emit(source, destination, pseudo_header);
    let again = Advert::parse(&Packet { source, destination, ttl, payload }, pseudo_header);
    assert_eq!(again, Ok(advert));
    true
}
