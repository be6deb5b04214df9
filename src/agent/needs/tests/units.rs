//! Units by cgroup.

use std::os::unix::fs::symlink;

use host::Need;

use super::{Host, no};
use crate::needs::Runs;

const NGINX: &str = "cgroup/system.slice/nginx.service";

fn unit(name: &str) -> Need {
    Need::Unit(name.into())
}

/// With cgroups of version 2 alone.
fn host() -> Host {
    let host = Host::new();
    host.write("cgroup/cgroup.controllers", "cpu memory\n");
    host
}

impl Host {
    fn unit(&self, directory: &str, populated: u8) {
        self.write(format!("{directory}/cgroup.events"), &format!("populated {populated}\nfrozen 0\n"));
        self.write(format!("{directory}/cgroup.procs"), "");
    }
}

#[test]
fn a_unit_with_a_process_runs() {
    let mut host = host();
    host.unit(NGINX, 1);
    assert_eq!(host.later(&unit("nginx.service")), Ok(()));
    host.unit(NGINX, 0);
    assert_eq!(host.at_once(&unit("nginx.service")), no("no process runs in it"), "noticed by the next look");
    host.unit(NGINX, 1);
    assert_eq!(host.at_once(&unit("nginx.service")), Ok(()));
    host.remove(NGINX);
    assert_eq!(host.at_once(&unit("nginx.service")), no("no process runs in it"));
    host.unit(NGINX, 1);
    assert_eq!(host.at_once(&unit("nginx.service")), Ok(()), "where most units are it is found at once");
}

#[test]
fn slices_below_slices_are_searched_and_nothing_else() {
    let mut host = host();
    let nested = "cgroup/system.slice/system-pg.slice/pg@15.service";
    host.unit("cgroup/user.slice/user-0.slice/user@0.service/app.slice/mine.service", 1);
    assert_eq!(host.later(&unit("mine.service")), no("no process runs in it"), "a user's own manager's");
    assert_eq!(host.later(&unit("pg@15.service")), no("no process runs in it"));
    host.unit(nested, 1);
    assert_eq!(
        host.at_once(&unit("pg@15.service")),
        no("no process runs in it"),
        "not searched for each time"
    );
    assert_eq!(host.later(&unit("pg@15.service")), Ok(()));
    host.remove(nested);
    let moved = "cgroup/web.slice/pg@15.service";
    host.unit(moved, 1);
    assert_eq!(host.at_once(&unit("pg@15.service")), Ok(()), "it came back in another slice");
}

#[test]
fn one_search_finds_all() {
    let mut host = host();
    let wanted = ["a.service", "b.service", "c.scope"].map(unit);
    host.unit("cgroup/a.slice/a.service", 1);
    host.unit("cgroup/b.slice/b.service", 0);
    host.unit("cgroup/user.slice/user-0.slice/c.scope", 1);
    let answers = host.runs.look_at(wanted.iter(), host.now);
    assert_eq!(wanted.map(|need| answers[&need].clone()), [Ok(()), no("no process runs in it"), Ok(())]);
}

#[test]
fn a_name_that_systemd_had_to_escape() {
    let mut host = host();
    host.unit("cgroup/system.slice/_memory.service", 1);
    assert_eq!(host.later(&unit("memory.service")), Ok(()));
    host.unit("cgroup/web.slice/_cpu.service", 1);
    assert_eq!(host.later(&unit("cpu.service")), Ok(()));
}

#[test]
fn a_name_that_is_a_link_to_another_unit() {
    let mut host = host();
    host.unit("cgroup/system.slice/mariadb.service", 1);
    assert_eq!(host.later(&unit("mysql.service")), no("no process runs in it"));
    symlink("/lib/systemd/system/mariadb.service", host.root.join("etc/mysql.service")).unwrap();
    assert_eq!(host.later(&unit("mysql.service")), Ok(()));
    symlink("/dev/null", host.root.join("etc/masked.service")).unwrap();
    symlink("round.service", host.root.join("lib/round.service")).unwrap();
    symlink("back.service", host.root.join("lib/forth.service")).unwrap();
    symlink("forth.service", host.root.join("lib/back.service")).unwrap();
    for name in ["masked.service", "round.service", "back.service", "nodot"] {
        assert_eq!(host.later(&unit(name)), no("no process runs in it"), "{name}");
    }
}

