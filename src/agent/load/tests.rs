use std::path::PathBuf;

use super::{Loaded, Refused, our_name};

fn loaded(weight: &str) -> Loaded {
    let text = format!("[[vip]]\naddress = \"192.0.2.100\"\n{weight}");
    let (config, warnings) = config::agent::parse(&text).unwrap_or_else(|errors| panic!("{errors:?}"));
    Loaded { config, path: PathBuf::from("agent.toml"), text, warnings }
}

const SCRIPT: &str = "[weight]\ntype = \"script\"\ncommand = [\"/bin/true\", \"x\"]\n";

#[test]
fn a_program_of_a_user_out_of_reach_is_refused_with_the_drop_in() {
    let loaded = loaded(&format!("{SCRIPT}user = \"nobody\"\n"));
    let finding = loaded.user_out_of_reach(|_| false).expect("nobody may be nobody");
    let wanted = format!("[weight] user: the agent, which is '{}' here, may not become 'nobody'", our_name());
    assert_eq!(finding.message, wanted);
    assert!(finding.help.as_deref().is_some_and(|help| help.contains("lvs-rs-agent-script.conf")));
    let span = finding.span.clone().expect("its place");
    assert_eq!(loaded.text.get(span), Some("\"nobody\""));
    let Refused::Text { text, .. } = loaded.refused(finding) else { panic!("a finding is text") };
    assert!(text.contains("agent.toml:6:"), "{text}");
    assert!(loaded.user_out_of_reach(|user| user == "nobody").is_none());
}

#[test]
fn without_a_user_there_is_nobody_to_become() {
    assert!(loaded(SCRIPT).user_out_of_reach(|_| false).is_none());
    assert!(loaded("[weight]\ntype = \"fixed\"\npercent = 50\n").user_out_of_reach(|_| false).is_none());
    assert!(loaded("").user_out_of_reach(|_| false).is_none());
}

#[test]
fn a_program_that_cannot_run_is_told_but_the_agent_does_without_it() {
    let text = loaded("[weight]\ntype = \"script\"\ncommand = \"/no/program\"\n")
        .program_to_run()
        .expect("it is missing");
    assert!(text.starts_with("warning: [weight] command: /no does not exist"), "{text}");
    assert!(loaded(SCRIPT).program_to_run().is_none());
}
