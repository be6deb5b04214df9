//! `HTTP_GET` and `SSL_GET`: each `url` is a check.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use health::{CheckKind, HttpCheck, HttpVersion, StatusRange, TlsCheck, Verify};

use super::timing::{Shape, Timing};
use super::{Check, Reader, body, status};
use crate::Mode;
use crate::keywords::Section;
use crate::read::value::path as file;
use crate::read::vrrp::said::{Said, one_a_line};
use crate::read::vrrp::value::{at_most, shown, value};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// keepalived's own.
const STATUS: StatusRange = StatusRange { first: 200, last: 299 };

/// `SSL`: what is shown to servers that ask.
#[derive(Default)]
pub(in crate::read) struct Client {
    certificate: Option<String>,
    key: Option<String>,
}

impl Client {
    /// Of the `SSL` block.
    pub(in crate::read) fn read(lines: &[Line], report: &mut Report) -> Self {
        let blocks = || lines.iter().filter(|line| line.keyword() == "SSL");
        let said = Said::of_all(blocks().flat_map(Line::lines), Section::Ssl, report);
        let mut one = |keyword: &str| {
            let line = said.last(keyword, report)?;
            let word = value(line, report)?;
            Some((file(word, "PEM file", report)?, line.words_place()))
        };
        match (one("certificate"), one("key")) {
            (Some((certificate, _)), Some((key, _))) => {
                Self { certificate: Some(certificate), key: Some(key) }
            }
            (Some((_, place)), None) => tell_alone(place, "certificate", "key", report),
            (None, Some((_, place))) => tell_alone(place, "key", "certificate", report),
            (None, None) => Self::default(),
        }
    }
}

fn tell_alone(place: Place, said: &str, other: &str, report: &mut Report) -> Client {
    report
        .error(place, format_args!("`{said}` without `{other}`"))
        .label("a certificate is shown together with its key")
        .help(format_args!("write `{other}` too, or leave `{said}` away"));
    Client::default()
}

/// What the urls of one block share.
struct Shared<'a> {
    virtualhost: Option<String>,
    version: HttpVersion,
    tls: Option<TlsFor<'a>>,
}

/// What is known of the handshake before the url is.
pub(in crate::read) struct TlsFor<'a> {
    client: &'a Client,
    sni: Sni,
}

/// `enable_sni`, `sni_name`
enum Sni {
    /// no name is sent
    Off,
    /// the virtual host
    Host,
    Name(String),
}

pub(super) fn read(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    all: &mut Vec<Check>,
    report: &mut Report,
) {
    let is_tls = reader.keyword == "SSL_GET";
    let own = said.last("virtualhost", report);
    let usual = || reader.server.virtualhost.map(String::from);
    let shared = Shared {
        virtualhost: own.and_then(|line| virtualhost(line, report)).or_else(usual),
        version: said.last("http_protocol", report).map_or(HttpVersion::V10, |line| version(line, report)),
        tls: is_tls.then(|| TlsFor { client: reader.given.client, sni: sni(said, report) }),
    };
    if !is_tls {
        for line in ["enable_sni", "sni_name"].into_iter().filter_map(|keyword| said.all(keyword).first()) {
            let keyword = line.keyword();
            report
                .warning(line.words_place(), format_args!("`{keyword}` has no effect"))
                .help("it belongs in SSL_GET");
        }
    }
    let urls = said.all("url");
    if urls.is_empty() {
        let keyword = reader.keyword;
        report
            .error(reader.block.place(), format_args!("this {keyword} has no `url`"))
            .label("nothing is asked")
            .help("write `url { path / }` in it")
            .swallowed("keepalived leaves the check away, and the server is always up");
    }
    for block in urls {
        let Some(http) = url(block, &shared, report) else { continue };
        tell_name(&http, block.place(), report);
        let shape = if is_tls { Shape::HTTPS } else { Shape::HTTP };
        all.extend(reader.connecting(said, CheckKind::Http(http), shape, timing, report));
    }
}

/// Where nothing is said of it, the handshake carries the virtual host.
fn tell_name(http: &HttpCheck, place: Place, report: &mut Report) {
    let unsaid = http.tls.as_ref().is_some_and(|tls| tls.sni.is_none());
    if let Some(host) = http.host.as_deref().filter(|host| unsaid && is_name(host)) {
        report.note(place, format_args!("the handshake carries the name {} (SNI)", shown(host))).help(
            "keepalived sends it with `enable_sni` alone: for another name write `sni` in director.toml",
        );
    }
}

fn url(block: &Line, shared: &Shared<'_>, report: &mut Report) -> Option<HttpCheck> {
    at_most(block, 0, report);
    let lines = one_a_line(block.lines(), Section::Url, report);
    let said = Said::of(&lines, Section::Url, report);
    let path = match said.last("path", report) {
        Some(line) => path(value(line, report)?, report),
        None => without_path(block, report),
    };
    let own = said.last("virtualhost", report).and_then(|line| virtualhost(line, report));
    let host = own.or_else(|| shared.virtualhost.clone());
    let status = match said.last("status_code", report) {
        Some(line) => status::read(line, report),
        None => vec![STATUS],
    };
    let digest = said.last("digest", report).and_then(|line| digest(value(line, report)?, report));
    let body = body::read(&said, report);
    let status = if status.is_empty() { vec![STATUS] } else { status };
    let tls = shared.tls.as_ref().map(|tls| tls.check(host.as_deref()));
    Some(HttpCheck { path: path?, host, version: shared.version, status, digest, body: body.ok()?, tls })
}

