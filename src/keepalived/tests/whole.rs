//! A whole file of a director, with nearly everything in it.

mod common;

use common::{findings, parse_again, read};
use config::director::Style;
use lvs_keepalived::Mode;

const PAIR: &str = include_str!("whole/pair.conf");

#[test]
fn a_director_of_a_pair() {
    let reading = read("pair.conf", PAIR, Mode::Strict);
    parse_again(&reading);
    let toml = reading.config.as_ref().map(|config| config.to_toml_with(Style::Short, &reading.comments));
    insta::assert_snapshot!(format!("{}\n{}", findings(&reading), toml.unwrap_or_default()));
}

/// A file without mistakes is the same in every mode.
#[test]
fn the_mode_matters_to_mistakes_alone() {
    let strict = read("pair.conf", PAIR, Mode::Strict);
    for mode in [Mode::Lenient, Mode::Fix] {
        let other = read("pair.conf", PAIR, mode);
        assert_eq!(other.config, strict.config, "{mode:?}");
        assert_eq!(other.findings, strict.findings, "{mode:?}");
    }
}

/// The other director has the same file and is another machine.
#[test]
fn the_other_director_has_another_priority() {
    let priority = |id: &str| {
        let host = lvs_keepalived::Host { id, instance: None, seed: 1 };
        let file = lvs_keepalived::File { path: String::from("pair.conf"), text: String::from(PAIR) };
        let reading = lvs_keepalived::read(file, host, Mode::Strict, &mut lvs_keepalived::NoFiles);
        let routers = reading.config.map(|config| config.vrrp.routers);
        routers.and_then(|routers| Some(routers.first()?.priority.get()))
    };
    assert_eq!(priority("lvs01"), Some(150));
    assert_eq!(priority("lvs02"), Some(100));
}
