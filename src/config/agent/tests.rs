use super::{HEALTH, TOP, WATCH, vip};

/// A key that the example does not explain is a key that nobody finds.
#[test]
fn the_example_has_every_key() {
    let example = include_str!("../../../packaging/examples/agent.toml");
    for table in [TOP, HEALTH, WATCH, vip::VIP] {
        for key in table.known {
            let forms =
                [alloc::format!("\n{key} = "), alloc::format!("\n#{key} = "), alloc::format!("[{key}]")];
            assert!(forms.iter().any(|form| example.contains(form)), "{} {key}", table.name);
        }
    }
}
