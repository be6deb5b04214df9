use std::path::Path;
use std::time::Duration;

use config::director::{Fifo, TrackScript, VrrpConfig};

use super::check;

fn script(name: &str, program: &str, user: Option<&str>) -> TrackScript {
    TrackScript {
        name: name.into(),
        command: vec![program.into()],
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(1),
        rise: 1,
        fall: 1,
        user: user.map(str::to_owned),
        initially_up: true,
    }
}

fn fifo(path: &str) -> Fifo {
    Fifo { path: path.into(), reader: Vec::new() }
}

#[test]
fn what_cannot_be_run_or_written_to_is_refused_with_the_file_that_names_it() {
    let mut vrrp = VrrpConfig {
        scripts: vec![script("good", "/bin/true", None), script("gone", "/no/such/script", None)],
        notify_fifo: Some(fifo("/proc/version")),
        ..VrrpConfig::default()
    };
    let wanted = "error: director.toml: [[track_script]] \"gone\": /no does not exist
error: director.toml: [scripts] fifo: /proc/version is there, but is no named pipe: remove it, or name another path
";
    assert_eq!(check(Path::new("director.toml"), &vrrp), Err(wanted.to_owned()));
    vrrp.notify_fifo = Some(fifo("/no/fifo"));
    vrrp.scripts = vec![script("good", "/bin/true", Some("no-such-user"))];
    let wanted = "error: director.toml: [[track_script]] \"good\": there is no user 'no-such-user'
error: director.toml: [scripts] fifo: /no/fifo cannot be made: its directory does not exist
";
    assert_eq!(check(Path::new("director.toml"), &vrrp), Err(wanted.to_owned()));
}

#[test]
fn a_file_that_names_no_program_or_good_ones_is_taken() {
    assert_eq!(check(Path::new("director.toml"), &VrrpConfig::default()), Ok(()));
    let good = VrrpConfig { scripts: vec![script("good", "/bin/true", None)], ..VrrpConfig::default() };
    assert_eq!(check(Path::new("director.toml"), &good), Ok(()));
}
