//! Completions for the shells that distributions ship directories for.

use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

use crate::made;

pub(crate) fn write(room: &Path, command: &Command) -> io::Result<()> {
    let name = command.get_name();
    let files = [
        (Shell::Bash, "bash", name.to_owned()),
        (Shell::Zsh, "zsh", format!("_{name}")),
        (Shell::Fish, "fish", format!("{name}.fish")),
    ];
    for (shell, directory, file) in files {
        let mut file = std::fs::File::create(made(room, directory)?.join(file))?;
        clap_complete::generate(shell, &mut command.clone(), name, &mut file);
    }
    Ok(())
}
