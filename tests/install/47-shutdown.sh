# shellcheck shell=bash
# The machine is shut down, or left with nothing but a rescue shell, while it serves: it leaves in order, and comes back.

# directing, holders, synced_pair
# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/20-director.sh"

case_shutdown_agent() {
    agent_serves
    shutdown_is_seen lvs-rs-agent sight_of_rs01
    goes_off
}

case_shutdown_agent__2() {
    seen_before
    left_in_order
    wait_until prepared 60
}

# machine: host=lvs01
case_shutdown_director() {
    director_serves
    shutdown_is_seen lvs-director holders
}

case_shutdown_director__2() {
    seen_before
    handed_over
    real_servers_up
    wait_until directing 60
}

case_rescue_agent() {
    agent_serves
    follow sight_of_rs01
    into_rescue
    ! active lvs-rs-agent || fail "the agent still runs in rescue"
    more_requests "$CASE" 40
    # a busy machine sees it late
    wait_until "[[ \$(tail -n 1 $OUT/changes) == *' gone none' ]]" 30
    stop follow
    left_in_order
    systemctl isolate multi-user.target
    wait_until "prepared && has_real lvs01 $(rip rs01):80" 60
    more_requests "$CASE" 40
    assert_no_failures "$CASE"
}

# machine: host=lvs01
case_rescue_director() {
    director_serves
    follow holders
    into_rescue
    ! active lvs-director || fail "the director still runs in rescue"
    more_requests "$CASE" 40
    alone lvs02
    stop follow
    handed_over
    systemctl isolate multi-user.target
    wait_until "directing && only lvs01" 60
    more_requests "$CASE" 40
    assert_no_failures "$CASE"
}

# As README.md has it: nginx stops after the agent.
agent_serves() {
    install_package deb lvs-rs-agent 1
    write_agent_config
    mkdir -p /etc/systemd/system/lvs-rs-agent.service.d
    printf '[Unit]\nAfter=nginx.service\n' >/etc/systemd/system/lvs-rs-agent.service.d/nginx.conf
    systemctl daemon-reload
    systemctl enable --now lvs-rs-agent
    wait_until prepared 60
    cluster_around_rs01
    more_requests "$CASE" 40
}

director_serves() {
    synced_pair
    start_client "$CASE" --every-ms 50 --timeout-ms 5000 --hold 2
    more_requests "$CASE" 40
}

# sight_of_rs01, in $SIGHT: whether it has the VIP, and then its weight at the director. In this order: a VIP that is gone before the
# entry is a fault.
# shellcheck disable=SC2034
sight_of_rs01() {
    local vip=gone
    ! vip_within 1 || vip=vip
    weight_within "${PIDS[director-lvs01]}"
    SIGHT="$vip $WEIGHT"
}

# In service, then drained with the VIP still there, then without both, and nothing else.
left_in_order() {
    cat "$OUT/changes"
    local seen
    seen=$(cut -d' ' -f2- "$OUT/changes" | xargs -d '\n' printf '%s, ')
    [[ $seen =~ ^"vip 1, vip 0, "("vip none, ")?"gone none, "$ ]] || fail "RS01 did not leave in order: $seen"
    assert_no_failures "$CASE"
}

# LVS02 has the VIP before LVS01 lets go of it, and keeps it.
handed_over() {
    held_by "lvs01 lvs02"
    assert_no_failures "$CASE"
}

# Everything of this case lives on; a rescue shell that nobody looks at would end at once, and with it the rescue.
into_rescue() {
    mkdir -p /run/systemd/system/{lab-case,rescue}.service.d
    printf '[Unit]\nIgnoreOnIsolate=yes\n' >/run/systemd/system/lab-case.service.d/stay.conf
    printf '[Service]\nType=exec\nExecStart=\nExecStart=/bin/sleep infinity\n' >/run/systemd/system/rescue.service.d/stay.conf
    systemctl daemon-reload
    systemctl isolate rescue.target
    active rescue.target
}

# shutdown_is_seen UNIT FUNCTION: the machines around this one live on while it shuts down, and for some requests after UNIT has stopped;
# what FUNCTION saw is in $OUT/changes, and what became of the requests in $OUT/count.
shutdown_is_seen() {
    # systemd unmounts what names the namespaces, and they live as long as a process has them
    start switch switch sleep infinity
    follow "$2"
    mkdir -p /run/systemd/system/lab-case.service.d
    printf '[Unit]\nDefaultDependencies=no\n' >/run/systemd/system/lab-case.service.d/stay.conf
    cat >/run/systemd/system/lab-after.service <<EOT
[Unit]
DefaultDependencies=no
Conflicts=shutdown.target
Before=shutdown.target $1.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/bash $WORK/after.sh
ExecStop=-/bin/systemctl kill --signal=KILL lab-case.service
EOT
    after_it >"$WORK/after.sh"
    systemctl daemon-reload
    systemctl start lab-after
}

# seen_before: what became of the client's requests in the boot before.
seen_before() {
    cat "$OUT/client.log"
    cp "$OUT/count" "$WORK/count-$CASE"
}

after_it() {
    declare -p WORK CASE OUT PIDS
    declare -f wait_until pause count more_requests
    # shellcheck disable=SC2016
    printf '%s\n' 'set -euo pipefail' 'exec {PAUSE}<> <(:)' 'more_requests "$CASE" 40' 'cp "$WORK/count-$CASE" "$OUT/count"' \
        'cp "$WORK/client-$CASE.log" "$OUT/client.log"' 'kill "${PIDS[follow]}"'
}
