//! Completions for the shells that distributions ship directories for.

use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

use crate::made;

pub(crate) fn write(room: &Path, command: &Command) -> io::Result<()> {
    for (shell, directory) in [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish")] {
        let name = command.get_name().to_owned();
        let target = made(room, directory)?;
        let file = match shell {
            Shell::Bash => target.join(&name),
            Shell::Zsh => target.join(format!("_{name}")),
            _ => target.join(format!("{name}.fish")),
        };
        clap_complete::generate(shell, &mut command.clone(), name, &mut std::fs::File::create(file)?);
    }
    Ok(())
}
