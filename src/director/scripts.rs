//! What a configuration names outside of itself: programs, named pipes, certificate authorities. Refused with the file that names
//! them, not only when they are needed.

mod places;

use std::collections::BTreeMap;
use std::path::Path;

use config::director::{DirectorConfig, MailConfig, VrrpConfig};

use places::{Place, Thing};

/// Errors that are shown; the others are counted.
const MOST_SHOWN: usize = 20;

/// Looks at all of them. The error is the whole text to print.
pub(crate) fn check(path: &Path, config: &DirectorConfig) -> Result<(), String> {
    let mut looked = Looked::default();
    let mut wrong: Vec<String> = Vec::new();
    for Place { owner, thing } in places::of(config) {
        if let Some(error) = looked.at(thing) {
            let line = format!("{}: {error}", owner.words());
            // a list of commands may name one twice
            if wrong.last() != Some(&line) {
                wrong.push(line);
            }
        }
    }
    wrong.extend(fifos(&config.vrrp));
    wrong.extend(config.mail.iter().flat_map(mail));
    if wrong.is_empty() { Ok(()) } else { Err(printed(path, &wrong)) }
}

fn printed(path: &Path, wrong: &[String]) -> String {
    let shown = wrong.iter().take(MOST_SHOWN).map(|line| format!("error: {}: {line}\n", path.display()));
    let others = wrong.len().saturating_sub(MOST_SHOWN);
    let others = (others > 0).then(|| format!("error: {}: and {others} more like these\n", path.display()));
    shown.chain(others).collect()
}

/// Thousands of servers may name one program: it is looked at once.
#[derive(Default)]
struct Looked<'a> {
    at: BTreeMap<Thing<'a>, Option<String>>,
}

impl<'a> Looked<'a> {
    fn at(&mut self, thing: Thing<'a>) -> Option<&str> {
        self.at.entry(thing).or_insert_with(|| wrong(thing)).as_deref()
    }
}

fn wrong(thing: Thing<'_>) -> Option<String> {
    match thing {
        Thing::Program { program, user } => {
            let error = programs::script::check(&[program.to_owned()], user).err()?;
            Some(daemon::errors::one_line(&error))
        }
        Thing::Authorities(verify) => {
            let error = mail::check_trust(verify).err()?;
            Some(daemon::errors::one_line(&error))
        }
    }
}

fn fifos(vrrp: &VrrpConfig) -> impl Iterator<Item = String> {
    let all = [("fifo", &vrrp.notify_fifo), ("vrrp_fifo", &vrrp.vrrp_fifo), ("lvs_fifo", &vrrp.lvs_fifo)];
    all.into_iter().filter_map(|(key, fifo)| {
        let error = programs::check_fifo(&fifo.as_ref()?.path).err()?;
        Some(format!("[scripts] {key}: {}", daemon::errors::one_line(&error)))
    })
}

fn mail(mail: &MailConfig) -> impl Iterator<Item = String> {
    let addresses = std::iter::once(("from", &mail.from)).chain(mail.to.iter().map(|to| ("to", to)));
    addresses.filter_map(|(key, address)| {
        let error = mail::check_address(address).err()?;
        Some(format!("[mail] {key}: {}", daemon::errors::one_line(&error)))
    })
}

#[cfg(test)]
mod tests;
