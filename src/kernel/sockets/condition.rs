//! A program by which the kernel chooses what a dump tells (`inet_diag_bc_run`): operations that say how many bytes
//! further to go on, by yes and by no. At the end is yes, four bytes behind it no.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// More are left to user space: the kernel goes through all of them for every socket.
const MOST_ADDRESSES: usize = 256;

// `linux/inet_diag.h`
const JUMP: u8 = 1;
const LOCAL_ADDRESS: u8 = 7;
/// any port
const ANY_PORT: i32 = -1;
/// bytes of `struct inet_diag_bc_op`
const OPERATION: usize = 4;
/// bytes of `struct inet_diag_hostcond` without its address
const CONDITION: usize = 8;

/// The local address is one of these; one of IPv4 may be mapped. Empty, which takes all, for none or too many.
pub(super) fn any_of(addresses: &BTreeSet<IpAddr>) -> Vec<u8> {
    if addresses.len() > MOST_ADDRESSES {
        return Vec::new();
    }
    let mut program: Vec<u8> = Vec::new();
    // from its end, where it is known how far that is
    for address in addresses.iter().rev() {
        let jump = if program.is_empty() {
            Vec::new()
        } else {
            operation(JUMP, OPERATION, OPERATION + program.len())
        };
        let mut before = compare(*address);
        before.extend(jump);
        before.append(&mut program);
        program = before;
    }
    program
}

/// By yes the next operation, by no the one behind that.
fn compare(address: IpAddr) -> Vec<u8> {
    let (family, bytes) = match address {
        IpAddr::V4(address) => (super::Family::V4, address.octets().to_vec()),
        IpAddr::V6(address) => (super::Family::V6, address.octets().to_vec()),
    };
    let length = OPERATION + CONDITION + bytes.len();
    let prefix = u8::try_from(8 * bytes.len()).unwrap_or_default();
    let mut compare = operation(LOCAL_ADDRESS, length, length + OPERATION);
    compare.extend([family.number(), prefix, 0, 0]);
    compare.extend(ANY_PORT.to_ne_bytes());
    compare.extend(bytes);
    compare
}

fn operation(code: u8, yes: usize, no: usize) -> Vec<u8> {
    let [low, high] = u16::try_from(no).unwrap_or_default().to_ne_bytes();
    vec![code, u8::try_from(yes).unwrap_or_default(), low, high]
}
