# shellcheck shell=bash
# Before a package restarts a daemon it asks whether that would start, as the unit would run it. Where it would not, the daemon of
# before goes on, and dpkg ends well.

# machine: host=lvs01 limit=900
case_refused_upgrade_director() {
    install_package deb lvs-director 1
    director_asks_agents
    systemctl enable --now lvs-director
    wait_until "active lvs-director" 30
    accepted lvs-director
    # root reads all of these
    chmod 600 /etc/lvs-director/ca.pem
    refused lvs-director 'read /etc/lvs-director/ca.pem'
    with_drop_in lvs-director 'SupplementaryGroups=ssl-readers'
    groupadd --system ssl-readers
    chgrp ssl-readers /etc/lvs-director/ca.pem
    chmod 640 /etc/lvs-director/ca.pem
    accepted lvs-director
    fifo_of_root
    programs_of_others
    realtime_needs_its_drop_in
    another_command_line
    unit_cannot_start
    unit_cannot_be_asked
    directory_is_protected
}

# machine: root=base,trixie
case_refused_upgrade_agent() {
    install_package deb lvs-rs-agent 1
    write_agent_config
    # without its program all of the weight is told
    printf '[weight]\ntype = "script"\ncommand = "%s"\n' "$(program_of_root)" >>/etc/lvs-rs-agent/agent.toml
    systemctl enable --now lvs-rs-agent
    wait_until "agent_ready rs01" 60
    accepted lvs-rs-agent
    echo 'user = "nobody"' >>/etc/lvs-rs-agent/agent.toml
    refused lvs-rs-agent "'lvs-rs-agent' here, may not become 'nobody'"
    add_drop_in lvs-rs-agent script
    accepted lvs-rs-agent
    prepared
}

# A configuration that names a file beside itself.
director_asks_agents() {
    { printf '[agents]\nport = 9781\ntls = { ca = "/etc/lvs-director/ca.pem" }\n' && lone_service; } >/etc/lvs-director/director.toml
    authority >/etc/lvs-director/ca.pem
    chmod 644 /etc/lvs-director/ca.pem
}

# One that vouches for nobody: its key is gone.
authority() {
    cat <<'END'
-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUP8tGs8jUJcX5huQ6pqjEglu6+UIwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDbGFiMCAXDTI2MTEyMzE4MDE1OFoYDzIxMjYxMDMwMTgwMTU4
WjAOMQwwCgYDVQQDDANsYWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS2qFe8
MIYlXb+rqLoybhs0nm93sLG2HtAIkgeLE/70c2B0SJbZ3cuNSCZq2DM0VkvjWNyk
LxxuxFPW26CUVJg3o1MwUTAdBgNVHQ4EFgQUda45bUdF4Y38zPJyw2pT975C4PEw
HwYDVR0jBBgwFoAUda45bUdF4Y38zPJyw2pT975C4PEwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiBvs1FpNe6KaiB3g0yoo5BBlE7LZdsb7sWq7uoa
trSQmAIhAMz5UlUu72cWpEueGVB3mivxgYeHv3nAYaMFALztJ/vl
-----END CERTIFICATE-----
END
}

lone_service() {
    printf '[[service]]\naddress = "%s:80"\n[[service.real]]\naddress = "%s"\n' "$VIP" "$(rip rs01)"
}

# Where only root makes files; refused with what to write, and good when it is there.
fifo_of_root() {
    { printf '[scripts]\nfifo = "/run/lvs-lab.fifo"\n' && lone_service; } >/etc/lvs-director/director.toml
    refused lvs-director "/run/lvs-lab.fifo cannot be made by 'lvs-director': .*p /run/lvs-lab.fifo 0600 lvs-director -"
    echo 'p /run/lvs-lab.fifo 0600 lvs-director -' >/etc/tmpfiles.d/lvs-lab.conf
    systemd-tmpfiles --create /etc/tmpfiles.d/lvs-lab.conf
    accepted lvs-director
}

# Of a user of their own by the drop-in alone; of root's alone not as the unit's user.
programs_of_others() {
    local program
    program=$(program_of_root)
    service_checked_by "$program" >/etc/lvs-director/director.toml
    lvs-director check
    ! runuser -u lvs-director -- lvs-director run --check-only || fail "the unit's user runs what root alone may"
    refused lvs-director "user 'lvs-director' may not run $program"
    { printf '[scripts]\nuser = "root"\n' && service_checked_by "$program"; } >/etc/lvs-director/director.toml
    refused lvs-director 'lvs-director-scripts.conf'
    add_drop_in lvs-director scripts
    accepted lvs-director
    rm -r /run/systemd/system/lvs-director.service.d
    systemctl daemon-reload
}

service_checked_by() {
    lone_service
    printf 'check = { type = "script", command = "%s" }\n' "$1"
}

