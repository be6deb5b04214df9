//! Loading kernel modules: `modprobe`, without a shell.

use std::io;
use std::process::{Command, Output, Stdio};

const MODPROBE: [&str; 2] = ["/sbin/modprobe", "/usr/sbin/modprobe"];

/// Loads a module; the error is what a person should read.
pub(super) fn load(module: &str) -> Result<(), String> {
    for program in MODPROBE {
        match run(program, module) {
            Ok(output) if output.status.success() => {
                tracing::info!(module, "kernel module loaded");
                return Ok(());
            }
            Ok(output) => return Err(said(&output)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{program}: {error}")),
        }
    }
    Err("there is no modprobe on this machine".to_owned())
}

fn run(program: &str, module: &str) -> io::Result<Output> {
    Command::new(program).arg("--").arg(module).env_clear().stdin(Stdio::null()).output()
}

/// Its first line, or the exit status of a silent one.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    match text.lines().next() {
        Some(line) => line.trim_start_matches("modprobe: ").to_owned(),
        None => format!("modprobe: {}", output.status),
    }
}
