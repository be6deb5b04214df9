//! A classic BPF program for messages of closed sockets, so that connections wake nobody.

use std::collections::BTreeSet;

use socket2::SockFilter;

/// More ports than that are left to user space: a program is charged to `optmem_max`, 20 KiB on older kernels, twice while
/// it is replaced.
const MOST_PORTS: usize = 256;
/// The whole message.
const ACCEPT: u32 = u32::MAX;

// `linux/bpf_common.h`
const LOAD_HALF: u16 = 0x28;
const JUMP_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// `idiag_sport` and `idiag_dport`, in network byte order: behind the header (`struct nlmsghdr`) and four single bytes.
const LOCAL_PORT: u32 = 16 + 4;
const PEER_PORT: u32 = LOCAL_PORT + 2;

/// Sockets without a peer, on one of `ports` if they are given.
pub(super) fn without_peer(ports: Option<&BTreeSet<u16>>) -> Vec<SockFilter> {
    let mut program = vec![
        SockFilter::new(LOAD_HALF, 0, 0, PEER_PORT),
        SockFilter::new(JUMP_EQUAL, 1, 0, 0),
        SockFilter::new(RETURN, 0, 0, 0),
    ];
    let last = match ports.filter(|ports| ports.len() <= MOST_PORTS) {
        None => ACCEPT,
        Some(ports) => {
            program.push(SockFilter::new(LOAD_HALF, 0, 0, LOCAL_PORT));
            for port in ports {
                program.push(SockFilter::new(JUMP_EQUAL, 0, 1, u32::from(*port)));
                program.push(SockFilter::new(RETURN, 0, 0, ACCEPT));
            }
            0
        }
    };
    program.push(SockFilter::new(RETURN, 0, 0, last));
    program
}
