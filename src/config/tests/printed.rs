//! What is printed, as it looks.

mod common;

use std::collections::BTreeMap;

use common::taken;
use lvs_config::director::{self, Comments, DirectorConfig, Style};

/// Every key with a value that is not its default.
const ALL: &str = include_str!("services.toml");

fn short(config: &DirectorConfig, comments: &Comments) -> String {
    let printed = config.to_toml_with(Style::Short, comments);
    assert_eq!(director::parse(&printed), Ok((config.clone(), vec![])), "{printed}");
    printed
}

#[test]
fn everything_in_short() {
    insta::assert_snapshot!(short(&taken(ALL), &Comments::default()));
}

#[test]
fn everything_in_full() {
    let config = taken(ALL);
    let printed = config.to_toml();
    assert_eq!(director::parse(&printed), Ok((config, vec![])), "{printed}");
    insta::assert_snapshot!(printed);
}

#[test]
fn everything_read() {
    insta::assert_debug_snapshot!(taken(ALL));
}

/// Whatever a comment holds, it stays one.
#[test]
fn comments_above_their_sections() {
    let config = taken(
        r#"
        [[vrrp]]
        name = "VI_1"
        interface = "eth0"
        virtual_router_id = 51
        addresses = ["192.0.2.100"]
        [[service]]
        name = "web"
        address = "192.0.2.100:80"
        [[service.real]]
        address = "192.0.2.8"
        [[service]]
        name = "shops"
        addresses = ["192.0.2.101-103:80"]
        [[service.real]]
        address = "192.0.2.8"
        "#,
    );
    let said = |name: &str, text: &str| BTreeMap::from([(name.to_owned(), vec![text.to_owned()])]);
    let comments = Comments {
        top: vec!["from keepalived.conf".to_owned(), String::new(), "two\nlines\r\n".to_owned()],
        routers: said("VI_1", "line 3: state MASTER has no counterpart"),
        services: BTreeMap::from([
            ("web".to_owned(), vec!["a\n[[service]]\nb\u{1}\u{7f}\rc".to_owned(), "second".to_owned()]),
            ("shops".to_owned(), vec!["é — ok".to_owned()]),
        ]),
    };
    insta::assert_snapshot!(short(&config, &comments));
    let printed = config.to_toml_with(Style::Effective, &comments);
    assert_eq!(director::parse(&printed), Ok((config, vec![])), "{printed}");
}
