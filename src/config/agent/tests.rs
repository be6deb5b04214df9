use super::{TOP, WATCH, drain, health, vip, weight};

/// A key that the example does not explain is a key that nobody finds.
#[test]
fn the_example_has_every_key() {
    let example = include_str!("../../../packaging/examples/agent.toml");
    let tables = [TOP, WATCH, health::HEALTH, health::TLS, drain::DRAIN, vip::VIP];
    let weights = [weight::FIXED, weight::FILE, weight::SCRIPT, weight::LOAD];
    for table in tables.into_iter().chain(weights) {
        for key in table.known {
            let forms = [
                alloc::format!("\n{key} = "),
                alloc::format!("\n#{key} = "),
                alloc::format!(" {key} = "),
                alloc::format!("[{key}]"),
            ];
            assert!(forms.iter().any(|form| example.contains(form)), "{} {key}", table.name);
        }
    }
}