# It goes on without, and says so.
realtime_needs_its_drop_in() {
    { printf '[realtime]\npriority = 50\n' && lone_service; } >/etc/lvs-director/director.toml
    accepted lvs-director
    told_of_realtime || fail "the start does not say that adverts are not scheduled before everybody"
    add_drop_in lvs-director realtime
    accepted lvs-director
    ! told_of_realtime || fail "the start says that its drop-in does not help"
    rm -r /run/systemd/system/lvs-director.service.d
    systemctl daemon-reload
}

told_of_realtime() {
    journalctl -b --no-pager -o cat "_SYSTEMD_INVOCATION_ID=$(invocation lvs-director)" | grep -F 'warning: [realtime] priority = 50' >/dev/null
}

# Another file by another ExecStart.
another_command_line() {
    lone_service >/etc/lvs-director/director.toml
    { lone_service && echo 'nonsense = 1'; } >/etc/lvs-director/another.toml
    with_drop_in lvs-director 'ExecStart=\nExecStart=/usr/sbin/lvs-director --config /etc/lvs-director/another.toml run'
    refused lvs-director '/etc/lvs-director/another.toml:'
    echo 'CONFIG=/etc/lvs-director/another.toml' >/etc/default/lvs-director
    with_drop_in lvs-director 'EnvironmentFile=/etc/default/%p'
    refused lvs-director '/etc/lvs-director/another.toml:'
    with_drop_in lvs-director 'Environment=CONFIG=/etc/lvs-director/another.toml'
    refused lvs-director '/etc/lvs-director/another.toml:'
}

# A sandbox that cannot be made.
unit_cannot_start() {
    with_drop_in lvs-director 'ReadWritePaths=/no/such/directory'
    refused lvs-director 'systemd cannot start its unit, status 226'
    with_drop_in lvs-director 'Environment=CONFIG=/etc/lvs-director/another.toml'
}

# Then its user is, with the file that it names; and who cannot be asked has refused nothing.
unit_cannot_be_asked() {
    systemctl mask lvs-director-check.service
    refused lvs-director '/etc/lvs-director/another.toml:'
    lone_service >/etc/lvs-director/another.toml
    accepted lvs-director
    chmod a-x /usr/sbin/runuser
    accepted lvs-director
    chmod a+x /usr/sbin/runuser
    systemctl unmask lvs-director-check.service
    accepted lvs-director
}

# Also by an installation that follows a removal; but as the administrator has said, where one has.
directory_is_protected() {
    assert_eq "root lvs-director 750" "$(stat -c '%U %G %a' /etc/lvs-director)" "the configuration's directory"
    dpkg -r lvs-director
    rm -r /etc/lvs-director
    install_package deb lvs-director 2
    assert_eq "root lvs-director 750" "$(stat -c '%U %G %a' /etc/lvs-director)" "the configuration's directory, installed again"
    dpkg-statoverride --update --add root root 755 /etc/lvs-director
    install_package deb lvs-director 2
    assert_eq "root root 755" "$(stat -c '%U %G %a' /etc/lvs-director)" "the configuration's directory, as its administrator wants it"
}

# accepted UNIT: an installation over what is there restarts it, and nothing of the question is left.
accepted() {
    local before
    before=$(invocation "$1")
    install_package deb "$1" 2
    wait_until "active $1" 30
    [[ $before != "$(invocation "$1")" ]] || fail "the installation did not restart $1"
    no_question "$1"
}

# refused UNIT WORDS: such a one leaves the daemon alone, and says why.
refused() {
    local before
    before=$(invocation "$1")
    install_package deb "$1" 2 2>&1 | tee "$OUT/said"
    grep -q "$1: this version would not start; the earlier one goes on" "$OUT/said" || fail "$1: nothing was refused"
    grep -q "$2" "$OUT/said" || fail "$1: the reason is not $2"
    assert_eq "$before" "$(invocation "$1")" "the invocation after a refusal"
    active "$1"
    no_question "$1"
}

no_question() {
    assert_eq "" "$(compgen -G "/run/$1-check*" || compgen -G "/run/systemd/system/$1-check*" || true)" "what is left of the question"
    assert_eq "" "$(systemctl --no-legend --failed | grep -F "$1" || true)" "failed units"
}

# add_drop_in UNIT NAME: of those that are installed beside the examples.
add_drop_in() {
    mkdir -p "/run/systemd/system/$1.service.d"
    cp "/usr/share/doc/$1/examples/$1-$2.conf" "/run/systemd/system/$1.service.d/"
    systemctl daemon-reload
}

# with_drop_in UNIT LINES: in its [Service], from its next start on.
with_drop_in() {
    mkdir -p "/run/systemd/system/$1.service.d"
    printf '[Service]\n%b\n' "$2" >"/run/systemd/system/$1.service.d/lab.conf"
    systemctl daemon-reload
}

# program_of_root: that nobody else may run.
program_of_root() {
    install -D -m 700 /dev/stdin /usr/local/lib/lvs-lab/program <<<$'#!/bin/sh\necho 50'
    echo /usr/local/lib/lvs-lab/program
}
