use super::*;
use crate::testing::config;

const TEXT: &str = "
[[track_script]]
name = \"s\"
command = [\"/bin/true\"]
initially = \"down\"
[[track_file]]
name = \"f\"
path = \"/run/f\"
[[track_process]]
name = \"p\"
process = \"p\"
[[vrrp]]
name = \"VI_1\"
interface = \"eth0\"
virtual_router_id = 51
addresses = [\"192.0.2.100\"]
track_interfaces = [\"eth1\"]
track_scripts = [{ name = \"s\", weight = -10 }]
track_files = [{ name = \"f\", weight = 2 }]
track_processes = [\"p\"]
";

#[test]
fn what_is_tracked_has_its_place_its_name_and_a_first_report() {
    let config = config(TEXT);
    let router = config.routers.first().unwrap();
    let tracks = settings(router, &config, &BTreeMap::new()).tracks;
    let found: Vec<_> = tracks.iter().map(|track| (&*track.what, track.weight, track.initially)).collect();
    assert_eq!(
        found,
        [
            ("interface eth1", 0, Report::Up),
            ("script s", -10, Report::Down),
            ("file f", 2, Report::Value(0)),
            ("process p", 0, Report::Up),
        ]
    );
    let subjects: Vec<String> = subjects(router).map(|(subject, _)| subject.to_string()).collect();
    assert_eq!(subjects, tracks.iter().map(|track| track.what.clone()).collect::<Vec<_>>());
}

#[test]
fn what_is_known_counts_from_the_start() {
    let config = config(TEXT);
    let router = config.routers.first().unwrap();
    let known = [(Subject::File("f".into()), Report::Value(7))].into();
    let tracks = settings(router, &config, &known).tracks;
    assert_eq!(tracks.get(2).unwrap().initially, Report::Value(7));
}

#[test]
fn the_group_is_the_familys_unless_said() {
    let plain = crate::testing::router("");
    let settings = |router: &RouterConfig| settings(router, &VrrpConfig::default(), &BTreeMap::new());
    assert_eq!(settings(&plain).group, Family::V4.group());
    assert_eq!(settings(&plain).family, Family::V4);
    let said = RouterConfig { group: Some("224.0.0.99".parse().unwrap()), ..plain };
    assert_eq!(settings(&said).group.to_string(), "224.0.0.99");
}
