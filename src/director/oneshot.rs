//! Commands that act once: check, import, plan, apply, cleanup, and those that ask the running director.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use config::director::{DirectorConfig, IpvsOn};
use daemon::control::ControlError;
use daemon::exit::Exit;
use daemon::http::Method;
use daemon::run_dir::RunDir;
use daemon::state_file::StateFile;
use ipvs::{Change, Scope, Table, diff};
use keepalived::Mode;
use kernel::ipvs::{Ipvs, IpvsError};
use router::VrrpStatus;

use crate::cli::{ImportArgs, PlanArgs, VrrpArgs};
use crate::http::{NOT_INSTALLED, REFUSED};
use crate::lead::has_routers;
use crate::load::{self, Imported, Loaded, Refused, Source, load};
use crate::owned::{AGENT_ORDERS, DRAINED, OwnedServices};
use crate::plan::{Servers, desired};
use crate::settings::{Policy, Settings};
use crate::{status, status_text, vrrp_text};

/// Tries of `apply` and `cleanup` while somebody else writes too.
const TRIES: usize = 3;

/// A command's end: its exit code, or the text of what went wrong.
pub(crate) type Ended = Result<Exit, Failure>;

/// What went wrong, ready to print.
pub(crate) enum Failure {
    /// the configuration was refused
    Config(String),
    /// anything else
    Failed(String),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Config(refused.text)
    }
}

impl Failure {
    /// Prints the text and gives the exit code.
    pub(crate) fn report(self) -> Exit {
        match self {
            Self::Config(text) => {
                eprint!("{text}");
                Exit::ConfigRefused
            }
            Self::Failed(text) => {
                eprint!("{text}");
                Exit::Failed
            }
        }
    }
}

/// `check`
pub(crate) fn check(source: &Source, effective: bool) -> Ended {
    let loaded = load(source)?;
    if effective {
        eprint!("{}", loaded.warnings);
        print(&loaded.config.to_toml());
    } else {
        say_fine(source, &loaded);
    }
    Ok(Exit::Done)
}

/// `run --check-only`
pub(crate) fn check_to_run(source: &Source, run_dir: &Path) -> Ended {
    say_fine(source, &load::load_to_start(source, run_dir)?);
    Ok(Exit::Done)
}

fn say_fine(source: &Source, loaded: &Loaded) {
    let Loaded { config, warnings, from_keepalived, .. } = loaded;
    eprint!("{warnings}");
    let reals: usize = config.services.iter().map(|service| service.reals.len()).sum();
    let (file, services) = (source.path.display(), counted(config.services.len(), "service"));
    let routers = match config.vrrp.routers.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "virtual router")),
    };
    let kind = if *from_keepalived { " as keepalived.conf" } else { "" };
    print(&format!("{file}: fine{kind}: {services}, {}{routers}\n", counted(reals, "real server")));
}

/// `import`
pub(crate) fn import(source: Source, args: &ImportArgs) -> Ended {
    let mode = match (args.fix, source.lenient) {
        (true, _) => Mode::Fix,
        (false, true) => Mode::Lenient,
        (false, false) => Mode::Strict,
    };
    let source = Source { path: args.file.clone(), ..source };
    let Imported { toml, warnings } = load::import(&source, mode)?;
    eprint!("{warnings}");
    print(&toml);
    Ok(Exit::Done)
}

/// `plan`
pub(crate) fn plan(source: &Source, run_dir: &Path, args: &PlanArgs) -> Ended {
    let config = loaded(source)?;
    let dir = RunDir::open(run_dir, false).ok();
    let servers = running_servers(dir.as_ref());
    note_routers(&config, &servers);
    let wanted = desired(&config, &servers);
    let mut lines = setting_lines(dir.as_ref(), &Policy::of(&config, &servers.roles(&config)));
    lines.extend(table_changes(dir.as_ref(), &config, &wanted)?.iter().map(ToString::to_string));
    lines.extend(block_on(router::plan(dir.as_ref(), &config.addresses))?.map_err(failed)?);
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&lines).unwrap_or_default()));
    } else if lines.is_empty() {
        print("nothing to do\n");
    } else {
        print(&format!("{}\n", lines.join("\n")));
    }
    let something = args.exit_code && !lines.is_empty();
    Ok(if something { Exit::Changes } else { Exit::Done })
}

/// `apply`
pub(crate) fn apply(source: &Source, run_dir: &Path) -> Ended {
    let config = loaded(source)?;
    let dir = RunDir::open(run_dir, true).map_err(|e| hinted(&e, e.hint()))?;
    let _lock = dir.lock().map_err(|e| hinted(&e, e.hint()))?;
    let mut ipvs = Ipvs::open().map_err(|e| hinted(&e, e.hint().as_deref()))?;
    let servers = written_down(&dir);
    note_routers(&config, &servers);
    let wanted = desired(&config, &servers);
    let mut errors = enforce(&dir, &mut ipvs, &Policy::of(&config, &servers.roles(&config)));
    let mut owned = OwnedServices::open(&dir).map_err(failed)?;
    owned.add(wanted.keys().copied()).map_err(failed)?;
    errors.extend(write_table(&mut ipvs, &wanted, &owned, config.ipvs.own_table)?);
    errors.extend(block_on(router::apply(&dir, &config.addresses))?.map_err(failed)?);
    if errors.is_empty() {
        owned.retain(|key| wanted.contains_key(key)).map_err(failed)?;
    }
    finish(&errors)
}

