//! Every keyword of keepalived, and what becomes of it here.

mod checker;
mod global;
mod root;
mod service;
mod vrrp;

use crate::syntax::{Known, Opens, Quoting};

/// What the grammar must know of them.
pub(crate) const KNOWN: Known = Known { opens, quoting };

/// A keyword of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) verdict: Verdict,
}

/// What stands behind a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// words on its line
    Line,
    /// words on its line, quoted as commands are
    Script,
    /// a block of keywords
    Block,
    /// a block of values, one entry a line
    Values,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// does what it does under keepalived
    Works,
    /// does that but for a case that is reported where it comes up
    Nearly(&'static str),
    /// does nearly that
    Differently(&'static str),
    /// has no effect: what it asks for is so in any case
    Anyway(&'static str),
    /// has no effect, and no counterpart that would matter
    Ignored(&'static str),
    /// another word for a keyword of the same block; the second is what keepalived makes of it
    Old(&'static str, Swallows),
    /// the file is refused
    Refused(&'static str),
}

/// Whether keepalived takes an old word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Swallows {
    /// as the other
    Takes,
    /// not at all, and goes on
    Drops,
}

/// A block that has keywords of its own. The order is that of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    /// outside of every block
    Root,
    /// `global_defs`
    Global,
    /// `garp_group`
    GarpGroup,
    /// `track_group`
    TrackGroup,
    /// `vrrp_instance`
    Instance,
    /// `authentication`
    Authentication,
    /// `auth_hmac`
    Hmac,
    /// `key` of `auth_hmac`
    HmacKey,
    /// `vrrp_sync_group`
    SyncGroup,
    /// `vrrp_script`
    Script,
    /// `vrrp_track_process`
    Process,
    /// `vrrp_track_file`
    TrackFile,
    /// `bfd_instance`
    Bfd,
    /// `SSL`
    Ssl,
    /// `virtual_server`
    Service,
    /// `real_server`
    Real,
    /// `TCP_CHECK`
    Tcp,
    /// `HTTP_GET` and `SSL_GET`
    Http,
    /// `url`
    Url,
    /// `MISC_CHECK`
    Misc,
    /// `SMTP_CHECK`
    Smtp,
    /// `host` of `SMTP_CHECK`
    SmtpHost,
    /// `DNS_CHECK`
    Dns,
    /// `UDP_CHECK`
    Udp,
    /// `PING_CHECK`
    Ping,
    /// `FILE_CHECK`
    File,
    /// `BFD_CHECK`
    BfdCheck,
}

impl Section {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 27] = [
        Self::Root,
        Self::Global,
        Self::GarpGroup,
        Self::TrackGroup,
        Self::Instance,
        Self::Authentication,
        Self::Hmac,
        Self::HmacKey,
        Self::SyncGroup,
        Self::Script,
        Self::Process,
        Self::TrackFile,
        Self::Bfd,
        Self::Ssl,
        Self::Service,
        Self::Real,
        Self::Tcp,
        Self::Http,
        Self::Url,
        Self::Misc,
        Self::Smtp,
        Self::SmtpHost,
        Self::Dns,
        Self::Udp,
        Self::Ping,
        Self::File,
        Self::BfdCheck,
    ];

    /// The section within the blocks of these keywords, outermost first; none where lines there are values or not known.
    pub(crate) fn at(path: &[&str]) -> Option<Self> {
        let Some((last, before)) = path.split_last() else { return Some(Self::Root) };
        Some(match *last {
            "global_defs" => Self::Global,
            "garp_group" => Self::GarpGroup,
            "track_group" => Self::TrackGroup,
            "vrrp_instance" => Self::Instance,
            "authentication" => Self::Authentication,
            "auth_hmac" => Self::Hmac,
            "key" if before.last() == Some(&"auth_hmac") => Self::HmacKey,
            "vrrp_sync_group" => Self::SyncGroup,
            "vrrp_script" => Self::Script,
            "vrrp_track_process" | "track_process" if before.is_empty() => Self::Process,
            "vrrp_track_file" | "track_file" if before.is_empty() => Self::TrackFile,
            "bfd_instance" => Self::Bfd,
            "SSL" => Self::Ssl,
            "virtual_server" => Self::Service,
            "real_server" => Self::Real,
            "TCP_CHECK" => Self::Tcp,
            "HTTP_GET" | "SSL_GET" => Self::Http,
            "url" => Self::Url,
            "MISC_CHECK" => Self::Misc,
            "SMTP_CHECK" => Self::Smtp,
            "host" => Self::SmtpHost,
            "DNS_CHECK" => Self::Dns,
            "UDP_CHECK" => Self::Udp,
            "PING_CHECK" => Self::Ping,
            "FILE_CHECK" => Self::File,
            "BFD_CHECK" => Self::BfdCheck,
            _ => return None,
        })
    }

    /// Its keywords, sorted by name.
    pub(crate) const fn keywords(self) -> &'static [Keyword] {
        match self {
            Self::Root => &root::ROOT,
            Self::Global => &global::GLOBAL,
            Self::GarpGroup => &global::GARP_GROUP,
            Self::TrackGroup => &root::TRACK_GROUP,
            Self::Instance => &vrrp::INSTANCE,
            Self::Authentication => &vrrp::AUTHENTICATION,
            Self::Hmac => &vrrp::HMAC,
            Self::HmacKey => &vrrp::HMAC_KEY,
            Self::SyncGroup => &vrrp::SYNC_GROUP,
            Self::Script => &vrrp::SCRIPT,
            Self::Process => &vrrp::PROCESS,
            Self::TrackFile => &vrrp::TRACK_FILE,
            Self::Bfd => &root::BFD,
            Self::Ssl => &root::SSL,
            Self::Service => &service::SERVICE,
            Self::Real => &service::REAL,
            Self::Tcp => &checker::TCP,
            Self::Http => &checker::HTTP,
            Self::Url => &checker::URL,
            Self::Misc => &checker::MISC,
            Self::Smtp => &checker::SMTP,
            Self::SmtpHost => &checker::SMTP_HOST,
            Self::Dns => &checker::DNS,
            Self::Udp => &checker::UDP,
            Self::Ping => &checker::PING,
            Self::File => &checker::FILE,
            Self::BfdCheck => &checker::BFD_CHECK,
        }
    }

    /// The keyword of this name.
    pub(crate) fn find(self, name: &str) -> Option<&'static Keyword> {
        let all = self.keywords();
        all.binary_search_by(|keyword| keyword.name.cmp(name)).ok().and_then(|at| all.get(at))
    }
}

