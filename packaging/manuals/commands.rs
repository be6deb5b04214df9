//! Section 8: a page for the daemon, and one for each of its commands, as git has them.

use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// Writes the pages of `command`, whose configuration has the name `file`, to `directory`.
pub(crate) fn write(directory: &Path, command: &Command, file: &str) -> io::Result<()> {
    let mut built = command.clone().disable_help_subcommand(true);
    built.build();
    let name = built.get_name().to_owned();
    save(directory, &name, &daemon_page(built.clone(), file)?)?;
    for child in built.get_subcommands().filter(|child| !child.is_hide_set()) {
        let page = format!("{name}-{}", child.get_name());
        save(directory, &page, &command_page(child.clone().display_name(&page), &name, file)?)?;
    }
    Ok(())
}

fn save(directory: &Path, page: &str, text: &[u8]) -> io::Result<()> {
    std::fs::write(directory.join(format!("{page}.8")), text)
}

fn daemon_page(command: Command, file: &str) -> io::Result<Vec<u8>> {
    let name = command.get_name().to_owned();
    let man = manual(command);
    let mut page = beginning(&man)?;
    man.render_subcommands_section(&mut page)?;
    files(&name, file).to_writer(&mut page)?;
    exit_status().to_writer(&mut page)?;
    see_also(&[format!("{file}(5)"), "systemctl(1)".to_owned(), "ipvsadm(8)".to_owned()])
        .to_writer(&mut page)?;
    Ok(page)
}

fn command_page(command: Command, daemon: &str, file: &str) -> io::Result<Vec<u8>> {
    let mut page = beginning(&manual(command))?;
    exit_status().to_writer(&mut page)?;
    see_also(&[format!("{daemon}(8)"), format!("{file}(5)")]).to_writer(&mut page)?;
    Ok(page)
}

fn manual(command: Command) -> Man {
    let source = format!("lvs-rs {}", env!("CARGO_PKG_VERSION"));
    // Without a date: the same sources make the same page.
    Man::new(command).section("8").manual("System Administration").source(source).date("")
}

fn beginning(man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    page.flush()?;
    Ok(page)
}

fn files(daemon: &str, file: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["FILES"]);
    let files = [
        (format!("/etc/{daemon}/{file}"), format!("the configuration, {file}(5)")),
        (format!("/run/{daemon}/"), "the lock, the control socket and what is ours".to_owned()),
        (format!("/usr/share/doc/{daemon}/examples/{file}"), "every key with its default".to_owned()),
    ];
    for (path, what) in files {
        roff.control("TP", []).text([bold(path)]).text([roman(what)]);
    }
    roff
}

fn exit_status() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, what) in [
        ("0", "done"),
        ("1", "failed; doctor: something is wrong"),
        ("2", "the command line is wrong"),
        ("3", "plan --exit-code: there is something to do"),
        ("78", "the configuration is refused"),
    ] {
        roff.control("TP", []).text([bold(code)]).text([roman(what)]);
    }
    roff
}

fn see_also(pages: &[String]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]).text([roman(pages.join(", "))]);
    roff
}
