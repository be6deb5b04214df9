//! A program that says whether a server is good.

use health::{CheckSpec, Reported, ScriptCheck};
use programs::script::{Ended, Run, Script};

/// Longest part of what a program printed that a reason repeats, in characters.
const PRINTED: usize = 200;

/// Runs the program within the check's timeout, and judges by its exit code. It knows its server by its arguments.
pub(crate) async fn check(spec: &CheckSpec, script: &ScriptCheck) -> Result<Option<Reported>, String> {
    let program = Script::new(script.command.clone(), script.user.clone());
    judge(&program.run(&[], spec.timeout).await, script.weight)
}

fn judge(run: &Run, weight: bool) -> Result<Option<Reported>, String> {
    match run.ended {
        Ended::Exit(0) => Ok(None),
        Ended::Exit(code @ 2..=255) if weight => {
            Ok(Some(Reported::Weight(u32::try_from(code - 2).unwrap_or_default())))
        }
        Ended::Exit(_) | Ended::Signal(_) | Ended::TimedOut(_) | Ended::Printed | Ended::NotRun(_) => {
            Err(reason(run))
        }
    }
}

/// How it ended, and the first line that it printed: `exit status 1: disk full`
fn reason(run: &Run) -> String {
    let line = run.output.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().filter(|char| !char.is_control()).take(PRINTED).collect();
    if line.is_empty() { run.ended.to_string() } else { format!("{}: {line}", run.ended) }
}
