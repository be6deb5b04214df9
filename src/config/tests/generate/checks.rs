//! Checks, before and after they have a server.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use health::{
    BodyMatch, CheckKind, CheckSpec, DnsCheck, DrPath, FileCheck, HttpCheck, HttpVersion, MysqlCheck,
    MysqlRole, PostgresCheck, PostgresRole, RedisCheck, RedisRole, ScriptCheck, SmtpCheck, StatusRange,
    TcpCheck, TlsCheck, UdpCheck,
};
use ipvs::DestinationKey;
use proptest::option;
use proptest::prelude::*;

use super::{command, duration, login, verify};

/// A check that is made at any server.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    spec: CheckSpec,
    /// on the true path, where there is one
    path: bool,
    address: Option<IpAddr>,
    port: Option<u16>,
}

impl Plan {
    /// The check of a server; scripts have a user where `script_user` has one. On the true path it has no mark yet.
    pub(super) fn at(
        &self,
        server: DestinationKey,
        vip: Option<IpAddr>,
        script_user: Option<&str>,
    ) -> Arc<CheckSpec> {
        let mut spec = self.spec.clone();
        if let Some(vip) = vip.filter(|_| self.path) {
            spec.path = Some(DrPath { vip, mark: 0 });
            (spec.source, spec.interface, spec.mark) = (None, None, None);
            spec.target = SocketAddr::new(server.address, server.port);
            return Arc::new(spec);
        }
        if let CheckKind::Script(script) = &mut spec.kind
            && script.user.is_none()
        {
            script.user = script_user.map(str::to_owned);
        }
        let here = matches!(spec.kind, CheckKind::Script(_) | CheckKind::File(_));
        let port = if spec.kind == CheckKind::Ping {
            0
        } else if here {
            server.port
        } else {
            // a server without a port is checked at some port
            self.port.unwrap_or(if server.port == 0 { 99 } else { server.port })
        };
        let address = self.address.filter(|_| !here).unwrap_or(server.address);
        spec.source = spec.source.filter(|source| source.is_ipv4() == address.is_ipv4());
        spec.target = SocketAddr::new(address, port);
        Arc::new(spec)
    }
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let address = option::weighted(0.2, Just("192.0.2.77".parse().unwrap()));
    let port = option::weighted(0.3, prop_oneof![Just(80_u16), Just(443), 1..=u16::MAX]);
    let path = any::<bool>();
    (kind(), times(), from(), address, port, path).prop_map(|(kind, times, from, address, port, path)| {
        let mut spec = CheckSpec { kind: kind.clone(), ..times };
        let stream = !matches!(
            kind,
            CheckKind::Ping
                | CheckKind::Dns(_)
                | CheckKind::Udp(_)
                | CheckKind::Script(_)
                | CheckKind::File(_)
        );
        if !stream {
            (spec.connect_timeout, spec.reply_timeout) = (None, None);
        }
        if matches!(&kind, CheckKind::Tcp(tcp) if tcp.expect.is_empty()) {
            spec.reply_timeout = None;
        }
        if !matches!(kind, CheckKind::Script(_) | CheckKind::File(_)) {
            (spec.source, spec.interface, spec.mark) = from;
        }
        Plan { spec, path: path && stream, address, port }
    })
}

fn from() -> impl Strategy<Value = (Option<IpAddr>, Option<String>, Option<u32>)> {
    let source = option::weighted(0.2, Just("192.0.2.2".parse().unwrap()));
    (source, option::weighted(0.2, "[a-zé\"]{1,5}"), option::weighted(0.2, 1..=999_u32))
}

fn times() -> impl Strategy<Value = CheckSpec> {
    let usual = CheckSpec::new("192.0.2.1:1".parse().unwrap(), CheckKind::Ping);
    let interval = prop_oneof![Just(usual.interval), duration(10..=86_400_000)];
    let timeout = prop_oneof![Just(usual.timeout), duration(1..=86_400_000)];
    let optional = || option::weighted(0.3, duration(0..=86_400_000));
    let phase = || option::weighted(0.3, duration(1..=3_600_000));
    let rounds = || prop_oneof![Just(1_u32), Just(3), 1..=1_000_u32];
    (
        (interval, any::<bool>(), duration(10..=86_400_000)),
        timeout,
        (optional(), optional()),
        (phase(), phase()),
        (rounds(), rounds()),
    )
        .prop_map(
            move |((interval, same, down), timeout, (retry, warmup), (connect, reply), (fall, rise))| {
                CheckSpec {
                    interval,
                    interval_down: if same { interval } else { down },
                    interval_retry: retry,
                    warmup,
                    timeout,
                    connect_timeout: connect,
                    reply_timeout: reply,
                    fall,
                    rise,
                    ..usual.clone()
                }
            },
        )
}

