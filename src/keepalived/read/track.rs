//! What routers track: `vrrp_script`, `track_file`, `vrrp_track_process`, and the `track_*` blocks that name them.

mod define;
mod list;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use config::director::{RouterConfig, TrackFile, TrackProcess, TrackScript};

pub(super) use list::Lists;

use super::vrrp::value::block_name;
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Script,
    File,
    Process,
}

impl What {
    fn of(keyword: &str) -> Option<Self> {
        match keyword {
            "vrrp_script" => Some(Self::Script),
            // the second is what it was called
            "track_file" | "vrrp_track_file" => Some(Self::File),
            "vrrp_track_process" | "track_process" => Some(Self::Process),
            _ => None,
        }
    }

    const fn keyword(self) -> &'static str {
        match self {
            Self::Script => "vrrp_script",
            Self::File => "track_file",
            Self::Process => "vrrp_track_process",
        }
    }
}

/// A thing that was said somewhere.
struct Known {
    /// its place among the root lines: keepalived knows it only behind
    at: usize,
    place: Place,
    /// what counts where a `track_*` block says nothing
    weight: i16,
    reverse: bool,
    /// whether it could be read
    usable: bool,
}

/// Everything that can be tracked.
pub(super) struct Things {
    known: BTreeMap<(What, String), Known>,
    vectors: Vectors,
}

/// The things in the file's order.
#[derive(Default)]
pub(super) struct Vectors {
    pub(super) scripts: Vec<TrackScript>,
    pub(super) files: Vec<TrackFile>,
    pub(super) processes: Vec<TrackProcess>,
}

impl Things {
    pub(super) fn read(lines: &[Line], script_user: Option<&str>, report: &mut Report) -> Self {
        let mut things = Self { known: BTreeMap::new(), vectors: Vectors::default() };
        for (at, line) in lines.iter().enumerate() {
            if let Some(what) = What::of(line.keyword()) {
                things.add(what, at, line, script_user, report);
            }
        }
        things
    }

    /// Files by the name of their `track_file`: the path, and the weight it is read with.
    pub(super) fn paths(&self) -> BTreeMap<String, (String, i16)> {
        let files = self.vectors.files.iter().filter_map(|file| {
            let known = self.known.get(&(What::File, file.name.clone()))?;
            let weight = if known.reverse { -known.weight } else { known.weight };
            Some((file.name.clone(), (file.path.clone(), weight)))
        });
        files.collect()
    }

    pub(super) fn finish(self) -> Vectors {
        self.vectors
    }

    fn add(&mut self, what: What, at: usize, line: &Line, script_user: Option<&str>, report: &mut Report) {
        let Some(name) = block_name(line, report) else { return };
        let place = line.words_place();
        let key = (what, name.clone());
        if let Some(first) = self.known.get(&key) {
            let position = report.position(first.place);
            report
                .error(place, format_args!("two {} are named `{name}`", what.keyword()))
                .label("the second of this name")
                .help(format_args!("the first is in {position}: write another name"))
                .swallowed("keepalived leaves the second away");
            return;
        }
        let (usable, define::Weight { weight, reverse }) = match what {
            What::Script => push(&mut self.vectors.scripts, define::script(name, line, script_user, report)),
            What::File => push(&mut self.vectors.files, define::file(name, line, report)),
            What::Process => push(&mut self.vectors.processes, define::process(name, line, report)),
        };
        self.known.insert(key, Known { at, place, weight, reverse, usable });
    }
}

fn push<T>(all: &mut Vec<T>, (one, weight): (Option<T>, define::Weight)) -> (bool, define::Weight) {
    let usable = one.is_some();
    all.extend(one);
    (usable, weight)
}

/// Tracks nothing that has a weight, as keepalived does; what has none is a fault while it is down.
pub(super) fn without_weighted(router: &mut RouterConfig, instance: &Line, why: &str, report: &mut Report) {
    let lists = [
        &mut router.track_interfaces,
        &mut router.track_scripts,
        &mut router.track_files,
        &mut router.track_processes,
    ];
    let left = lists.into_iter().flat_map(|list| list.extract_if(.., |tracked| tracked.weight != 0));
    let names: Vec<String> = left.map(|tracked| tracked.name).collect();
    if let Some(first) = names.first() {
        let others = names.len() - 1;
        let (more, are) =
            if others == 0 { (String::new(), "is") } else { (alloc::format!(" and {others} more"), "are") };
        report
            .warning(
                instance.words_place(),
                format_args!("`{first}`{more} {are} not tracked, as under keepalived"),
            )
            .label(why)
            .help("write `weight 0`: while it is down, the router is in fault");
    }
}
