//! Checks as inline tables.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use health::CheckSpec;
use ipvs::DestinationKey;

use super::kind;
use crate::director::RealServer;
use crate::director::check::{default_spec, has_port, usual_port, usual_timeout};
use crate::print::{Lines, Quoted, block, inline};
use crate::read::format_duration;

/// How checks are printed.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    pub(super) short: bool,
    /// who runs scripts that name nobody
    pub(super) script_user: Option<&'a str>,
}

/// A real server, and the same one of a service at another port, where a list has several.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) real: &'a RealServer,
    pub(super) other: Option<&'a RealServer>,
}

/// A check in a form that holds for one server or several.
pub(super) struct Form<'a> {
    spec: &'a CheckSpec,
    /// none: the server's
    address: Option<IpAddr>,
    /// none: the usual one
    port: Option<u16>,
}

/// The checks of all servers in one form, where there is one.
pub(super) fn common<'a>(reals: &[At<'a>], short: bool) -> Option<Vec<Form<'a>>> {
    let first = reals.first()?;
    if reals.iter().any(|at| at.real.checks.len() != first.real.checks.len()) {
        return None;
    }
    (0..first.real.checks.len()).map(|nth| form(reals, nth, short)).collect()
}

/// The nth check of all servers.
fn form<'a>(reals: &[At<'a>], nth: usize, short: bool) -> Option<Form<'a>> {
    let placed = || reals.iter().filter_map(|at| Placed::of(*at, nth));
    let first = placed().next()?;
    if !placed().all(|one| alike(one.spec, first.spec)) {
        return None;
    }
    let address = if placed().all(|one| one.spec.target.ip() == one.server.address) {
        None
    } else {
        let ip = first.spec.target.ip();
        Some(placed().all(|one| one.spec.target.ip() == ip).then_some(ip)?)
    };
    let usual = placed().all(|one| one.is_usual());
    let port = first.spec.target.port();
    let same = has_port(&first.spec.kind) && placed().all(|one| one.is_always(port));
    let port = match (usual, same) {
        (true, true) if !short => Some(port),
        (true, _) => None,
        (false, true) => Some(port),
        (false, false) => return None,
    };
    Some(Form { spec: first.spec, address, port })
}

/// A check with its server, and what it is where the list has another port.
struct Placed<'a> {
    spec: &'a CheckSpec,
    server: DestinationKey,
    other: Option<(&'a CheckSpec, DestinationKey)>,
}

impl<'a> Placed<'a> {
    fn of(at: At<'a>, nth: usize) -> Option<Self> {
        let other = match at.other {
            Some(other) => Some((&**other.checks.get(nth)?, other.key)),
            None => None,
        };
        Some(Self { spec: at.real.checks.get(nth)?, server: at.real.key, other })
    }

    /// Whether the port is what it is where nothing is said.
    fn is_usual(&self) -> bool {
        let one = |spec: &CheckSpec, server: DestinationKey| {
            usual_port(&spec.kind, server.port) == Some(spec.target.port())
        };
        one(self.spec, self.server) && self.other.is_none_or(|(spec, server)| one(spec, server))
    }

    /// Whether it is this port, whatever the list's.
    fn is_always(&self, port: u16) -> bool {
        self.spec.target.port() == port && self.other.is_none_or(|(spec, _)| spec.target.port() == port)
    }
}

/// The same but for the target.
fn alike(one: &CheckSpec, two: &CheckSpec) -> bool {
    let rest = |spec: &CheckSpec| {
        (
            (spec.source, spec.mark, spec.interval, spec.interval_down, spec.interval_retry, spec.warmup),
            (spec.timeout, spec.connect_timeout, spec.reply_timeout, spec.fall, spec.rise),
        )
    };
    // the VIP and the mark are those of the service and the server
    let same_way = one.path.is_some() == two.path.is_some();
    rest(one) == rest(two) && same_way && one.interface == two.interface && one.kind == two.kind
}

/// Whether these are the checks of a TCP service that says nothing.
pub(super) fn is_default(forms: &[Form<'_>]) -> bool {
    let default = default_spec();
    matches!(forms, [Form { spec, address: None, port: None }] if alike(spec, &default))
}

/// `check`: `[]`, one table, or one in each line.
pub(super) fn print(forms: &[Form<'_>], manner: Manner<'_>, lines: &mut Lines) {
    let mut printed = forms.iter().map(|form| print_form(form, manner));
    match forms {
        [_] if manner.short => lines.key("check", printed.next().unwrap_or_default()),
        _ => lines.key("check", block(printed)),
    }
}

fn print_form(form: &Form<'_>, manner: Manner<'_>) -> String {
    let Form { spec, address, port } = form;
    let short = manner.short;
    let kind = &spec.kind;
    let mut pairs = Vec::from([
        Some(format!("type = \"{}\"", kind.word())),
        address.map(|address| format!("address = \"{address}\"")),
        port.map(|port| format!("port = {port}")),
    ]);
    pairs.extend(kind::pairs(spec, manner.script_user, short).into_iter().map(Some));
    pairs.extend(timing(spec, short));
    pairs.extend([
        spec.source.map(|source| format!("source = {}", Quoted(source.to_string()))),
        spec.interface.as_ref().map(|interface| format!("interface = {}", Quoted(interface))),
        spec.mark.map(|mark| format!("mark = {mark}")),
    ]);
    inline(pairs)
}

fn timing(spec: &CheckSpec, short: bool) -> [Option<String>; 9] {
    let usual = default_spec();
    let said = |key: &str, value: Duration, usual: Duration| {
        (!short || value != usual).then(|| format!("{key} = \"{}\"", format_duration(value)))
    };
    let optional = |key: &str, value: Option<Duration>| {
        value.map(|value| format!("{key} = \"{}\"", format_duration(value)))
    };
    let rounds =
        |key: &str, value: u32, usual: u32| (!short || value != usual).then(|| format!("{key} = {value}"));
    [
        said("interval", spec.interval, usual.interval),
        said("interval_down", spec.interval_down, spec.interval),
        optional("interval_retry", spec.interval_retry),
        optional("warmup", spec.warmup),
        said("timeout", spec.timeout, usual_timeout(spec)),
        optional("connect_timeout", spec.connect_timeout),
        optional("reply_timeout", spec.reply_timeout),
        rounds("fall", spec.fall, usual.fall),
        rounds("rise", spec.rise, usual.rise),
    ]
}
