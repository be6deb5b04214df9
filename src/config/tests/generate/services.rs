//! Services, single and as lists.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use ipvs::{
    Checksum, Destination, DestinationKey, Family, Forward, Persistence, Protocol, Scheduler, SchedulerFlags,
    ServiceKey, ServiceSettings, Tunnel, TunnelKind, Weight,
};
use lvs_config::director::{AgentPolicy, RealAgent, RealNotify, RealServer, ServiceNotify, VirtualService};
use proptest::option;
use proptest::prelude::*;

use super::checks::{self, Plan};
use super::{maybe_command, port};

/// One section.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    keys: Keys,
    v6: bool,
    settings: ServiceSettings,
    numbers: (u32, u32),
    sorry: Option<(Forward, u16, bool)>,
    switches: (bool, bool, bool),
    notify: ServiceNotify,
    reals: Vec<Real>,
    /// all servers have the first one's checks
    common: bool,
    name: Option<String>,
}

#[derive(Clone, Debug)]
enum Keys {
    /// port and protocol
    One(u16, Protocol),
    Mark,
    /// gaps and ports of the addresses
    List(Vec<(u8, u16)>, Protocol),
    Marks(u8),
}

#[derive(Clone, Debug)]
struct Real {
    forward: Forward,
    /// NAT alone: a port of its own
    port: Option<u16>,
    numbers: (u32, u32, u32),
    switches: (bool, bool, bool),
    notify: RealNotify,
    agent: Option<(u16, AgentPolicy)>,
    checks: Vec<Plan>,
}

pub(super) fn plans() -> impl Strategy<Value = Vec<Section>> {
    prop::collection::vec(section(), 0..4)
}

fn section() -> impl Strategy<Value = Section> {
    let protocol =
        || prop_oneof![3 => Just(Protocol::Tcp), 1 => Just(Protocol::Udp), 1 => Just(Protocol::Sctp)];
    let some_port = || prop_oneof![3 => Just(80_u16), 1 => Just(443), 1 => 1..=u16::MAX];
    let keys = prop_oneof![
        (some_port(), protocol()).prop_map(|(port, protocol)| Keys::One(port, protocol)),
        Just(Keys::Mark),
        (prop::collection::vec((1..3_u8, some_port()), 1..8), protocol())
            .prop_map(|(all, protocol)| Keys::List(all, protocol)),
        (1..4_u8).prop_map(Keys::Marks),
    ];
    let sorry = option::of((forward(), 1..=u16::MAX, any::<bool>()));
    let notify = (maybe_command(), maybe_command())
        .prop_map(|(quorum_up, quorum_down)| ServiceNotify { quorum_up, quorum_down });
    let rest = (any::<(bool, bool, bool)>(), notify, prop::collection::vec(real(), 1..4), any::<bool>());
    let name = option::of("[a-z\"\\\\é ]{1,9}");
    ((keys, any::<bool>()), settings(), (1..100_u32, 0..9_u32), sorry, rest, name).prop_map(
        |((keys, v6), settings, numbers, sorry, (switches, notify, reals, common), name)| Section {
            keys,
            v6,
            settings,
            numbers,
            sorry,
            switches,
            notify,
            reals,
            common,
            name,
        },
    )
}

fn settings() -> impl Strategy<Value = ServiceSettings> {
    let scheduler = prop::sample::select(Scheduler::KNOWN.to_vec());
    let persistence = option::of((1..2_678_400_u32, 1..=32_u8));
    (scheduler, any::<(bool, bool, bool)>(), persistence).prop_map(|(scheduler, flags, persistence)| {
        ServiceSettings {
            scheduler: Scheduler::new(scheduler).unwrap(),
            flags: SchedulerFlags { flag1: flags.0, flag2: flags.1, flag3: flags.2 },
            one_packet: false,
            persistence: persistence.map(|(timeout, granularity)| Persistence {
                timeout_s: NonZeroU32::new(timeout).unwrap(),
                granularity,
                engine: None,
            }),
        }
    })
}

