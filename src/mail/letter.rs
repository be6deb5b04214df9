//! Changes as one mail (RFC 5322).

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};

use crate::MailEvent;

/// Longest subject, in characters; more is cut.
const SUBJECT: usize = 160;
/// Changes whose words are put into a subject before it is cut.
const MOST_NAMED: usize = 20;
/// Longest text of one change, in characters; more is cut.
const TEXT: usize = 500;

/// What cannot be an address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// no local part, no domain, or a sign that has no place there
    #[error("'{0}' is no mail address")]
    Invalid(String),
    /// signs beyond ASCII, which many servers do not take
    #[error("'{0}' has letters beyond ASCII: write a domain as xn--…")]
    NotAscii(String),
}

/// Whether `text` is an address: `a@example.com`, `Name <a@example.com>`, or the name of a user of the mail server's machine.
pub fn check_address(text: &str) -> Result<(), AddressError> {
    mailbox(text).map(drop)
}

/// `root` is completed to `root@localhost`.
pub(crate) fn mailbox(text: &str) -> Result<Mailbox, AddressError> {
    let text = text.trim();
    let plain = !text.contains(['@', '<']);
    let parsed = if plain { format!("{text}@localhost").parse() } else { text.parse() };
    let mailbox: Mailbox = parsed.map_err(|_| AddressError::Invalid(text.to_owned()))?;
    if mailbox.email.to_string().is_ascii() {
        Ok(mailbox)
    } else {
        Err(AddressError::NotAscii(text.to_owned()))
    }
}

/// What one mail tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) router_id: String,
    /// oldest first, at least one
    pub(crate) events: Vec<MailEvent>,
    /// earlier changes of which nobody was told
    pub(crate) lost: u64,
}

impl Letter {
    /// The whole mail as bytes, with its end of lines. Nothing in it can begin a header of its own.
    pub(crate) fn to_bytes(&self, from: &Mailbox, to: &[Mailbox]) -> Result<Vec<u8>, lettre::error::Error> {
        let builder = Message::builder()
            .from(from.clone())
            .date_now()
            .message_id(Some(message_id(&from.email)))
            .header(AutoSubmitted)
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .subject(self.subject());
        let builder = to.iter().fold(builder, |builder, to| builder.to(to.clone()));
        Ok(builder.body(self.text())?.formatted())
    }

    /// `[LVS01] web: 192.168.100.8:80 down`, `[LVS01] 12 changes: web: quorum lost; …`
    pub(crate) fn subject(&self) -> String {
        let mut events: Vec<&MailEvent> = self.events.iter().collect();
        events.sort_by_key(|event| event.about);
        let subjects: Vec<&str> =
            events.iter().take(MOST_NAMED).map(|event| event.subject.as_str()).collect();
        let subjects = subjects.join("; ");
        let text = match events.len() {
            1 => format!("[{}] {subjects}", self.router_id),
            count => format!("[{}] {count} changes: {subjects}", self.router_id),
        };
        cut(&in_one_line(&text), SUBJECT)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for event in &self.events {
            let at = daemon::clock::rfc3339(event.at);
            let _ = writeln!(text, "{at}  {}", in_one_line(&event.subject));
            for line in cut(&event.text, TEXT).lines() {
                let _ = writeln!(text, "    {}", in_one_line(line));
            }
        }
        if self.lost > 0 {
            let _ = writeln!(text, "\nBefore that, {} could not be told.", counted(self.lost));
        }
        let _ = write!(text, "\n-- \nlvs-director, {}\n", in_one_line(&self.router_id));
        // RFC 5322 section 2.3: lines end with CR LF
        text.replace('\n', "\r\n")
    }
}

/// RFC 3834 section 5.2: whoever answers mail by a program does not answer this one.
#[derive(Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Unlike any other's: the time and this process tell it apart.
fn message_id(from: &Address) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("<{}.{}.lvs-director@{}>", since.as_nanos(), std::process::id(), from.domain())
}

fn counted(changes: u64) -> String {
    if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") }
}

fn in_one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