/// `cleanup`
pub(crate) fn cleanup(run_dir: &Path) -> Ended {
    let Ok(dir) = RunDir::open(run_dir, false) else {
        print("nothing here is the director's\n");
        return Ok(Exit::Done);
    };
    let _lock = dir.lock().map_err(|e| hinted(&e, e.hint()))?;
    // Addresses first: they go also where the table cannot be written.
    let mut errors = block_on(router::cleanup(&dir))?.map_err(failed)?;
    let mut owned = OwnedServices::open(&dir).map_err(failed)?;
    let mut settings = Settings::open(Some(&dir)).map_err(failed)?;
    match Ipvs::open() {
        Ok(mut ipvs) => {
            errors.extend(write_table(&mut ipvs, &Table::new(), &owned, false)?);
            errors.extend(settings.restore(&mut ipvs).err());
        }
        // The table and its settings ended with the module.
        Err(IpvsError::NoIpvs { .. }) => errors.extend(settings.restore_without_ipvs().err()),
        Err(error) => return Err(hinted(&error, error.hint().as_deref())),
    }
    if errors.is_empty() {
        owned.retain(|_| false).map_err(failed)?;
        dir.remove(DRAINED).map_err(failed)?;
        dir.remove(AGENT_ORDERS).map_err(failed)?;
    }
    finish(&errors)
}

/// `status`
pub(crate) fn show_status(run_dir: &Path, json: bool) -> Ended {
    let body = ask(run_dir, Method::GET, "/v1/status", b"")?;
    if json {
        print(&format!("{}\n", String::from_utf8_lossy(&body)));
    } else {
        let status: status::Status = serde_json::from_slice(&body).map_err(failed)?;
        print(&status_text::text(&status));
    }
    Ok(Exit::Done)
}

/// `vrrp`
pub(crate) fn show_vrrp(run_dir: &Path, args: &VrrpArgs) -> Result<ExitCode, Failure> {
    let body = ask(run_dir, Method::GET, "/v1/vrrp", b"")?;
    let vrrp: VrrpStatus = serde_json::from_slice(&body).map_err(failed)?;
    let Some(name) = &args.name else {
        print(&if args.json {
            as_json(&vrrp)?
        } else {
            vrrp.routers.iter().map(vrrp_text::script_line).collect()
        });
        return Ok(ExitCode::SUCCESS);
    };
    let router = vrrp.routers.iter().find(|router| router.name == *name);
    let router = router.ok_or_else(|| Failure::Failed(unknown_router(name, &vrrp)))?;
    print(&if args.json { as_json(router)? } else { vrrp_text::script_line(router) });
    Ok(if args.exit_code { vrrp_text::exit_code(&router.state) } else { ExitCode::SUCCESS })
}

fn unknown_router(name: &str, vrrp: &VrrpStatus) -> String {
    let known: Vec<&str> = vrrp.routers.iter().map(|router| router.name.as_str()).collect();
    match known.as_slice() {
        [] => format!("error: no virtual router is called {name}: the director has none\n"),
        _ => format!("error: no virtual router is called {name}; there are: {}\n", known.join(", ")),
    }
}

fn as_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(failed)
}

/// `reload`
pub(crate) fn reload(run_dir: &Path) -> Ended {
    let socket = run_dir.join("control.sock");
    let (status, body) = daemon::control::request(&socket, Method::POST, "/v1/reload", b"")
        .map_err(|error| hinted(&error, error.hint()))?;
    let said = String::from_utf8_lossy(&body).into_owned();
    match status {
        200 => {
            print(&said);
            Ok(Exit::Done)
        }
        REFUSED => Err(Failure::Config(said)),
        NOT_INSTALLED => Err(Failure::Failed(said)),
        _ => Err(Failure::Failed(format!("error: {}\n", said.trim_end()))),
    }
}

/// Asks the running director.
pub(crate) fn ask(run_dir: &Path, method: Method, path: &str, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let socket = run_dir.join("control.sock");
    match daemon::control::request(&socket, method, path, body) {
        Ok((200, body)) => Ok(body),
        Ok((_, body)) => {
            Err(Failure::Failed(format!("error: {}\n", String::from_utf8_lossy(&body).trim_end())))
        }
        Err(error) => Err(hinted(&error, error.hint())),
    }
}

fn loaded(source: &Source) -> Result<DirectorConfig, Failure> {
    let Loaded { config, warnings, .. } = load(source)?;
    eprint!("{warnings}");
    Ok(config)
}

/// Says what is left to the daemon.
fn note_routers(config: &DirectorConfig, servers: &Servers) {
    if has_routers(config) {
        eprintln!("note: addresses of virtual routers come and go with the running director alone");
    }
    if config.ipvs_on == IpvsOn::Master && !servers.knows_roles() {
        eprintln!(
            "note: ipvs_on = \"master\", and no director that runs says which virtual router is master here: no service is \
             wanted"
        );
    }
}

