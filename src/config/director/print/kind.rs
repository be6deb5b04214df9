//! What a check asks, as keys of its inline table.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use health::{
    BodyMatch, CheckKind, CheckSpec, HttpCheck, HttpVersion, Login, MysqlRole, PostgresRole, RedisRole,
    StatusRange, TlsCheck, UdpCheck, Verify,
};

use super::mail::{login, verify};
use super::program;
use crate::director::check::{DNS_NAME, DNS_RECORD, HELO, STATUS, print_bytes};
use crate::print::{Quoted, list};

/// The keys of a check's kind; `script_user` is who runs scripts that name nobody.
pub(super) fn pairs(spec: &CheckSpec, script_user: Option<&str>, short: bool) -> Vec<String> {
    let mut all = way(spec, short);
    all.extend(own(spec, script_user, short));
    all.into_iter().flatten().collect()
}

/// `path` of a check that asks for no page, or is on the true path.
fn way(spec: &CheckSpec, short: bool) -> Vec<Option<String>> {
    let without = matches!(
        spec.kind,
        CheckKind::Http(_)
            | CheckKind::Dns(_)
            | CheckKind::Udp(_)
            | CheckKind::Ping
            | CheckKind::Script(_)
            | CheckKind::File(_)
    );
    let way = if spec.path.is_some() { "dr" } else { "direct" };
    let said = spec.path.is_some() || !without;
    Vec::from([said.then_some(way).and_then(|way| quoted("path", way, Some("direct"), short))])
}

fn own(spec: &CheckSpec, script_user: Option<&str>, short: bool) -> Vec<Option<String>> {
    match &spec.kind {
        CheckKind::Ping | CheckKind::Memcached => Vec::new(),
        CheckKind::Tcp(tcp) => {
            Vec::from([print_bytes("send", &tcp.send), print_bytes("expect", &tcp.expect)])
        }
        CheckKind::Http(check) => http(check, spec.path.is_some(), short),
        CheckKind::Smtp(smtp) => Vec::from([quoted("helo", &smtp.helo, Some(HELO), short)]),
        CheckKind::Dns(dns) => Vec::from([
            quoted("name", &dns.name, Some(DNS_NAME), short),
            quoted("record", &dns.record, Some(DNS_RECORD), short),
        ]),
        CheckKind::Udp(check) => udp(check, short),
        CheckKind::Script(script) => Vec::from([
            Some(format!("command = {}", program::print(&script.command, short))),
            user(script.user.as_deref(), script_user, short),
            plain("weight", script.weight, false, short),
        ]),
        CheckKind::File(file) => {
            Vec::from([quoted("path", &file.path, None, short), plain("weight", file.weight, 0, short)])
        }
        CheckKind::Mysql(mysql) => {
            let role = mysql.role.map(|role| match role {
                MysqlRole::Writable => "writable",
                MysqlRole::Replica => "replica",
            });
            Vec::from([login_pair(mysql.login.as_ref()), role.map(role_pair)])
        }
        CheckKind::Redis(redis) => {
            let role = redis.role.map(|role| match role {
                RedisRole::Master => "master",
                RedisRole::Replica => "replica",
            });
            Vec::from([login_pair(redis.login.as_ref()), role.map(role_pair)])
        }
        CheckKind::Postgres(postgres) => {
            let role = postgres.role.map(|role| match role {
                PostgresRole::Writable => "writable",
                PostgresRole::Replica => "replica",
            });
            let database = postgres.database.as_ref();
            Vec::from([
                login_pair(postgres.login.as_ref()),
                database.and_then(|database| quoted("database", database, None, short)),
                role.map(role_pair),
            ])
        }
    }
}

/// On the true path `path` is the way, so the page has a key of its own.
fn http(http: &HttpCheck, on_path: bool, short: bool) -> Vec<Option<String>> {
    let version = match http.version {
        HttpVersion::V10 => "1.0",
        HttpVersion::V10Close => "1.0c",
        HttpVersion::V11 => "1.1",
    };
    let mut pairs = Vec::from([
        quoted(if on_path { "page" } else { "path" }, &http.path, Some("/"), short),
        http.host.as_ref().and_then(|host| quoted("host", host, None, short)),
        quoted("version", version, Some("1.1"), short),
        (!short || http.status != [STATUS])
            .then(|| format!("status = {}", list(http.status.iter().copied().map(status)))),
        http.digest.map(|md5| format!("digest = \"{:032x}\"", u128::from_be_bytes(md5))),
    ]);
    pairs.extend(http.body.iter().flat_map(body));
    pairs.extend(http.tls.iter().flat_map(|one| tls(one, short)));
    pairs
}

fn status(range: StatusRange) -> String {
    if range.first == range.last {
        return range.first.to_string();
    }
    format!("\"{}-{}\"", range.first, range.last)
}

fn body(body: &BodyMatch) -> [Option<String>; 2] {
    let key = if body.wanted { "match" } else { "not_match" };
    let offsets = match (body.min_offset, body.max_offset) {
        (None, None) => None,
        (Some(first), None) => Some(format!("match_offset = [{first}]")),
        (first, Some(last)) => Some(format!("match_offset = [{}, {last}]", first.unwrap_or(0))),
    };
    [quoted(key, &body.regex, None, false), offsets]
}

fn tls(tls: &TlsCheck, short: bool) -> [Option<String>; 4] {
    let file = |key, path: &Option<String>| path.as_ref().and_then(|path| quoted(key, path, None, short));
    [
        file("sni", &tls.sni),
        plain("verify", verify(&tls.verify), verify(&Verify::System), short),
        file("certificate", &tls.certificate),
        file("key", &tls.key),
    ]
}

fn udp(udp: &UdpCheck, short: bool) -> Vec<Option<String>> {
    let lengths = format!("{}-{}", udp.min_reply, udp.max_reply);
    Vec::from([
        print_bytes("payload", &udp.payload),
        plain("require_reply", udp.require_reply, false, short),
        quoted("reply_length", &lengths, Some("0-65535"), short),
        print_bytes("expect", &udp.expect),
    ])
}

fn user(user: Option<&str>, usual: Option<&str>, short: bool) -> Option<String> {
    match (user, usual) {
        (Some(user), usual) => quoted("user", user, usual, short),
        // left away it would be the other one
        (None, Some(_)) => Some(String::from("user = \"root\"")),
        (None, None) => None,
    }
}

fn login_pair(one: Option<&Login>) -> Option<String> {
    one.map(|one| format!("login = {}", login(one)))
}

fn role_pair(role: &str) -> String {
    format!("role = \"{role}\"")
}

fn quoted(key: &str, value: &str, usual: Option<&str>, short: bool) -> Option<String> {
    (!short || usual != Some(value)).then(|| format!("{key} = {}", Quoted(value)))
}

fn plain<T: PartialEq + core::fmt::Display>(key: &str, value: T, usual: T, short: bool) -> Option<String> {
    (!short || value != usual).then(|| format!("{key} = {value}"))
}