#[test]
fn the_frozen_and_the_stopped_serve_nobody() {
    let mut host = host();
    host.unit(NGINX, 1);
    host.write(format!("{NGINX}/cgroup.procs"), "20\n21\n");
    host.process(20, "nginx", 'T');
    host.process(21, "nginx", 'S');
    assert_eq!(host.later(&unit("nginx.service")), Ok(()));
    host.process(21, "nginx", 'T');
    assert_eq!(host.at_once(&unit("nginx.service")), no("its processes are stopped by a signal"));
    host.process(21, "nginx", 'S');
    host.write(format!("{NGINX}/cgroup.events"), "populated 1\nfrozen 1\n");
    assert_eq!(host.at_once(&unit("nginx.service")), no("it is frozen"));
    host.write(format!("{NGINX}/cgroup.events"), "populated 1\n");
    assert_eq!(host.at_once(&unit("nginx.service")), Ok(()), "a kernel that does not know freezing");
}

#[test]
fn version_1_has_no_events() {
    let mut host = Host::new();
    host.write("cgroup/systemd/cgroup.procs", "");
    let nginx = "cgroup/systemd/system.slice/nginx.service";
    host.write(format!("{nginx}/cgroup.procs"), "20\n");
    assert_eq!(host.later(&unit("nginx.service")), Ok(()));
    host.write(format!("{nginx}/cgroup.procs"), "");
    assert_eq!(host.at_once(&unit("nginx.service")), no("no process runs in it"));
    host.write(format!("{nginx}/below/cgroup.procs"), "21\n");
    assert_eq!(host.at_once(&unit("nginx.service")), Ok(()));
}

#[test]
fn version_2_beside_version_1() {
    let mut host = Host::new();
    host.write("cgroup/systemd/cgroup.procs", "");
    host.write("cgroup/unified/cgroup.controllers", "");
    host.unit("cgroup/unified/system.slice/nginx.service", 1);
    assert_eq!(host.later(&unit("nginx.service")), Ok(()));
}

#[test]
fn what_cannot_be_seen_is_said() {
    let mut host = Host::new();
    let root = host.root.join("cgroup").display().to_string();
    let words = format!("there is no cgroup file system of systemd at {root}: units cannot be seen");
    assert_eq!(host.later(&unit("nginx.service")), Err(words));
    host.write("cgroup/cgroup.controllers", "");
    host.unit("cgroup/odd.service", 1);
    for odd in ["../odd.service", "", ".", "..", "system.slice/../odd.service"] {
        assert_eq!(host.later(&unit(odd)), no("no process runs in it"), "{odd}");
    }
    std::fs::create_dir_all(host.root.join(NGINX).join("cgroup.events")).unwrap();
    let said = host.later(&unit("nginx.service"));
    assert!(said.as_ref().is_err_and(|words| words.starts_with("cannot read /")), "{said:?}");
}

#[test]
fn a_tree_without_end_is_searched_to_a_limit() {
    let mut host = host();
    for n in 0..1_500 {
        host.write(format!("cgroup/s{n}.slice/cgroup.events"), "populated 1\n");
    }
    host.unit("cgroup/s0.slice/deep.slice/nginx.service", 1);
    assert_eq!(host.later(&unit("nginx.service")), no("no process runs in it"), "below a thousand others");
}

#[test]
fn this_host_has_no_such_unit() {
    let need = unit("lvs-rs-test-of-no-such-unit.service");
    let answers = Runs::new().look([&need].into_iter());
    assert!(answers[&need].is_err());
}
