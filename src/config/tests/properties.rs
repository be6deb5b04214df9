//! Whatever the text: no panic, places inside it, and the same verdict about TOML as the `toml` crate.

mod common;

use lvs_config::director::{Comments, Style};
use lvs_config::{Diagnostic, agent, director};
use proptest::prelude::*;
use toml::de::DeTable;

const DIRECTOR: &str = include_str!("../../../packaging/examples/director.toml");
/// VRRP alone: each change hits it.
const VRRP: &str = include_str!("vrrp.toml");
/// Mail, services and checks alone.
const SERVICES: &str = include_str!("services.toml");
const AGENT: &str = include_str!("../../../packaging/examples/agent.toml");

fn both(text: &str) {
    let director = director::parse(text).map(|(config, findings)| {
        for style in [Style::Effective, Style::Short] {
            let printed = config.to_toml_with(style, &Comments::default());
            let again = director::parse(&printed).map(|(config, _)| config);
            assert_eq!(again.as_ref(), Ok(&config), "{printed}");
        }
        findings
    });
    let agent = agent::parse(text).map(|(config, findings)| {
        let again = agent::parse(&config.to_toml());
        assert_eq!(again.ok().map(|(config, _)| config), Some(config));
        findings
    });
    for findings in [director, agent] {
        let refused = findings.is_err();
        let findings = findings.unwrap_or_else(|findings| findings);
        assert!(!refused || !findings.is_empty());
        for one in &findings {
            sound(text, one);
        }
    }
}

fn sound(text: &str, one: &Diagnostic) {
    if let Some(span) = &one.span {
        assert!(text.get(span.clone()).is_some(), "{one:?}");
    }
    assert!(!one.message.is_empty() && !one.message.ends_with('.'), "{one:?}");
}

/// A text with some of its bytes, words or lines changed.
fn mutated(original: &'static str) -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just(String::new()),
        "[\\[\\]{}=\"'.,#\\n a-z0-9]{1,4}",
        Just("[[service]]\n".to_owned()),
        Just("[[vrrp]]\n".to_owned()),
        Just("fe80::1".to_owned()),
        Just("\"0s\"".to_owned()),
        Just("-1".to_owned()),
        Just("\"\"".to_owned()),
        Just("99999999999999999999".to_owned()),
        "\\PC{1,3}",
    ];
    let change = (any::<prop::sample::Index>(), 0..30_usize, pieces);
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        // without comments most changes would hit nothing
        let mut text: String = original.lines().map(|line| line.strip_prefix('#').unwrap_or(line)).fold(
            String::new(),
            |all, line| {
                if line.starts_with(' ') { all } else { all + line + "\n" }
            },
        );
        for (at, length, piece) in changes {
            let at = floor(&text, at.index(text.len() + 1));
            let end = floor(&text, (at + length).min(text.len()));
            text.replace_range(at..end, &piece);
        }
        text
    })
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A line of a `[[vrrp]]`: its key, and a value that may be right for it.
fn router_line() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "version",
        "priority",
        "advert_interval",
        "preempt",
        "preempt_delay",
        "auth",
        "excluded_addresses",
        "routes",
        "unicast_peers",
        "source",
        "multicast_group",
        "pseudo_header",
        "announce",
        "track_interfaces",
        "track_scripts",
        "track_services",
        "notify",
    ]);
    let value = prop_oneof![
        (-1..257_i32).prop_map(|number| number.to_string()),
        (2..4_i32).prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        (0..300_u32, prop::sample::select(vec!["ms", "0ms", "s"])).prop_map(|(n, unit)| format!("\"{n}{unit}\"")),
        prop::sample::select(vec![
            "{}",
            "[]",
            "\"never\"",
            "\"192.0.2.9\"",
            "\"fe80::9\"",
            "\"ff02::12\"",
            "\"224.0.0.18\"",
            "[\"192.0.2.9\", \"2001:db8::9/64\"]",
            "[{ address = \"192.0.2.9\", interface = \"eth9\", label = \"eth9:1\", scope = \"host\" }]",
            "[{ to = \"::/0\", via = \"fe80::1\", interface = \"é\" }, { to = \"default\", interface = \"eth0\" }]",
            "{ type = \"pass\", password = \"\\\\ \\\"\" }",
            "{ repeat = 2, refresh = \"never\" }",
            "[\"a\"]",
            "[{ name = \"a\", weight = -253 }]",
            "{ any = \"/a\", stop = [\"/\\u007f\", \"\\n\"] }",
        ])
        .prop_map(str::to_owned),
    ];
    (key, value).prop_map(|(key, value)| format!("{key} = {value}\n"))
}

