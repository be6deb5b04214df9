# shellcheck shell=bash
# What the units and the journal promise: one entry for each transition, reload that tells the reason, a restart after a crash or a
# hang, no secret in the log.

case_unit_agent() {
    install_package deb lvs-rs-agent 1
    write_agent_config
    systemctl enable --now lvs-rs-agent
    wait_until "agent_ready rs01" 60
    # nginx -t, with which Debian's unit begins, listens on the ports for a moment
    with_drop_in nginx 'ExecStartPre='
    told_once lvs-rs-agent "$VIP" "not ready any more" systemctl stop nginx
    told_once lvs-rs-agent "$VIP" "ready" systemctl start nginx
    reload_tells_why lvs-rs-agent /etc/lvs-rs-agent/agent.toml
    comes_back lvs-rs-agent KILL
    prepared
    with_drop_in lvs-rs-agent 'WatchdogSec=3\nTimeoutAbortSec=1'
    systemctl restart lvs-rs-agent
    comes_back lvs-rs-agent STOP
    prepared
    systemctl daemon-reexec
    prepared
}

# machine: host=lvs01
case_unit_director() {
    install_package deb lvs-director 1
    real_servers_up
    web_service | router_config lvs01 100 'version = 2' 'auth = { type = "pass", password = "s3cr3t-1" }'
    install -D -m 640 -g lvs-director "$WORK/lvs01.toml" /etc/lvs-director/director.toml
    with_drop_in lvs-director 'Environment=RUST_LOG=debug'
    systemctl enable --now lvs-director
    wait_until "active lvs-director && holds lvs01 && table_full lvs01" 60
    assert_eq 1 "$(said lvs-director ROUTER=VI_1 "virtual router " | grep -c ' to=master ')" "lines about a new master"
    told_once lvs-director "$(rip rs01)" "real server down" stop web-rs01 KILL
    told_once lvs-director "$(rip rs01)" "real server up" start_web rs01
    reload_tells_why lvs-director /etc/lvs-director/director.toml
    comes_back lvs-director KILL
    wait_until "active lvs-director && holds lvs01 && table_full lvs01" 60
    ! journalctl -b --no-pager -o export | grep -aF s3cr3t || fail "a password is in the journal"
}

# with_drop_in UNIT LINES: in its [Service], from its next start on.
with_drop_in() {
    mkdir -p "/run/systemd/system/$1.service.d"
    printf '[Service]\n%b\n' "$2" >"/run/systemd/system/$1.service.d/lab.conf"
    systemctl daemon-reload
}

# said UNIT FIELD=VALUE BEGINNING: entries about it whose message begins so.
said() { journalctl -b --no-pager -u "$1" -o cat "$2" | grep "^$3" || true; }

# told_once UNIT ADDRESS BEGINNING COMMAND…: one more entry, found by the VIP or the real server, and with a reason where it is bad.
told_once() {
    local unit=$1 address=$2 beginning=$3 field=VIP before
    shift 3
    [[ $unit == lvs-rs-agent ]] || field=REAL_SERVER
    before=$(said "$unit" "$field=$address" "$beginning" | wc -l)
    "$@"
    wait_until "(( \$(said $unit $field=$address '$beginning' | wc -l) > $before ))" 30
    # a second one would come with the next look or check
    sleep 2
    said "$unit" "$field=$address" "$beginning" | tail -n "+$((before + 1))" >"$OUT/told"
    assert_eq 1 "$(wc -l <"$OUT/told")" "entries \"$beginning\""
    case $beginning in
        *down | not*) grep -q ' reason=' "$OUT/told" || fail "no reason in: $(cat "$OUT/told")" ;;
    esac
}

# comes_back UNIT SIGNAL: whatever ends it, systemd starts it again.
comes_back() {
    local before
    before=$(invocation "$1")
    systemctl kill --kill-who=main -s "$2" "$1"
    wait_until "active $1 && [[ \$(invocation $1) != $before ]]" 60
}