/// What a running director knows; none runs: every server counts as up.
fn running_servers(dir: Option<&RunDir>) -> Servers {
    let Some(dir) = dir else { return Servers::default() };
    match daemon::control::request(&dir.control_socket(), Method::GET, "/v1/servers", b"") {
        Ok((200, body)) => serde_json::from_slice(&body).unwrap_or_default(),
        Err(ControlError::Permission(_)) => {
            eprintln!("note: may not ask the running director: every real server counts as up");
            Servers::default()
        }
        Ok(_) | Err(_) => written_down(dir),
    }
}

/// What is known while no director runs: the servers drained by command.
fn written_down(dir: &RunDir) -> Servers {
    match StateFile::new(dir, DRAINED).read() {
        Ok(drained) => Servers::drained(drained.unwrap_or_default()),
        Err(error) => {
            eprintln!("note: cannot read which servers are drained, so none counts as drained: {error}");
            Servers::default()
        }
    }
}

fn setting_lines(dir: Option<&RunDir>, policy: &Policy) -> Vec<String> {
    let lines = Settings::open(dir).map_err(|error| error.to_string()).and_then(|mut settings| {
        let mut ipvs = Ipvs::open().map_err(|error| daemon::errors::one_line(&error))?;
        settings.plan(&mut ipvs, policy)
    });
    lines.unwrap_or_else(|error| {
        eprintln!("note: settings of the table as a whole are left out: {error}");
        Vec::new()
    })
}

fn table_changes(
    dir: Option<&RunDir>,
    config: &DirectorConfig,
    wanted: &Table,
) -> Result<Vec<Change>, Failure> {
    let owned = match dir.map(OwnedServices::open) {
        Some(Ok(owned)) => owned.keys().clone(),
        Some(Err(error)) => {
            eprintln!("note: cannot read which services are ours, so none is planned to be deleted: {error}");
            std::collections::BTreeSet::new()
        }
        None => std::collections::BTreeSet::new(),
    };
    let scope = if config.ipvs.own_table { Scope::Everything } else { Scope::Owned(&owned) };
    Ok(diff(wanted, &observe(wanted)?, &scope))
}

/// By netlink, or without the right to that by `/proc`, which anyone may read.
fn observe(wanted: &Table) -> Result<Table, Failure> {
    match Ipvs::open().and_then(|mut ipvs| ipvs.table()) {
        Ok(table) => Ok(table),
        Err(error @ IpvsError::NotPermitted { .. }) => {
            eprintln!(
                "note: no CAP_NET_ADMIN: thresholds, tunnel options and scheduler flags cannot be seen"
            );
            let bytes = kernel::ipvs::read_proc().map_err(|_| hinted(&error, error.hint().as_deref()))?;
            let seen = ipvs::proc::parse_proc(&String::from_utf8_lossy(&bytes)).map_err(failed)?;
            Ok(ipvs::proc::fill_unseen(seen, wanted))
        }
        Err(error) => Err(hinted(&error, error.hint().as_deref())),
    }
}

fn enforce(dir: &RunDir, ipvs: &mut Ipvs, policy: &Policy) -> Vec<String> {
    let enforced = Settings::open(Some(dir)).map_err(|error| error.to_string());
    enforced.and_then(|mut settings| settings.enforce(ipvs, policy)).err().into_iter().collect()
}

/// Observes, writes, and looks again; gives what the kernel refused.
fn write_table(
    ipvs: &mut Ipvs,
    wanted: &Table,
    owned: &OwnedServices,
    own_table: bool,
) -> Result<Vec<String>, Failure> {
    let scope = if own_table { Scope::Everything } else { Scope::Owned(owned.keys()) };
    let kernel = |error: IpvsError| hinted(&error, error.hint().as_deref());
    let mut refused = Vec::new();
    for _ in 0..TRIES {
        let changes = diff(wanted, &ipvs.table().map_err(kernel)?, &scope);
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let applied = ipvs.apply(&changes).map_err(kernel)?;
        refused = applied
            .failed
            .iter()
            .map(|(change, error)| format!("{change}: {}", daemon::errors::one_line(error)))
            .collect();
    }
    Ok(refused)
}

fn finish(errors: &[String]) -> Ended {
    if errors.is_empty() {
        return Ok(Exit::Done);
    }
    let lines: Vec<String> = errors.iter().map(|error| format!("error: {error}\n")).collect();
    Err(Failure::Failed(format!("{}the rest was done; `plan` says what remains\n", lines.concat())))
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    Ok(runtime.block_on(future))
}

pub(crate) fn failed(error: impl std::error::Error) -> Failure {
    Failure::Failed(daemon::errors::chain(&error, None))
}

fn hinted(error: &dyn std::error::Error, hint: Option<&str>) -> Failure {
    Failure::Failed(daemon::errors::chain(error, hint))
}

/// `1 service`, `2 services`
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A reader that went away (`| head`) is no failure.
pub(crate) fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