/// Routers of some lines, with what they may name.
fn routers() -> impl Strategy<Value = String> {
    let address = prop::sample::select(vec!["\"192.0.2.1\"", "\"fe80::1\"", "\"2001:db8::1\"", ""]);
    let router = (address, "[ab]", 0..3_u8, prop::collection::vec(router_line(), 0..4));
    let script = "[[track_script]]\nname = \"a\"\ncommand = \"/a\"\n";
    let group = prop::sample::select(vec!["", "[[sync_group]]\nname = \"g\"\nmembers = [\"a\", \"b\"]\n"]);
    (prop::collection::vec(router, 1..3), group).prop_map(move |(routers, group)| {
        let mut text = format!("{group}{script}");
        for (address, name, id, lines) in routers {
            text += &format!(
                "[[vrrp]]\nname = \"{name}\"\ninterface = \"eth0\"\nvirtual_router_id = {id}\naddresses = [{address}]\n{}",
                lines.concat()
            );
        }
        text
    })
}

/// Small documents full of tables that meet.
fn tables() -> impl Strategy<Value = String> {
    let key = prop_oneof![4 => "[abc]", 1 => Just("\"a\"".to_owned()), 1 => Just("'b'".to_owned())];
    let path = prop::collection::vec(key, 1..4).prop_map(|keys| keys.join("."));
    let value = prop_oneof![
        Just("1".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        path.clone().prop_map(|path| format!("{{ {path} = 1 }}")),
        (path.clone(), path.clone()).prop_map(|(a, b)| format!("{{ {a} = 1, {b} = {{}} }}")),
        Just("[{ a = 1 }, [1, 2]]".to_owned()),
    ];
    let line = prop_oneof![
        path.clone().prop_map(|path| format!("[{path}]")),
        path.clone().prop_map(|path| format!("[[{path}]]")),
        (path, value).prop_map(|(path, value)| format!("{path} = {value}")),
    ];
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

/// Is this TOML, says our reader: what it cannot say as TOML it says in these words.
fn ours_takes(text: &str) -> bool {
    let findings = director::parse(text).err().unwrap_or_default();
    findings.iter().all(|one| {
        let about_keys = one.message.contains(" has no key `") || one.message.contains("nothing to do");
        about_keys || one.message.starts_with("and ")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text(text in "\\PC{0,200}") {
        both(&text);
    }

    #[test]
    fn random_toml_like_text(text in "[\\[\\]{}=\"'.,#\\n\\\\ a-e0-9_-]{0,120}") {
        both(&text);
    }

    #[test]
    fn a_changed_director(text in mutated(DIRECTOR)) {
        both(&text);
    }

    #[test]
    fn a_changed_router(text in mutated(VRRP)) {
        both(&text);
    }

    #[test]
    fn a_changed_service(text in mutated(SERVICES)) {
        both(&text);
    }

    #[test]
    fn routers_of_any_kind(text in routers()) {
        both(&text);
    }

    #[test]
    fn a_changed_agent(text in mutated(AGENT)) {
        both(&text);
    }

    /// The keys are unknown to us, so that nothing but TOML is wrong with them.
    #[test]
    fn the_same_verdict_as_toml(text in tables()) {
        prop_assert_eq!(ours_takes(&text), DeTable::parse(&text).is_ok(), "{}", text);
    }

    /// Long texts are parsed piece by piece.
    #[test]
    fn the_same_verdict_as_toml_about_long_texts(texts in prop::collection::vec((tables(), 0..400_usize), 2..4)) {
        let mut text = String::new();
        for (number, (tables, fillers)) in texts.iter().enumerate() {
            let filler = |n| format!("[f{number}.n{n}]\nk = [\n1, {{ a = 2 }},\n]\n");
            text.extend((0..*fillers).map(filler));
            text += tables;
            text.push('\n');
        }
        prop_assert_eq!(ours_takes(&text), DeTable::parse(&text).is_ok(), "{}", text);
    }

    #[test]
    fn the_same_verdict_as_toml_about_characters(text in "[\\[\\]{}=\"'.,#\\n a-c1]{0,24}") {
        prop_assert_eq!(ours_takes(&text), DeTable::parse(&text).is_ok(), "{}", text);
    }
}
