//! `[mail]`.

use alloc::format;
use alloc::string::String;

use health::{Login, Verify};

use crate::director::mail::{ABOUT, MERGE, TIMEOUT, usual_port};
use crate::director::{MailConfig, MailTls};
use crate::print::{Lines, Quoted, inline, list};
use crate::read::format_duration;

pub(super) fn print(mail: &MailConfig, lines: &mut Lines) {
    lines.section("[mail]");
    lines.key("to", list(mail.to.iter().map(Quoted)));
    lines.string("from", &mail.from);
    lines.string("server", server(mail, lines.is_short()));
    lines.optional("helo", mail.helo.as_ref().map(Quoted), "the host's name");
    let tls = match mail.tls {
        MailTls::Off => "off",
        MailTls::StartTls => "starttls",
        MailTls::Tls => "tls",
    };
    lines.usual_string("tls", tls, "off");
    if mail.tls != MailTls::Off {
        lines.usual("verify", verify(&mail.verify), verify(&Verify::System));
    }
    lines.optional("login", mail.login.as_ref().map(login), "none");
    lines.usual_string("timeout", format_duration(mail.timeout), format_duration(TIMEOUT));
    lines.usual_string("merge", format_duration(mail.merge), format_duration(MERGE));
    if !lines.is_short() || mail.about != ABOUT {
        let about = mail.about;
        let all = [("routers", about.routers), ("services", about.services), ("servers", about.servers)];
        lines.key("about", list(all.into_iter().filter(|(_, told)| *told).map(|(word, _)| Quoted(word))));
    }
}

fn server(mail: &MailConfig, short: bool) -> String {
    let (host, port) = &mail.server;
    if short && *port == usual_port(mail.tls) {
        return host.clone();
    }
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

pub(super) fn verify(verify: &Verify) -> String {
    match verify {
        Verify::Off => String::from("false"),
        Verify::System => String::from("true"),
        Verify::Ca(path) => format!("{}", Quoted(path)),
    }
}

pub(super) fn login(login: &Login) -> String {
    inline([
        Some(format!("user = {}", Quoted(&login.user))),
        Some(format!("password = {}", Quoted(&login.password.0))),
    ])
}
