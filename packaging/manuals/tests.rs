//! The pages hold what the daemons know, whatever they learn later.

use std::path::Path;

use crate::examples::{Block, blocks, page};

#[test]
fn comments_defaults_and_tables_are_told_apart() {
    let example = "# one\n# two\n\n# three\n#key = 1\nneeded = 2\n\n# of it\n#[[table]]\n#   indented = 3\n";
    let expected = vec![
        Block::Comment("one two".into()),
        Block::Comment("three".into()),
        Block::Toml(vec!["#key = 1".into(), "needed = 2".into()]),
        Block::Table("[[table]]".into()),
        Block::Comment("of it".into()),
        Block::Toml(vec!["indented = 3".into()]),
    ];
    assert_eq!(blocks(example), expected);
}

#[test]
fn a_line_that_begins_as_roff_does_is_text() {
    assert!(page("lvs-director", "director.toml", "#   .TH = 1\n").contains("\\&.TH = 1"));
}

#[test]
fn every_command_has_a_page_and_every_shell_a_completion() -> std::io::Result<()> {
    let directory = std::env::temp_dir().join(format!("lvs-manuals-{}", std::process::id()));
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let written = crate::write_all(&directory.clone().into_os_string(), &examples.into_os_string());
    let missing = missing_files(&directory);
    std::fs::remove_dir_all(&directory)?;
    written?;
    assert_eq!(missing, Vec::<String>::new());
    Ok(())
}

fn missing_files(directory: &Path) -> Vec<String> {
    let mut wanted =
        vec!["lvs-rs-agent/man5/agent.toml.5".to_owned(), "lvs-director/man5/director.toml.5".to_owned()];
    for command in [agent::command_line(), director::command_line()] {
        let name = command.get_name();
        wanted.push(format!("{name}/man8/{name}.8"));
        wanted.extend([
            format!("{name}/bash/{name}"),
            format!("{name}/zsh/_{name}"),
            format!("{name}/fish/{name}.fish"),
        ]);
        let shown = command.get_subcommands().filter(|child| !child.is_hide_set());
        wanted.extend(shown.map(|child| format!("{name}/man8/{name}-{}.8", child.get_name())));
    }
    wanted.retain(|path| std::fs::metadata(directory.join(path)).map_or(0, |file| file.len()) == 0);
    wanted
}
