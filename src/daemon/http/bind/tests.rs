use super::*;

fn hint(port: u16, errno: i32) -> String {
    let address = SocketAddr::from(([192, 0, 2, 1], port));
    let error = BindError::Tcp { address, source: io::Error::from_raw_os_error(errno) };
    error.hint().unwrap_or_default().replace(&format!("`systemctl edit {}`", program()), "EDIT")
}

#[test]
fn each_refusal_has_the_lines_that_cure_it() {
    let capable = "CapabilityBoundingSet=CAP_NET_BIND_SERVICE and AmbientCapabilities=CAP_NET_BIND_SERVICE";
    let denied = "the unit's SocketBindDeny= keeps it from this port: EDIT, [Service], SocketBindAllow=tcp:";
    assert_eq!(hint(9000, libc::EPERM), format!("{denied}9000; then restart it"));
    assert_eq!(hint(80, libc::EPERM), format!("{denied}80, {capable}; then restart it"));
    let privileged = "ports below 1024 need root or CAP_NET_BIND_SERVICE: EDIT, [Service], ";
    assert_eq!(hint(80, libc::EACCES), format!("{privileged}{capable}; then restart it"));
    assert_eq!(hint(9000, libc::EADDRINUSE), "another process listens there; `ss -ltnp` shows which");
    assert_eq!(hint(9000, libc::EADDRNOTAVAIL), "no interface of this machine has this address");
    assert_eq!(hint(9000, libc::ENOMEM), "");
}

#[test]
fn a_control_socket_has_no_port() {
    let refused = |errno| {
        let source = io::Error::from_raw_os_error(errno);
        BindError::Control { path: PathBuf::from("/run/x/control.sock"), source }.hint()
    };
    let hint = refused(libc::EACCES).unwrap_or_default();
    assert!(hint.contains("/run/x") && !hint.contains("CAP_"), "{hint}");
}
