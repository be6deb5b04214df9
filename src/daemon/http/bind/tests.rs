use super::*;

fn hint(port: u16, errno: i32) -> String {
    let address = SocketAddr::from(([192, 0, 2, 1], port));
    let error = BindError::Tcp { address, source: io::Error::from_raw_os_error(errno) };
    error.hint().unwrap_or_default()
}

fn refused(port: u16, errno: i32, start: u16) -> String {
    let hint = forbidden(port, &io::Error::from_raw_os_error(errno), start);
    hint.replace(&format!("`systemctl edit {}`", program()), "EDIT")
}

#[test]
fn each_refusal_has_the_lines_that_cure_it() {
    let capable = "CapabilityBoundingSet=CAP_NET_BIND_SERVICE and AmbientCapabilities=CAP_NET_BIND_SERVICE";
    let denied = "the unit's SocketBindDeny= keeps it from this port: EDIT, [Service], SocketBindAllow=tcp:";
    assert_eq!(refused(9000, libc::EPERM, 1024), format!("{denied}9000; then restart it"));
    assert_eq!(refused(80, libc::EPERM, 1024), format!("{denied}80, {capable}; then restart it"));
    assert_eq!(refused(80, libc::EPERM, 80), format!("{denied}80; then restart it"));
    let privileged = |start| {
        format!(
            "ports below {start} (net.ipv4.ip_unprivileged_port_start) need root or CAP_NET_BIND_SERVICE: EDIT, [Service], {capable}; \
             then restart it"
        )
    };
    assert_eq!(refused(80, libc::EACCES, 1024), privileged(1024));
    assert_eq!(refused(9000, libc::EACCES, 10_000), privileged(10_000), "raised");
    let labelled = |port| {
        format!(
            "SELinux keeps it from this port: `ausearch -m AVC -ts recent` shows which domain; a type that this may bind is given to \
             the port by `semanage port -a -t TYPE -p tcp {port}`"
        )
    };
    assert_eq!(refused(9000, libc::EACCES, 1024), labelled(9000));
    assert_eq!(refused(80, libc::EACCES, 80), labelled(80), "lowered");
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

#[test]
fn the_kernel_says_which_ports_take_a_capability() {
    let start = unprivileged();
    assert_eq!(
        hint(u16::MAX, libc::EACCES),
        forbidden(u16::MAX, &io::Error::from_raw_os_error(libc::EACCES), start)
    );
    let said =
        fs::read_to_string(UNPRIVILEGED).map_or_else(|_| "1024".to_owned(), |text| text.trim().to_owned());
    assert_eq!(start.to_string(), said);
}
