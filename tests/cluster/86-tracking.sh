# shellcheck shell=bash
# What raises, lowers or stops a router, and whom it tells.

# tracking_pair [LINE…]: the pair, LVS01 with more lines; TOP holds sections of its own.
tracking_pair() {
    {
        vrrp_section 100 "$@"
        printf '%s\n' "${TOP[@]}"
    } >"$WORK/lvs01.toml"
    start_director lvs01
    wait_until "holds lvs01" 20
    router_up lvs02 90
    wait_until "director lvs02 status" 20
    watch_arp a
}

# goes_and_returns DOWN UP: the VIP moves with the first command and is back after the second; never on two at once, and
# never on none for longer than the other's patience.
goes_and_returns() {
    eval "$1"
    wait_until "only lvs02" 20
    more_arp a 20
    eval "$2"
    wait_until "only lvs01" 20
    more_arp a 20
    stop_arp a
    assert_never_two a 2
    (($(arp_count a none_ms) <= 700)) || fail "nobody answered ARP for $(arp_count a none_ms) ms"
}

# script NAME LINE…: an executable of root's, at a place that root alone may write.
script() {
    mkdir -p /run/scripts
    printf '%s\n' '#!/bin/bash' "${@:2}" >"/run/scripts/$1"
    chmod 755 "/run/scripts/$1"
}

# up_while_there: a script that is good while $WORK/good is there.
up_while_there() {
    script check "test -e $WORK/good"
    touch "$WORK/good"
    TOP=('[[track_script]]' 'name = "good"' 'command = ["/run/scripts/check", "argument"]' 'interval = "200ms"' "$@")
}

case_track_script() {
    local TOP
    up_while_there 'fall = 2'
    tracking_pair 'track_scripts = ["good"]'
    goes_and_returns 'rm "$WORK/good"' 'touch "$WORK/good"'
    logged director-lvs01 good || fail "the log does not tell"
}

case_track_script_weight() {
    local TOP
    up_while_there
    tracking_pair 'track_scripts = [{ name = "good", weight = -20 }]'
    capture_adverts lvs02
    goes_and_returns 'rm "$WORK/good"' 'touch "$WORK/good"'
    assert_contains "$(cat "$WORK/adverts-lvs02.log")" \
        "$(rip lvs01) > 224.0.0.18: VRRPv3, Advertisement, vrid 51, prio 80," "adverts"
}

# A script that hangs is down and leaves nothing behind; one that prints megabytes is not. Neither delays an advert.
case_track_script_hangs_and_shouts() {
    script hangs 'sleep 1000 & sleep 1000'
    script shouts 'head -c 5000000 /dev/zero | tr "\0" x; exit 0'
    local TOP=('[[track_script]]' 'name = "hangs"' 'command = "/run/scripts/hangs"' 'interval = "200ms"'
        '[[track_script]]' 'name = "shouts"' 'command = "/run/scripts/shouts"' 'interval = "10s"')
    tracking_pair 'track_scripts = [{ name = "hangs", weight = -5 }, { name = "shouts", weight = -50 }]'
    capture_adverts lvs02
    monitor lvs02
    wait_until "says_priority 95" 20
    more_adverts lvs02 "$(rip lvs01)" 50
    only lvs01
    assert_eq "" "$(monitored lvs02 "$VIP")" "changes of the VIP on the other"
    says_priority 95 || fail "$(tail -n 1 "$WORK/adverts-lvs02.log")"
    stop director-lvs01
    # killed, they still have to die
    wait_until '[[ -z $(pgrep -f /run/scripts) ]]' 20 || fail "left behind: $(pgrep -af /run/scripts)"
}

case_track_interface() {
    local TOP=()
    second_network lvs01
    tracking_pair 'track_interfaces = ["eth1"]'
    goes_and_returns 'ip link set second-lvs01 down' 'ip link set second-lvs01 up'
}

case_track_file() {
    local TOP=('[[track_file]]' 'name = "by-hand"' "path = \"$WORK/number\"" 'interval = "200ms"')
    echo 0 >"$WORK/number"
    tracking_pair 'track_files = [{ name = "by-hand", weight = 1 }]'
    goes_and_returns 'echo -20 >"$WORK/number"' 'echo 0 >"$WORK/number"'
}

