use super::{KNOWN, Section};
use crate::syntax::{Opens, Quoting};

#[test]
fn keywords_are_sorted_and_unique() {
    for section in Section::ALL {
        for pair in section.keywords().windows(2) {
            assert!(pair[0].name < pair[1].name, "{section:?}: {} before {}", pair[0].name, pair[1].name);
        }
    }
}

#[test]
fn the_same_word_opens_what_its_block_says() {
    assert_eq!((KNOWN.opens)(&[], "track_process"), Opens::Block);
    assert_eq!((KNOWN.opens)(&["vrrp_instance"], "track_process"), Opens::Values);
    assert_eq!((KNOWN.opens)(&["virtual_server", "real_server"], "TCP_CHECK"), Opens::Block);
    assert_eq!((KNOWN.opens)(&["virtual_server"], "TCP_CHECK"), Opens::Unknown);
    assert_eq!((KNOWN.opens)(&["SSL"], "key"), Opens::Nothing);
    assert_eq!((KNOWN.opens)(&["vrrp_instance", "auth_hmac"], "key"), Opens::Block);
    assert_eq!((KNOWN.opens)(&["virtual_server", "nothing"], "weight"), Opens::Unknown);
}

#[test]
fn commands_are_quoted_as_commands() {
    assert_eq!((KNOWN.quoting)(&["virtual_server"], "quorum_up"), Quoting::Script);
    assert_eq!((KNOWN.quoting)(&["virtual_server"], "virtualhost"), Quoting::Plain);
}
