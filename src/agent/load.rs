//! The configuration, and whether this host contradicts it.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use config::agent::{AgentConfig, WeightScript, WeightSource};
use config::{Diagnostic, Severity};
use daemon::config_file::{self, ConfigFileError};
use daemon::diagnostic::{one_line, render};
use daemon::http::{ServerTls, TlsError};
use host::{Conflict, HostState, conflicts};
use programs::script::{ScriptError, may_become, our_name};

/// Gives the rights that other users' programs take.
const DROP_IN: &str = "lvs-rs-agent-script.conf";

/// A good file.
pub(crate) struct Loaded {
    pub(crate) config: AgentConfig,
    path: PathBuf,
    text: String,
    warnings: Vec<Diagnostic>,
}

/// Why the file is refused, ready to print.
#[derive(Debug)]
pub(crate) enum Refused {
    /// before its text was looked at
    File(ConfigFileError),
    /// the text, or the host contradicts it: findings with their places, and the first error in one line
    Text { text: String, reason: String },
    /// the host cannot be looked at
    Blind(String),
    /// what `[health] tls` names
    Tls(TlsError),
}

/// Reads the file.
pub(crate) fn load(path: &Path) -> Result<Loaded, Refused> {
    let text = config_file::read(path).map_err(Refused::File)?;
    match config::agent::parse(&text) {
        Ok((config, warnings)) => Ok(Loaded { config, path: path.to_owned(), text, warnings }),
        Err(errors) => Err(Refused::found(path, &text, &errors)),
    }
}

/// As [`load`], for the agent that this process is or, by `run --check-only`, stands for: a program that is to run as a user
/// whom this process may not become refuses the file.
pub(crate) fn load_to_run(path: &Path) -> Result<Loaded, Refused> {
    let loaded = load(path)?;
    match loaded.user_out_of_reach(may_become) {
        Some(finding) => Err(loaded.refused(finding)),
        None => Ok(loaded),
    }
}

impl Loaded {
    /// The warnings, ready to print; none where there are none.
    pub(crate) fn warnings(&self) -> Option<String> {
        (!self.warnings.is_empty()).then(|| rendered(&self.path, &self.text, &self.warnings))
    }

    /// What the health endpoint shows; none: plain.
    pub(crate) fn tls(&self) -> Result<Option<ServerTls>, Refused> {
        self.config.health_tls.as_ref().map(ServerTls::load).transpose().map_err(Refused::Tls)
    }

    /// Refuses a program for the weight that would not be run, whoever the agent is. A running agent does without it: all of
    /// the weight is told.
    pub(crate) fn programs(&self) -> Result<(), Refused> {
        let Some(script) = self.script() else { return Ok(()) };
        let checked = programs::script::check(&script.command, script.user.as_deref());
        checked.map_err(|error| self.refused(self.unfit(script, &error, Severity::Error)))
    }

    /// What keeps this very process from running the program for the weight, ready to print.
    pub(crate) fn program_to_run(&self) -> Option<String> {
        let script = self.script()?;
        let error = programs::script::check_to_run(&script.command, script.user.as_deref()).err()?;
        let finding = self.unfit(script, &error, Severity::Warning);
        Some(rendered(&self.path, &self.text, &[finding]))
    }

    fn user_out_of_reach(&self, may_become: impl Fn(&str) -> bool) -> Option<Diagnostic> {
        let user = self.script()?.user.as_deref().filter(|user| !may_become(user))?;
        Some(Diagnostic {
            severity: Severity::Error,
            message: format!(
                "[weight] user: the agent, which is '{}' here, may not become '{user}'",
                our_name()
            ),
            span: self.written(user),
            label: None,
            help: Some(format!(
                "leave it away, and the program runs as the agent's own user; or copy the drop-in {DROP_IN}, which is installed \
                 beside the examples, to /etc/systemd/system/lvs-rs-agent.service.d/, then systemctl daemon-reload"
            )),
        })
    }

    fn script(&self) -> Option<&WeightScript> {
        match &self.config.weight.as_ref()?.source {
            WeightSource::Script(script) => Some(script),
            WeightSource::Fixed(_) | WeightSource::File(_) | WeightSource::Load { .. } => None,
        }
    }

    fn unfit(&self, script: &WeightScript, error: &ScriptError, severity: Severity) -> Diagnostic {
        Diagnostic {
            severity,
            message: format!("[weight] command: {}", daemon::errors::one_line(error)),
            span: script.command.first().and_then(|program| self.written(program)),
            label: None,
            help: None,
        }
    }

    fn refused(&self, finding: Diagnostic) -> Refused {
        Refused::found(&self.path, &self.text, &[finding])
    }

    /// Refuses VIPs that this host cannot have.
    pub(crate) fn fits(&self, state: &HostState) -> Result<(), Refused> {
        let found = conflicts(&self.config.vips, state);
        if found.is_empty() {
            return Ok(());
        }
        let findings: Vec<Diagnostic> = found.iter().map(|conflict| self.finding(conflict)).collect();
        Err(Refused::found(&self.path, &self.text, &findings))
    }

    fn finding(&self, conflict: &Conflict) -> Diagnostic {
        let help = match conflict {
            Conflict::OnAnotherInterface { vip, interface, prefix } => format!(
                "write the VIP, not an address of this host; if it is a leftover: ip address del {vip}/{prefix} dev \
                 {interface}"
            ),
            Conflict::NotADummy { .. } => "write device = \"lo\", or a name that no interface has".to_owned(),
        };
        Diagnostic {
            severity: Severity::Error,
            message: conflict.to_string(),
            span: self.written(&conflict.vip().to_string()),
            label: None,
            help: Some(help),
        }
    }

    /// Where a value is written, if it is written as it is printed.
    fn written(&self, value: &str) -> Option<std::ops::Range<usize>> {
        let quoted = format!("\"{value}\"");
        let start = self.text.find(&quoted)?;
        Some(start..start + quoted.len())
    }
}

impl Refused {
    fn found(path: &Path, text: &str, findings: &[Diagnostic]) -> Self {
        let first = findings.iter().find(|finding| finding.severity == Severity::Error);
        let line = |finding| one_line(&path.display().to_string(), text, finding);
        Self::Text { text: rendered(path, text, findings), reason: first.map(line).unwrap_or_default() }
    }

    /// Prints it to standard error.
    pub(crate) fn print(&self) {
        match self {
            Self::File(error) => daemon::errors::print_chain(error, error.hint().as_deref()),
            Self::Text { text, .. } | Self::Blind(text) => crate::command::complain(text),
            Self::Tls(error) => daemon::errors::print_chain(error, error.hint().as_deref()),
        }
    }

    /// For the log: as it would be printed.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(error) => daemon::errors::chain(error, error.hint().as_deref()),
            Self::Text { text, .. } | Self::Blind(text) => text.clone(),
            Self::Tls(error) => daemon::errors::chain(error, error.hint().as_deref()),
        }
    }

    /// Why, in one line.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::File(error) => daemon::errors::one_line(error),
            Self::Text { reason, .. } | Self::Blind(reason) => reason.clone(),
            Self::Tls(error) => daemon::errors::one_line(error),
        }
    }
}

fn rendered(path: &Path, text: &str, findings: &[Diagnostic]) -> String {
    render(&path.display().to_string(), text, findings, std::io::stderr().is_terminal())
}

#[cfg(test)]
mod tests;
