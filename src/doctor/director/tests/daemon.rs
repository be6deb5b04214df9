use super::super::Daemon;
use super::*;

fn with_unit(host: &mut Host, active: &str, enabled: &str) {
    host.host.units = Seen::Known([("lvs-director.service".to_owned(), unit(active, enabled))].into());
}

#[test]
fn the_unit_runs_and_starts_at_boot() {
    let mut host = prepared();
    host.fine("unit");
    let cases = [
        ("inactive", "disabled", "systemctl enable --now lvs-director"),
        ("active", "disabled", "systemctl enable lvs-director"),
        ("failed", "enabled", "systemctl start lvs-director"),
    ];
    for (active, enabled, cure) in cases {
        with_unit(&mut host, active, enabled);
        assert!(host.wrong("unit").contains(cure), "{active} {enabled}");
    }
    host.runs(&[]).fine("unit");
    host.host.units = Seen::Known(BTreeMap::new());
    host.not_applicable("unit");
}

#[test]
fn a_reload_that_was_refused_is_told() {
    let mut host = prepared();
    host.fine("config");
    let refused = Some("line 9: no such file".to_owned());
    host.own.daemon = Seen::Known(Some(Daemon { refused, ..Daemon::default() }));
    assert!(host.wrong("config").contains("line 9: no such file"));
}

#[test]
fn checks_need_open_files() {
    let mut host = prepared();
    host.not_applicable("open-files");
    host.own.daemon = Seen::Known(Some(Daemon { open_files: Some(1024), ..Daemon::default() }));
    assert!(host.wrong("open-files").contains("LimitNOFILE=65536"));
    host.own.daemon = Seen::Known(Some(Daemon { open_files: Some(65_536), ..Daemon::default() }));
    host.fine("open-files");
}
