use std::sync::Arc;

use super::*;
use crate::testing::router;

#[test]
fn each_thing_knows_who_tracks_it_and_at_which_place() {
    let one = router("track_interfaces = [\"eth1\", \"eth2\"]");
    let other = router("track_interfaces = [\"eth2\"]");
    let members =
        [(RouterId(1), one), (RouterId(7), other)].map(|(id, config)| (id, Member::new(Arc::new(config))));
    let trackers = Trackers::of_all(&members.into());
    let of = |name: &str| trackers.of(&Subject::Interface(name.into())).to_vec();
    assert_eq!(of("eth1"), [(RouterId(1), 0)]);
    assert_eq!(of("eth2"), [(RouterId(1), 1), (RouterId(7), 0)]);
    assert_eq!(of("eth3"), []);
    assert_eq!(trackers.of(&Subject::Script("eth1".into())), []);
}
