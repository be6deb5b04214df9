//! `status`, `drain` and `undrain`: asked of the running agent.

use std::net::IpAddr;

use daemon::control::request;
use daemon::exit::Exit;
use daemon::http::Method;
use daemon::run_dir::RunDir;
use serde::{Deserialize, Serialize};

use super::{Ended, complain, failed, failed_because, say};
use crate::cli::{Cli, VipArgs};
use crate::control::json;
use crate::status_text::{Marks, text};
use watch::Status;

pub(super) fn status(cli: &Cli, as_json: bool) -> Ended {
    let body = ask(cli, Method::GET, "/v1/status", b"")?;
    if as_json {
        say(&String::from_utf8_lossy(&body));
    } else {
        say(&text(&parse(&body)?, Marks::of_locale()));
    }
    Ok(Exit::Done)
}

pub(super) fn drain(cli: &Cli, args: &VipArgs) -> Ended {
    told(cli, "/v1/drain", args.vip)
}

pub(super) fn undrain(cli: &Cli, args: &VipArgs) -> Ended {
    told(cli, "/v1/undrain", args.vip)
}

fn told(cli: &Cli, path: &str, vip: Option<IpAddr>) -> Ended {
    #[derive(Serialize)]
    struct Target {
        vip: Option<IpAddr>,
    }
    let body = ask(cli, Method::POST, path, json(&Target { vip }).as_bytes())?;
    say(&text(&parse(&body)?, Marks::of_locale()));
    Ok(Exit::Done)
}

fn ask(cli: &Cli, method: Method, path: &str, body: &[u8]) -> Result<Vec<u8>, Exit> {
    // a directory that is not there means the same as a socket that is not there
    let socket = match RunDir::open(cli.run_dir(), false) {
        Ok(directory) => directory.control_socket(),
        Err(_) => cli.run_dir().join("control.sock"),
    };
    match request(&socket, method, path, body) {
        Ok((200, body)) => Ok(body),
        Ok((status, body)) => Err(refused(status, &body)),
        Err(error) => Err(failed(&error, error.hint())),
    }
}

fn refused(status: u16, body: &[u8]) -> Exit {
    #[derive(Deserialize)]
    struct Problem {
        error: String,
        #[serde(default)]
        known: Vec<String>,
    }
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
        return failed_because(&format!("the agent answered {status}"));
    };
    let exit = failed_because(&problem.error);
    if !problem.known.is_empty() {
        complain(&format!("hint: known are {}", problem.known.join(", ")));
    }
    exit
}

fn parse(body: &[u8]) -> Result<Status, Exit> {
    serde_json::from_slice(body).map_err(|error| failed(&error, Some("is another version running?")))
}