fn forward() -> impl Strategy<Value = Forward> {
    let tunnel = prop_oneof![
        Just(Tunnel::default()),
        (1..=u16::MAX).prop_map(|port| Tunnel { kind: TunnelKind::Gue, port, checksum: Checksum::Remote }),
        Just(Tunnel { kind: TunnelKind::Gre, port: 0, checksum: Checksum::Full }),
    ];
    prop_oneof![2 => Just(Forward::Direct), 2 => Just(Forward::Nat), 1 => tunnel.prop_map(Forward::Tunnel)]
}

fn real() -> impl Strategy<Value = Real> {
    let notify = (maybe_command(), maybe_command()).prop_map(|(up, down)| RealNotify { up, down });
    let numbers = (prop_oneof![Just(1_u32), 0..=Weight::MAX], 0..9_u32, 0..9_u32);
    let port = option::of(prop_oneof![Just(80_u16), 1..=u16::MAX]);
    let checks = prop_oneof![
        1 => Just(Vec::new()),
        3 => prop::collection::vec(checks::plan(), 1..4),
    ];
    (forward(), port, numbers, any::<(bool, bool, bool)>(), notify, agent(), checks).prop_map(
        |(forward, port, numbers, switches, notify, agent, checks)| Real {
            forward,
            port,
            numbers,
            switches,
            notify,
            agent,
            checks,
        },
    )
}

fn agent() -> impl Strategy<Value = Option<(u16, AgentPolicy)>> {
    let policy = prop_oneof![Just(AgentPolicy::Prefer), Just(AgentPolicy::Require)];
    prop_oneof![
        1 => Just(None),
        2 => Just(Some((9_781, AgentPolicy::Prefer))),
        1 => (1..=u16::MAX, policy).prop_map(Some),
    ]
}

pub(super) fn build(sections: Vec<Section>, mail: bool, script_user: Option<&str>) -> Vec<VirtualService> {
    let all = sections.into_iter().enumerate();
    all.flat_map(|(nth, section)| section.services(u8::try_from(nth).unwrap(), mail, script_user)).collect()
}

impl Section {
    fn services(self, nth: u8, mail: bool, script_user: Option<&str>) -> Vec<VirtualService> {
        let keys = self.keys(nth);
        let listed = matches!(self.keys, Keys::List(..) | Keys::Marks(_));
        let name = self.name.as_ref().map(|name| format!("{nth}{name}"));
        let name = name.or_else(|| listed.then(|| format!("{nth}")));
        let all = keys.into_iter().enumerate();
        all.map(|(at, key)| self.service((at, key), name.as_ref(), listed, mail, script_user)).collect()
    }

