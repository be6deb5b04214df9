//! Checks of databases.

use alloc::string::String;

use health::{
    CheckKind, Login, MysqlCheck, MysqlRole, PostgresCheck, PostgresRole, RedisCheck, RedisRole, Secret,
};

use super::keys::LOGIN;
use crate::read::{Report, Table, choice, optional};
use crate::text::Entry;

/// What a Redis user without a name of its own is called (`ACL`).
const REDIS_USER: &str = "default";

pub(super) fn mysql(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let login = optional(table, "login", report, |entry, report| login(entry, None, report));
    let words = [("writable", MysqlRole::Writable), ("replica", MysqlRole::Replica)];
    let role = optional(table, "role", report, |entry, report| choice(entry, &words, report));
    needs_login(table, &["role"], report);
    Some(CheckKind::Mysql(MysqlCheck { login: login?, role: role? }))
}

pub(super) fn redis(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let login = optional(table, "login", report, |entry, report| login(entry, Some(REDIS_USER), report));
    let words = [("master", RedisRole::Master), ("replica", RedisRole::Replica)];
    let role = optional(table, "role", report, |entry, report| choice(entry, &words, report));
    Some(CheckKind::Redis(RedisCheck { login: login?, role: role? }))
}

pub(super) fn postgres(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let login = optional(table, "login", report, |entry, report| login(entry, None, report));
    let database = optional(table, "database", report, Entry::name);
    let words = [("writable", PostgresRole::Writable), ("replica", PostgresRole::Replica)];
    let role = optional(table, "role", report, |entry, report| choice(entry, &words, report));
    needs_login(table, &["role", "database"], report);
    Some(CheckKind::Postgres(PostgresCheck { login: login?, database: database?, role: role? }))
}

fn needs_login(table: Table<'_>, keys: &[&str], report: &mut Report<'_>) {
    if table.get("login").is_some() {
        return;
    }
    for entry in keys.iter().filter_map(|key| table.get(key)) {
        report
            .error(entry.key_place(), format_args!("`{}` without `login`", entry.key()))
            .label("only who is logged in can ask for it")
            .help("add `login = { user = \"…\", password = \"…\" }`, or leave it away");
    }
}

/// User and password; without `usual` the user is required.
pub(in crate::director) fn login(
    entry: Entry<'_>,
    usual: Option<&str>,
    report: &mut Report<'_>,
) -> Option<Login> {
    let table = Table::open(entry, &LOGIN, report)?;
    let user = match (table.get("user"), usual) {
        (None, Some(usual)) => Some(String::from(usual)),
        (Some(_), _) | (None, None) => table
            .require("user", LOGIN.name, "write `user = \"monitor\"`", report)
            .and_then(|entry| entry.name(report)),
    };
    let password = table
        .require("password", LOGIN.name, "write `password = \"…\"`; \"\" for a user without one", report)
        .and_then(|entry| secret(entry, report));
    Some(Login { user: user?, password: password? })
}

fn secret(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Secret> {
    let text = entry.string("password = \"…\"", report)?;
    if text.contains('\0') {
        report
            .error(entry.place(), "the password has a NUL byte in it")
            .help("leave it away: no server takes one");
        return None;
    }
    Some(Secret(String::from(text)))
}
