//! The marks of checks on the true path, once more: FNV-1a of the server's address, the next free one where it is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use lvs_config::director::VirtualService;

pub(super) fn mark(services: &mut [VirtualService], first: u32) {
    let mut checks: Vec<_> = services
        .iter_mut()
        .flat_map(|service| &mut service.reals)
        .flat_map(|real| &mut real.checks)
        .filter(|check| check.path.is_some())
        .collect();
    let servers: BTreeSet<IpAddr> = checks.iter().map(|check| check.target.ip()).collect();
    let mut offsets: BTreeMap<IpAddr, u32> = BTreeMap::new();
    for server in servers {
        let mut offset = wanted(server);
        while offsets.values().any(|taken| *taken == offset) {
            offset = offset % 65_535 + 1;
        }
        offsets.insert(server, offset);
    }
    for check in &mut checks {
        let server = check.target.ip();
        if let Some(path) = &mut Arc::make_mut(check).path {
            path.mark = first + offsets.get(&server).unwrap();
        }
    }
}

fn wanted(server: IpAddr) -> u32 {
    let bytes = match server {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let mut hash: u64 = 2_166_136_261;
    for byte in bytes {
        hash = (hash ^ u64::from(byte)) * 16_777_619 % (1 << 32);
    }
    u32::try_from(hash % 65_535).unwrap() + 1
}
