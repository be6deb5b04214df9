//! `status`, `undrain` and `reload`: asked of the running agent.

use std::net::IpAddr;

use daemon::control::{ControlError, request};
use daemon::exit::Exit;
use daemon::http::Method;
use daemon::run_dir::RunDir;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Ended, complain, failed, failed_because, say};
use crate::cli::{Cli, VipArgs};
use crate::control::json;
use crate::http::REFUSED;
use crate::status_text::{Marks, text};
use watch::Status;

pub(super) fn status(cli: &Cli, as_json: bool) -> Ended {
    let body = ask(cli, Method::GET, "/v1/status", b"")?;
    if as_json {
        say(&String::from_utf8_lossy(&body));
    } else {
        say(&text(&parse::<Status>(&body)?, Marks::of_locale()));
    }
    Ok(Exit::Done)
}

pub(super) fn undrain(cli: &Cli, args: &VipArgs) -> Ended {
    #[derive(Serialize)]
    struct Target {
        vip: Option<IpAddr>,
    }
    let body = ask(cli, Method::POST, "/v1/undrain", json(&Target { vip: args.vip }).as_bytes())?;
    say(&text(&parse::<Status>(&body)?, Marks::of_locale()));
    Ok(Exit::Done)
}

pub(super) fn reload(cli: &Cli) -> Ended {
    let (status, body) =
        asked(cli, Method::POST, "/v1/reload", b"").map_err(|error| failed(&error, error.hint()))?;
    match status {
        200 => {
            say(&String::from_utf8_lossy(&body));
            Ok(Exit::Done)
        }
        REFUSED => {
            complain(&String::from_utf8_lossy(&body));
            Err(Exit::ConfigRefused)
        }
        _ => Err(refused(status, &body)),
    }
}

/// The body of a good answer; the words of another, or why there is none, are printed.
pub(super) fn ask(cli: &Cli, method: Method, path: &str, body: &[u8]) -> Result<Vec<u8>, Exit> {
    good(asked(cli, method, path, body))
}

/// The answer, printed if it is none to go on with.
pub(super) fn good(answer: Result<(u16, Vec<u8>), ControlError>) -> Result<Vec<u8>, Exit> {
    match answer {
        Ok((200, body)) => Ok(body),
        Ok((status, body)) => Err(refused(status, &body)),
        Err(error) => Err(failed(&error, error.hint())),
    }
}

/// The answer, whatever it is.
pub(super) fn asked(
    cli: &Cli,
    method: Method,
    path: &str,
    body: &[u8],
) -> Result<(u16, Vec<u8>), ControlError> {
    // a directory that is not there means the same as a socket that is not there
    let socket = match RunDir::open(cli.run_dir(), false) {
        Ok(directory) => directory.control_socket(),
        Err(_) => cli.run_dir().join("control.sock"),
    };
    request(&socket, method, path, body)
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

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Exit> {
    serde_json::from_slice(body).map_err(|error| failed(&error, Some("is another version running?")))
}
