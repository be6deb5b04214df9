use super::keys::{HTTP, TOP};
use super::{address, agents, check, ipvs, mail, notify, real, service, sync, target, vrrp};

/// A key that the example does not explain is a key that nobody finds.
#[test]
fn the_example_has_every_key() {
    let example = include_str!("../../../packaging/examples/director.toml");
    let tables = [
        TOP,
        HTTP,
        agents::AGENTS,
        agents::GUARD,
        agents::TLS,
        ipvs::IPVS,
        ipvs::TIMEOUT_KEYS,
        sync::SYNC,
        address::ADDRESS,
        service::SERVICE,
        real::REAL,
        real::SORRY,
        target::TUNNEL,
        mail::MAIL,
        notify::SERVICE,
        notify::REAL,
    ];
    for table in tables.into_iter().chain(vrrp::TABLES).chain(check::TABLES) {
        for key in table.known {
            let forms = [
                alloc::format!("\n{key} = "),
                alloc::format!("\n#{key} = "),
                alloc::format!(" {key} = "),
                alloc::format!("[{key}]"),
                alloc::format!(".{key}]"),
            ];
            assert!(forms.iter().any(|form| example.contains(form)), "{} {key}", table.name);
        }
    }
}
