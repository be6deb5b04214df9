//! Asks by ARP and neighbour discovery who has the VIPs, and whether real servers are there.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use config::director::DirectorConfig;
use doctor::director::{Claims, Way};
use doctor::{Seen, Unseen};
use ipvs::Forward;
use kernel::arp::{Announcer, Listener, SocketError};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::unseen;

/// Addresses that are asked for on one interface at most: VIPs come first.
const MOST: usize = 1_024;
/// Interfaces that are asked on at most.
const MOST_INTERFACES: usize = 64;
/// Hosts that are noted for one address: more are one mistake.
const MOST_HOSTS: usize = 16;
/// How often each is asked: a packet may be lost, or a host asleep.
const ROUNDS: u32 = 3;
/// From one round to the next.
const ROUND: Duration = Duration::from_millis(400);
/// So many at once, then a pause: a switch is not flooded.
const BURST: usize = 64;
const PAUSE: Duration = Duration::from_millis(5);

/// What is asked for on one interface.
#[derive(Default)]
struct Questions {
    vips: BTreeSet<IpAddr>,
    others: BTreeSet<IpAddr>,
}

/// On every interface that has VIPs or leads to real servers and is an Ethernet one.
pub(super) async fn ask_all(
    config: &DirectorConfig,
    ways: &BTreeMap<IpAddr, Result<Way, String>>,
) -> BTreeMap<String, Seen<Claims>> {
    let mut asking = JoinSet::new();
    for (interface, addresses) in questions(config, ways).into_iter().take(MOST_INTERFACES) {
        asking.spawn(async move {
            let claims = ask(&interface, &addresses).await;
            (interface, claims)
        });
    }
    let answers = asking.join_all().await;
    answers.into_iter().filter_map(|(interface, claims)| Some((interface, claims?))).collect()
}

fn questions(
    config: &DirectorConfig,
    ways: &BTreeMap<IpAddr, Result<Way, String>>,
) -> BTreeMap<String, Vec<IpAddr>> {
    let mut questions: BTreeMap<&str, Questions> = BTreeMap::new();
    let routers = config.vrrp.routers.iter();
    for held in routers.flat_map(|router| router.addresses.iter().chain(&router.excluded)) {
        questions.entry(&held.interface).or_default().vips.insert(held.address);
    }
    for held in &config.addresses {
        questions.entry(&held.interface).or_default().vips.insert(held.address);
    }
    for host in hosts(config) {
        if let Some(Ok(Way { interface, via: None })) = ways.get(&host) {
            questions.entry(interface).or_default().others.insert(host);
        }
    }
    let ordered = |questions: Questions| {
        questions.vips.into_iter().chain(questions.others).take(MOST).collect::<Vec<IpAddr>>()
    };
    questions.into_iter().map(|(interface, questions)| (interface.to_owned(), ordered(questions))).collect()
}

/// Real servers that must be on the link, and peers.
fn hosts(config: &DirectorConfig) -> impl Iterator<Item = IpAddr> {
    let reals = config.services.iter().flat_map(|service| &service.reals);
    let direct = reals.filter(|real| real.destination.forward == Forward::Direct);
    let peers = config.vrrp.routers.iter().flat_map(|router| &router.peers);
    direct.map(|real| real.key.address).chain(peers.copied())
}

/// None: an interface where nobody asks so.
async fn ask(interface: &str, addresses: &[IpAddr]) -> Option<Seen<Claims>> {
    let opened = Announcer::open(interface).and_then(|announcer| Ok((announcer, Listener::open(interface)?)));
    let (announcer, mut listener) = match opened {
        Ok(opened) => opened,
        Err(SocketError::NotEthernet(_)) => return None,
        Err(error) => return Some(Seen::Unseen(unseen(&error))),
    };
    // where the kernel takes no filter, more is thrown away here
    let _ = listener.set_addresses(addresses);
    Some(match rounds(&announcer, &mut listener, addresses).await {
        Ok(claims) => Seen::Known(claims),
        Err(error) => Seen::Unseen(Unseen {
            why: format!("cannot ask who has which address on {interface}: {error}"),
            how: format!("ip link show {interface}"),
        }),
    })
}

async fn rounds(announcer: &Announcer, listener: &mut Listener, addresses: &[IpAddr]) -> io::Result<Claims> {
    let mut claims: Claims = addresses.iter().map(|address| (*address, BTreeSet::new())).collect();
    for _ in 0..ROUNDS {
        let end = Instant::now() + ROUND;
        for burst in addresses.chunks(BURST) {
            burst.iter().try_for_each(|address| asked(announcer.ask(*address)))?;
            sleep(PAUSE).await;
            hear(listener, &mut claims, Instant::now()).await?;
        }
        hear(listener, &mut claims, end).await?;
    }
    Ok(claims)
}

/// A full queue is no fault: there are other rounds.
fn asked(sent: io::Result<()>) -> io::Result<()> {
    match sent {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        sent => sent,
    }
}

/// Until `end`, and what waits already.
async fn hear(listener: &mut Listener, claims: &mut Claims, end: Instant) -> io::Result<()> {
    while let Ok(claim) = timeout_at(end, listener.next()).await {
        let claim = claim?;
        if let Some(hosts) = claims.get_mut(&claim.address)
            && hosts.len() < MOST_HOSTS
        {
            hosts.insert(claim.mac);
        }
    }
    Ok(())
}
