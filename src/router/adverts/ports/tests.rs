use std::sync::Arc;

use super::*;
use crate::testing::router;

fn ports(members: &[(u32, &str)]) -> Ports {
    let member = |(id, more): &(u32, &str)| (RouterId(*id), Member::new(Arc::new(router(more))));
    let mut ports = Ports::default();
    ports.set(&members.iter().map(member).collect());
    ports
}

fn found(ports: &Ports, payload: &[u8]) -> Result<Vec<u32>, Refused> {
    ports.routers_of(0, payload).map(|ids| ids.map(|id| id.0).collect())
}

#[test]
fn a_packet_is_for_the_router_of_its_number() {
    let ports = ports(&[(0, "")]);
    assert_eq!(found(&ports, &[0x31, 51]), Ok(vec![0]));
    assert_eq!(found(&ports, &[0x31, 52]), Err(Refused::UnknownVrid));
    assert_eq!(found(&ports, &[0x31]), Err(Refused::Length));
}

#[test]
fn of_two_versions_each_hears_its_own_and_the_newest_the_rest() {
    let ports = ports(&[(0, "version = 2\n"), (1, "version = 3\n")]);
    assert_eq!(found(&ports, &[0x21, 51]), Ok(vec![0]));
    assert_eq!(found(&ports, &[0x31, 51]), Ok(vec![1]));
    assert_eq!(found(&ports, &[0x41, 51]), Ok(vec![1]));
}

#[test]
fn one_that_leaves_and_the_one_that_comes_instead_hear_both() {
    assert_eq!(found(&ports(&[(0, ""), (1, "")]), &[0x31, 51]), Ok(vec![0, 1]));
}

#[test]
fn an_interface_with_the_index_of_another_is_another_one() {
    let link = |mac| Some(LinkId { index: 7, mac: Some([2, 0, 0, 0, 0, mac]) });
    let mut port = Port::new("eth0", Family::V4);
    port.stand_on(link(1));
    port.retry_at = Some(RETRY);
    port.stand_on(link(1));
    assert_eq!(port.retry_at, Some(RETRY), "the same");
    port.stand_on(link(2));
    assert_eq!(port.retry_at, None, "opened at once");
}
