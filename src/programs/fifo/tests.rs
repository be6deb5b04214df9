//! Who may make a pipe and open it.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::{Fifo, check_fifo, check_fifo_to_run};
use crate::becoming;
use crate::script::{hand_to, our_name};
use crate::testing::{Place, mode};

const NOBODY: u32 = 65_534;

#[test]
fn a_pipe_that_this_process_may_not_make_or_open_is_refused() {
    if let Some(place) = becoming::place() {
        return refused(&place);
    }
    let place = Place::new();
    fs::create_dir(place.path("own")).unwrap();
    chown(place.path("own"), Some(NOBODY), None).unwrap();
    for (name, bits) in [("roots", 0o600), ("own/roots", 0o600), ("open", 0o622)] {
        mkfifo(place.path(name).as_str(), Mode::from_bits_truncate(0o600)).unwrap();
        mode(place.path(name), bits);
    }
    let test = "fifo::tests::a_pipe_that_this_process_may_not_make_or_open_is_refused";
    becoming::again(test, &place, &["--reuid=65534", "--regid=65534", "--clear-groups"]);
}

fn refused(place: &Path) {
    let at = |name: &str| place.join(name).display().to_string();
    let said = |name: &str, has_reader| check_fifo_to_run(&at(name), has_reader).map_err(|e| e.to_string());
    let user = our_name();
    check_fifo(&at("new")).unwrap();
    let words = said("new", false).unwrap_err();
    let line = |name: &str| {
        format!(
            "by the line `p {} 0600 {user} -` in /etc/tmpfiles.d/lvs-director.conf and `systemd-tmpfiles --create lvs-director.conf`",
            at(name)
        )
    };
    assert!(words.starts_with(&format!("{} cannot be made by '{user}'", at("new"))), "{words}");
    assert!(words.ends_with(&line("new")), "{words}");
    assert_eq!(said("own/new", true), Ok(()));
    // whoever may make it anew can have it removed; elsewhere that would leave nothing
    let closed = format!(
        "'{user}' may not open {0}: chown {user} {0}, or remove it, and it is made anew",
        at("own/roots")
    );
    assert_eq!(said("own/roots", false), Err(closed));
    let closed = format!("'{user}' may not open {}: make it its own {}", at("roots"), line("roots"));
    assert_eq!(said("roots", false), Err(closed));
    assert_eq!(said("open", false), Ok(()));
    assert!(said("open", true).is_err());
}

/// The drop-in for other users' programs makes the director root without `CAP_DAC_OVERRIDE`.
#[test]
fn a_pipe_that_became_its_readers_is_opened_again_by_root_without_powers() {
    let name = |place: &Path| place.join("pipe").display().to_string();
    if let Some(place) = becoming::place() {
        check_fifo_to_run(&name(&place), true).unwrap();
        assert!(Fifo::new(&name(&place), true).write("line\n"));
        let other = place.join("others").display().to_string();
        assert!(check_fifo_to_run(&other, true).is_err(), "this process has root's power over files");
        return;
    }
    let place = Place::new();
    let pipe = Fifo::new(&name(&place.0), true).prepare().unwrap();
    hand_to(&pipe, "nobody").unwrap();
    mkfifo(place.path("others").as_str(), Mode::from_bits_truncate(0o600)).unwrap();
    chown(place.path("others"), Some(NOBODY), None).unwrap();
    let test = "fifo::tests::a_pipe_that_became_its_readers_is_opened_again_by_root_without_powers";
    becoming::again(test, &place, &["--bounding-set=-all,+chown,+setuid,+setgid,+kill", "--inh-caps=-all"]);
}