fn without_path(block: &Line, report: &mut Report) -> Option<String> {
    report
        .error(block.place(), "this url has no `path`")
        .help("write `path /` in it")
        .swallowed("keepalived leaves the url away")
        .mended("taken as `path /`");
    Some(String::from("/")).filter(|_| report.mode() == Mode::Fix)
}

fn path(word: &Word, report: &mut Report) -> Option<String> {
    let path = word.text();
    let draft = |report: &mut Report, help: &str| {
        report.error(word.place, format_args!("`{}` is no path", shown(path))).help(help);
    };
    if path.contains(|c: char| !c.is_ascii_graphic()) || path.is_empty() {
        draft(report, "write spaces and other letters as %20 and the like");
        return None;
    }
    if path.starts_with('/') {
        return Some(String::from(path));
    }
    if path.contains("://") {
        draft(report, "write the path alone, as in `/health`; the host goes into `virtualhost`");
        return None;
    }
    report
        .error(word.place, format_args!("`{}` is no path", shown(path)))
        .help(format_args!("begin it with a slash: `/{}`", shown(path)))
        .mended(format_args!("taken as `/{}`", shown(path)));
    Some(alloc::format!("/{path}")).filter(|_| report.mode() == Mode::Fix)
}

/// A name for the `Host` header.
pub(in crate::read) fn virtualhost(line: &Line, report: &mut Report) -> Option<String> {
    let word = value(line, report)?;
    let host = word.text();
    if host.is_empty() || host.contains(|c: char| !c.is_ascii_graphic() || c == '/') {
        report
            .error(word.place, format_args!("`{}` is no host name", shown(host)))
            .help("write a name such as `www.example.org`, or leave it away for the server's address");
        return None;
    }
    Some(String::from(host))
}

fn version(line: &Line, report: &mut Report) -> HttpVersion {
    let Some(word) = value(line, report) else { return HttpVersion::V10 };
    match word.text() {
        "1.0" => HttpVersion::V10,
        "1.0C" | "1.0c" => HttpVersion::V10Close,
        "1.1" => HttpVersion::V11,
        other => {
            report
                .error(word.place, format_args!("there is no HTTP protocol `{}` here", shown(other)))
                .help("write `1.0`, `1.0C` or `1.1`")
                .swallowed("keepalived takes 1.0");
            HttpVersion::V10
        }
    }
}

fn digest(word: &Word, report: &mut Report) -> Option<[u8; 16]> {
    let text = word.text();
    let digest = Some(text)
        .filter(|text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u128::from_str_radix(text, 16).ok())
        .map(u128::to_be_bytes);
    if digest.is_none() {
        let count = text.chars().count();
        report
            .error(word.place, "`digest` is no MD5 sum")
            .label(match count {
                32 => String::from("not all are hexadecimal digits"),
                _ => alloc::format!("{count} characters"),
            })
            .help("write 32 hexadecimal digits, as genhash prints them")
            .swallowed("keepalived leaves the line away");
    }
    digest
}

fn sni(said: &Said<'_>, report: &mut Report) -> Sni {
    if let Some(line) = said.last("sni_name", report) {
        return value(line, report).and_then(|word| sni_name(word, report)).map_or(Sni::Off, Sni::Name);
    }
    let enabled =
        said.last("enable_sni", report).and_then(|line| crate::read::vrrp::value::flag(line, report));
    if enabled == Some(true) { Sni::Host } else { Sni::Off }
}

fn sni_name(word: &Word, report: &mut Report) -> Option<String> {
    let name = word.text();
    if !is_name(name) {
        report
            .error(word.place, format_args!("`{}` is no server name", shown(name)))
            .help("write a name such as `www.example.org`: the handshake carries no addresses");
        return None;
    }
    Some(String::from(name))
}

/// What the handshake can carry (RFC 6066 section 3).
fn is_name(name: &str) -> bool {
    name.parse::<core::net::IpAddr>().is_err()
        && !name.is_empty()
        && name.len() <= 253
        && !name.contains(|c: char| !c.is_ascii_graphic() || c == '/')
}

impl TlsFor<'_> {
    /// keepalived never verifies a certificate, and neither does what is imported.
    fn check(&self, host: Option<&str>) -> TlsCheck {
        let sni = match &self.sni {
            Sni::Off => None,
            Sni::Host => host.filter(|host| is_name(host)).map(String::from),
            Sni::Name(name) => Some(name.clone()),
        };
        TlsCheck {
            sni,
            verify: Verify::Off,
            certificate: self.client.certificate.clone(),
            key: self.client.key.clone(),
        }
    }
}