    fn keys(&self, nth: u8) -> Vec<ServiceKey> {
        let address = |at: u16| {
            if self.v6 {
                IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, nth.into(), 0, 0, 0, 0, at))
            } else {
                IpAddr::V4(Ipv4Addr::from_bits(u32::from_be_bytes([10, nth, 0, 250]) + u32::from(at)))
            }
        };
        let family = if self.v6 { Family::V6 } else { Family::V4 };
        let mark = |at: u8| ServiceKey::Fwmark {
            family,
            mark: NonZeroU32::new(u32::from(nth) * 10 + u32::from(at)).unwrap(),
        };
        match &self.keys {
            Keys::One(port, protocol) => {
                vec![ServiceKey::Address { protocol: *protocol, address: address(1), port: *port }]
            }
            Keys::Mark => vec![mark(1)],
            Keys::Marks(count) => (1..=*count).map(mark).collect(),
            Keys::List(gaps, protocol) => {
                let mut at = 0;
                let one = |(gap, port): &(u8, u16)| {
                    at += u16::from(*gap);
                    ServiceKey::Address { protocol: *protocol, address: address(at), port: *port }
                };
                gaps.iter().map(one).collect()
            }
        }
    }

    fn service(
        &self,
        (at, key): (usize, ServiceKey),
        name: Option<&String>,
        listed: bool,
        mail: bool,
        script_user: Option<&str>,
    ) -> VirtualService {
        let told = at == 0;
        let marked = matches!(key, ServiceKey::Fwmark { .. });
        let sorry_server = self.sorry.map(|(forward, own, _)| {
            let port = if matches!(forward, Forward::Nat) { own } else { port(key) };
            let one = Destination {
                forward,
                weight: Weight::new(1).unwrap(),
                upper_threshold: 0,
                lower_threshold: 0,
            };
            (DestinationKey { address: self.server(200), port }, one)
        });
        let reals = self.reals.iter().enumerate().map(|(number, real)| {
            let first = self.reals.first().filter(|_| self.common);
            let checks = &first.unwrap_or(real).checks;
            let address = self.server(u8::try_from(number).unwrap() + 1);
            real.build(address, key, checks, told, mail, script_user)
        });
        VirtualService {
            name: match name {
                Some(name) if listed => format!("{name} {key}"),
                Some(name) => name.clone(),
                None => key.to_string(),
            },
            group: name.filter(|_| listed).cloned(),
            key,
            settings: self.settings(key),
            quorum: self.numbers.0,
            hysteresis: self.numbers.1,
            sorry_server,
            sorry_inhibit: self.sorry.is_some_and(|(_, _, inhibit)| inhibit),
            omega: self.switches.0,
            ha_suspend: self.switches.1 && !marked,
            notify: if told { self.notify.clone() } else { ServiceNotify::default() },
            alert: self.switches.2 && mail && told,
            reals: reals.collect(),
        }
    }

    fn server(&self, number: u8) -> IpAddr {
        if self.v6 {
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, number.into()))
        } else {
            IpAddr::V4(Ipv4Addr::new(198, 51, 100, number))
        }
    }

    fn settings(&self, key: ServiceKey) -> ServiceSettings {
        let mut settings = self.settings.clone();
        let udp =
            matches!(key, ServiceKey::Address { protocol: Protocol::Udp, .. } | ServiceKey::Fwmark { .. });
        settings.one_packet = udp && self.switches.0;
        if let Some(persistence) = &mut settings.persistence {
            persistence.engine = udp.then(|| "sip".to_owned()).filter(|_| self.switches.1);
        }
        settings
    }
}

impl Real {
    fn build(
        &self,
        address: IpAddr,
        service: ServiceKey,
        plans: &[Plan],
        told: bool,
        mail: bool,
        script_user: Option<&str>,
    ) -> RealServer {
        let own = self.port.filter(|_| matches!(self.forward, Forward::Nat));
        let key = DestinationKey { address, port: own.unwrap_or(port(service)) };
        let vip = match service {
            ServiceKey::Address { address, .. } => Some(address).filter(|_| self.forward == Forward::Direct),
            ServiceKey::Fwmark { .. } => None,
        };
        let agent = self.agent.filter(|_| self.forward != Forward::Nat);
        let mut checks = Vec::new();
        for plan in plans {
            let check = plan.at(key, vip, script_user);
            if !checks.contains(&check) {
                checks.push(check);
            }
        }
        let (weight, upper, lower) = self.numbers;
        RealServer {
            agent: agent.map(|(port, policy)| RealAgent { address: SocketAddr::new(address, port), policy }),
            key,
            destination: Destination {
                forward: self.forward,
                weight: Weight::new(weight).unwrap(),
                upper_threshold: upper.max(lower),
                lower_threshold: lower,
            },
            alpha: self.switches.0,
            inhibit: self.switches.1,
            notify: if told { self.notify.clone() } else { RealNotify::default() },
            alert: self.switches.2 && mail && told,
            checks,
        }
    }
}
