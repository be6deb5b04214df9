use std::io;

use kernel::arp::SocketError;

use super::*;

#[test]
fn an_error_says_what_a_person_can_do() {
    let error = SocketError::NotPermitted { doing: "open a packet socket on eth0".into() };
    let words = "not permitted to open a packet socket on eth0 (needs root or CAP_NET_RAW)";
    assert_eq!(hinted(&error, error.hint()), words);
    assert_eq!(hinted(&io::Error::other("it broke"), None), "it broke");
}