fn kind() -> impl Strategy<Value = CheckKind> {
    prop_oneof![
        2 => Just(CheckKind::Tcp(TcpCheck::CONNECT)),
        2 => (bytes(), bytes()).prop_map(|(send, expect)| CheckKind::Tcp(TcpCheck { send, expect })),
        3 => http().prop_map(CheckKind::Http),
        1 => "[!-~]{1,9}".prop_map(|helo| CheckKind::Smtp(SmtpCheck { helo })),
        1 => ("[a-z_*\"]{1,9}(\\.[a-z]{1,3})?\\.?", prop::sample::select(vec!["A", "SOA", "TXT"])).prop_map(|(name, record)| {
            CheckKind::Dns(DnsCheck { name, record: record.to_owned() })
        }),
        1 => (bytes(), any::<bool>(), any::<(u16, u16)>(), bytes()).prop_map(|(payload, require_reply, (a, b), expect)| {
            CheckKind::Udp(UdpCheck { payload, require_reply, min_reply: a.min(b), max_reply: a.max(b), expect })
        }),
        1 => Just(CheckKind::Ping),
        1 => (command(), option::of("[a-z]{1,5}"), any::<bool>())
            .prop_map(|(command, user, weight)| CheckKind::Script(ScriptCheck { command, user, weight })),
        1 => ("/[a-z\" ]{0,5}x", any::<i32>()).prop_map(|(path, weight)| CheckKind::File(FileCheck { path, weight })),
        2 => database(),
        1 => Just(CheckKind::Memcached),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(any::<u8>(), 1..8),
        "(\\PC|[\\r\\n\\t\"\\\\\u{0}]){1,8}".prop_map(String::into_bytes),
    ]
}

fn database() -> impl Strategy<Value = CheckKind> {
    let mysql_role = option::of(prop_oneof![Just(MysqlRole::Writable), Just(MysqlRole::Replica)]);
    let redis_role = option::of(prop_oneof![Just(RedisRole::Master), Just(RedisRole::Replica)]);
    let postgres_role = option::of(prop_oneof![Just(PostgresRole::Writable), Just(PostgresRole::Replica)]);
    prop_oneof![
        (option::of(login()), mysql_role).prop_map(|(login, role)| {
            let role = role.filter(|_| login.is_some());
            CheckKind::Mysql(MysqlCheck { login, role })
        }),
        (option::of(login()), redis_role)
            .prop_map(|(login, role)| CheckKind::Redis(RedisCheck { login, role })),
        (option::of(login()), option::of("[a-z\"é]{1,5}"), postgres_role).prop_map(
            |(login, database, role)| {
                let (database, role) =
                    (database.filter(|_| login.is_some()), role.filter(|_| login.is_some()));
                CheckKind::Postgres(PostgresCheck { login, database, role })
            }
        ),
    ]
}

fn http() -> impl Strategy<Value = HttpCheck> {
    let version = prop_oneof![Just(HttpVersion::V10), Just(HttpVersion::V10Close), Just(HttpVersion::V11)];
    let status = prop_oneof![
        Just(vec![StatusRange { first: 200, last: 299 }]),
        prop::collection::vec((100..=599_u16, 100..=599_u16), 1..3).prop_map(|all| {
            all.into_iter().map(|(a, b)| StatusRange { first: a.min(b), last: a.max(b) }).collect()
        }),
    ];
    let text = ("/[!-~]{0,8}", option::of("[a-z0-9.:\"]{1,9}"));
    (text, version, status, option::of(any::<[u8; 16]>()), option::of(body()), option::of(tls())).prop_map(
        |((path, host), version, status, digest, body, tls)| HttpCheck {
            path,
            host,
            version,
            status,
            digest,
            body,
            tls,
        },
    )
}

fn body() -> impl Strategy<Value = BodyMatch> {
    let regex = prop_oneof!["[a-z \"é]{1,8}", Just(r"(?i)\d+\s'x'".to_owned()), Just("\n\t".to_owned())];
    let offsets = (option::of(1..1_000_u32), option::of(1_000..=u32::MAX));
    (regex, any::<bool>(), offsets).prop_map(|(regex, wanted, (min_offset, max_offset))| BodyMatch {
        regex,
        wanted,
        min_offset,
        max_offset,
    })
}

fn tls() -> impl Strategy<Value = TlsCheck> {
    let files = option::of(("/[a-z\"]{1,5}", "/[a-z ]{0,5}k"));
    (option::of("[a-z.]{1,8}"), verify(), files).prop_map(|(sni, verify, files)| {
        let (certificate, key) = files.unzip();
        TlsCheck { sni, verify, certificate, key }
    })
}