case_track_process() {
    local TOP=('[[track_process]]' 'name = "needed"' 'process = "needed-by-vrrp"' 'interval = "200ms"')
    cp "$(command -v sleep)" "$WORK/needed-by-vrrp"
    start needed lvs01 "$WORK/needed-by-vrrp" 1000
    tracking_pair 'track_processes = ["needed"]'
    goes_and_returns 'stop needed KILL' 'start needed lvs01 "$WORK/needed-by-vrrp" 1000'
}

# What keepalived cannot: no real server is left as LVS01 sees it, and LVS02 still sees both.
case_track_services() {
    two_directors_up 'track_services = ["web"]'
    impatient c
    blackhole add
    wait_until "only lvs02" 20
    moved_to lvs02
    more_requests c 50
    stop_client c
    patient back
    blackhole del
    wait_until "only lvs01" 20
    moved_to lvs01
    assert_served back
    logged director-lvs01 'web' || fail "the log does not tell"
}

# blackhole add|del: LVS01 cannot reach the real servers.
blackhole() {
    ip -n lvs01 route "$1" blackhole "$(rip rs01)/32"
    ip -n lvs01 route "$1" blackhole "$(rip rs02)/32"
}

# Two routers in a sync group: a fault of one moves both.
case_track_sync_group() {
    local machine priority
    for machine in lvs01 lvs02; do
        second_network "$machine"
        priority=$([[ $machine == lvs01 ]] && echo 100 || echo 90)
        {
            vrrp_section "$priority"
            second_section "$priority"
            printf '%s\n' '[[sync_group]]' 'name = "both"' 'members = ["VI_1", "VI_2"]'
        } >"$WORK/$machine.toml"
        start_director "$machine"
        wait_until "both_on lvs01" 20
    done
    ip link set second-lvs01 down
    wait_until "both_on lvs02 && ! holds lvs01 && ! has_address lvs01 eth1 192.168.200.240/32" 20
    ip link set second-lvs01 up
    wait_until "both_on lvs01 && ! holds lvs02 && ! has_address lvs02 eth1 192.168.200.240/32" 20
}

both_on() { holds "$1" && has_address "$1" eth1 192.168.200.240/32; }

# Scripts and the FIFO hear everything in order, each with what keepalived's would get.
case_notify_in_order() {
    script notify "sleep 0.\$((RANDOM % 3)); echo \"\$@\" >>$WORK/notified"
    mkfifo "$WORK/fifo"
    # open before the first line is written: without a reader it is dropped
    start reader lvs01 bash -c "exec 3<>$WORK/fifo && touch $WORK/reads && exec cat <&3"
    wait_until "[[ -e $WORK/reads ]]" 10
    {
        vrrp_section 100 'notify = { any = "/run/scripts/notify", master = ["/run/scripts/notify", "first"] }'
        printf '%s\n' '[scripts]' "fifo = \"$WORK/fifo\""
    } >"$WORK/lvs01.toml"
    start_director lvs01
    wait_until "holds lvs01" 20
    unplug lvs01
    wait_until "! holds lvs01" 20
    plug lvs01
    wait_until "holds lvs01" 20
    stop director-lvs01
    assert_eq "$(transitions)" "$(cat "$WORK/notified")" "what the scripts were told"
    assert_eq "$(transitions | grep -v ^first | sed 's/VI_1/"VI_1"/')" "$(cat "$WORK/reader.log")" "what the FIFO had"
}

transitions() {
    cat <<'EOT'
INSTANCE VI_1 BACKUP 100
first INSTANCE VI_1 MASTER 100
INSTANCE VI_1 MASTER 100
INSTANCE VI_1 FAULT 100
INSTANCE VI_1 BACKUP 100
first INSTANCE VI_1 MASTER 100
INSTANCE VI_1 MASTER 100
INSTANCE VI_1 STOP 100
EOT
}

# Who may not be trusted is not run, and `check` names the path.
case_notify_bad_scripts_refused() {
    local name
    for name in good writable plain; do script "$name" true; done
    chmod 777 /run/scripts/writable
    chmod 644 /run/scripts/plain
    mkdir -p /run/scripts/open
    cp /run/scripts/good /run/scripts/open/inside
    chmod 777 /run/scripts/open
    ln -s open/inside /run/scripts/link
    for name in writable plain missing open/inside link; do
        vrrp_section 100 "notify = { any = \"/run/scripts/$name\" }" >"$WORK/lvs01.toml"
        status_of 78 director lvs01 check
        assert_contains "$OUTPUT" "/run/scripts/" "check"
    done
    vrrp_section 100 'notify = { any = "/run/scripts/good" }' >"$WORK/lvs01.toml"
    status_of 0 director lvs01 check
}
