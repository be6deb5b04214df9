//! Writes the man pages and shell completions of both daemons, for `packaging/build`: `lvs-manuals DIRECTORY EXAMPLES`.
//!
//! Commands and options come from the command lines as the daemons parse them, the pages of section 5 from the commented
//! examples.

mod commands;
mod completions;
mod examples;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Command;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(directory), Some(examples)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: lvs-manuals DIRECTORY EXAMPLES");
        return ExitCode::from(2);
    };
    match write_all(&directory, &examples) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: writing manuals to {}: {error}", Path::new(&directory).display());
            ExitCode::FAILURE
        }
    }
}

fn write_all(directory: &OsString, examples: &OsString) -> io::Result<()> {
    let daemons = [("agent.toml", agent::command_line()), ("director.toml", director::command_line())];
    for (file, command) in daemons {
        let room = PathBuf::from(directory).join(command.get_name());
        write_daemon(&room, &command, &PathBuf::from(examples).join(file), file)?;
    }
    Ok(())
}

fn write_daemon(room: &Path, command: &Command, example: &Path, file: &str) -> io::Result<()> {
    let text = std::fs::read_to_string(example)?;
    commands::write(&made(room, "man8")?, command, file)?;
    std::fs::write(
        made(room, "man5")?.join(format!("{file}.5")),
        examples::page(command.get_name(), file, &text),
    )?;
    completions::write(room, command)
}

/// The directory below `room`, made if it is not there.
fn made(room: &Path, name: &str) -> io::Result<PathBuf> {
    let directory = room.join(name);
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}

#[cfg(test)]
mod tests;
