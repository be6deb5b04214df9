//! What is printed of any configuration reads the same, in both styles.

mod common;
mod generate;

use std::collections::BTreeMap;

use lvs_config::agent;
use lvs_config::director::{self, Comments, DirectorConfig, Style};
use proptest::prelude::*;

fn reads_the_same(config: &DirectorConfig, comments: &Comments) {
    for style in [Style::Effective, Style::Short] {
        let printed = config.to_toml_with(style, comments);
        let again = director::parse(&printed).map(|(again, _)| again);
        let again = again.map_err(|findings| common::lines(&printed, &findings));
        assert_eq!(again.as_ref(), Ok(config), "{printed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_configuration(config in generate::config(), text in "(\\PC|[\\n\\r\\t\\[\\]\"#]){0,20}") {
        let said = |name: &String| (name.clone(), vec![text.clone()]);
        let comments = Comments {
            top: vec![text.clone()],
            routers: BTreeMap::new(),
            services: config.services.iter().map(|one| said(one.group.as_ref().unwrap_or(&one.name))).collect(),
        };
        reads_the_same(&config, &comments);
    }

    #[test]
    fn any_agent(config in generate::agent()) {
        let printed = config.to_toml();
        let again = agent::parse(&printed).map_err(|findings| common::lines(&printed, &findings));
        prop_assert_eq!(again, Ok((config, vec![])), "{}", printed);
    }
}