fn opens(path: &[&str], word: &str) -> Opens {
    let Some(section) = Section::at(path) else { return Opens::Unknown };
    match section.find(word).map(|keyword| keyword.shape) {
        Some(Shape::Line | Shape::Script) => Opens::Nothing,
        Some(Shape::Block) => Opens::Block,
        Some(Shape::Values) => Opens::Values,
        // who reads the services says where the virtual_server around it was closed
        None if section == Section::Root && word == "real_server" => Opens::Block,
        None => Opens::Unknown,
    }
}

fn quoting(path: &[&str], word: &str) -> Quoting {
    match Section::at(path).and_then(|section| section.find(word)) {
        Some(Keyword { shape: Shape::Script, .. }) => Quoting::Script,
        Some(_) | None => Quoting::Plain,
    }
}

const fn line(name: &'static str, verdict: Verdict) -> Keyword {
    Keyword { name, shape: Shape::Line, verdict }
}

const fn script(name: &'static str, verdict: Verdict) -> Keyword {
    Keyword { name, shape: Shape::Script, verdict }
}

const fn block(name: &'static str, verdict: Verdict) -> Keyword {
    Keyword { name, shape: Shape::Block, verdict }
}

const fn values(name: &'static str, verdict: Verdict) -> Keyword {
    Keyword { name, shape: Shape::Values, verdict }
}

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod written;
