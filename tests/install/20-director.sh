# shellcheck shell=bash
# The director's package on LVS01: alone with its VIP first, as master of a pair after a reboot.

# machine: host=lvs01 root=base,trixie,bullseye
case_director_deb() { director_installed deb; }
case_director_deb__2() { director_in_a_pair deb; }
# machine: host=lvs01
case_director_rpm() { director_installed rpm; }
case_director_rpm__2() { director_in_a_pair rpm; }

# The master of a pair is upgraded under load: LVS02 serves meanwhile, and no request fails. What README.md has for that: the kernels
# tell each other of connections, and one that is too young for it goes on at the same server.
# machine: host=lvs01
case_director_pair_upgrade() {
    synced_pair
    follow holders
    watch_arp pair
    start_client "$CASE" --every-ms 20 --timeout-ms 5000 --hold 4
    more_requests "$CASE" 100
    local before
    before=$(invocation lvs-director)
    install_package deb lvs-director 2
    wait_until "directing && only lvs01" 60
    [[ $before != "$(invocation lvs-director)" ]] || fail "the upgrade did not restart the director"
    more_requests "$CASE" 100
    stop_client "$CASE"
    alone lvs01
    stop follow
    held_by "lvs01 lvs02 lvs01"
    assert_never_two pair 2
    assert_no_failures "$CASE"
}

director_installed() {
    file_state >"$OUT/files-before"
    # so that a difference does not come from the module alone
    modprobe ip_vs
    host_state >"$OUT/host-before"
    install_package "$1" lvs-director 1
    # no configuration, so nothing is done yet
    assert_eq "disabled inactive" "$(unit_state lvs-director)" "the unit"
    host_state >"$OUT/host-after"
    same_after "the host after the installation" "$OUT"/host-{before,after}
    lone_config
    lvs-director check
    systemctl enable --now lvs-director
    real_servers_up
    start_client "$CASE" --every-ms 50 --hold 2
    wait_until directing 30
    director_upgraded "$1"
    pair_config
}

director_upgraded() {
    local before after
    before=$(invocation lvs-director)
    UNTIL=directing undisturbed install_package "$1" lvs-director 2
    after=$(invocation lvs-director)
    [[ $before != "$after" ]] || fail "the upgrade did not restart the director"
    UNTIL=directing undisturbed systemctl restart lvs-director
    UNTIL=directing undisturbed reload_tells_why lvs-director /etc/lvs-director/director.toml
}

# Enabled, so it is there; LVS02 joins.
director_in_a_pair() {
    real_servers_up
    wait_until directing 60
    web_service | router_config lvs02 90
    start_director lvs02
    wait_until "table_full lvs02" 30
    start_client "$CASE" --every-ms 50 --timeout-ms 5000
    UNTIL=directing served systemctl restart lvs-director
    UNTIL="only lvs02" served systemctl stop lvs-director
    UNTIL="directing && only lvs01" served systemctl start lvs-director
    UNTIL="only lvs02" served remove_package "$1" lvs-director
    stop_client "$CASE"
    ! active lvs-director || fail "the director runs without its package"
    host_state >"$OUT/host-after"
    same_after "the host after the removal" "$OUT"/host-{before,after}
    compgen -G '/etc/lvs-director/director.toml*' || fail "the removal took the operator's configuration along"
    forgotten "$1" lvs-director
}

lone_config() {
    web_service | director_config lvs01
    mkdir -p /etc/lvs-director
    cp "$WORK/lvs01.toml" /etc/lvs-director/director.toml
}

pair_config() {
    web_service | router_config lvs01 100
    cp "$WORK/lvs01.toml" /etc/lvs-director/director.toml
}

# So that a machine which is busy with packages loses no three adverts: the only moves are those that somebody asked for.
UNHURRIED='advert_interval = "1s"'

# synced_pair: LVS01, by its package, is master, and LVS02 backup.
synced_pair() {
    local machine
    real_servers_up
    for machine in lvs01 lvs02; do
        on "$machine" sh -c 'modprobe ip_vs; echo 1 >/proc/sys/net/ipv4/vs/sloppy_tcp'
    done
    install_package deb lvs-director 1
    synced_service | router_config lvs01 100 "$UNHURRIED"
    cp "$WORK/lvs01.toml" /etc/lvs-director/director.toml
    systemctl enable --now lvs-director
    wait_until directing 60
    synced_service | router_config lvs02 90 "$UNHURRIED"
    start_director lvs02
    wait_until "table_full lvs02 && synced lvs01 master && synced lvs02 backup" 60
}

synced_service() {
    printf '%s\n' '[[ipvs.sync]]' 'role = "vrrp"' 'vrrp = "VI_1"' 'interface = "eth0"' 'id = 51'
    web_service mh
}

# synced MACHINE ROLE
synced() { [[ $(on "$1" ipvsadm -Ln --daemon) == *"$2 sync daemon"* ]]; }

# holders, in $SIGHT: which directors have the VIP. Whoever takes it does so before the other lets go, so the one that is asked first may
# have taken it meanwhile: LVS02 is asked once more if neither had it.
# shellcheck disable=SC2034
holders() {
    local second=${PIDS[director-lvs02]}
    SIGHT=nobody
    if vip_within "$second"; then
        SIGHT=lvs02
        ! vip_within 1 || SIGHT="lvs01 lvs02"
    elif vip_within 1; then
        SIGHT=lvs01
    elif vip_within "$second"; then
        SIGHT=lvs02
    fi
}

# alone MACHINE: nobody else has the VIP any more. Whoever leaves keeps it on lo for a moment, for what is still under way to it.
alone() { wait_until "[[ \$(tail -n 1 $OUT/changes) =~ ^[0-9.]+\ $1\$ ]]" 30; }

# held_by MACHINES: so it went, by $OUT/changes: one after the other had the VIP alone, and nobody at no time.
held_by() {
    cat "$OUT/changes"
    assert_eq "$1" "$(awk 'NF == 2 { print $2 }' "$OUT/changes" | uniq | xargs)" "who alone had the VIP, one after the other"
}

# What a person would look at.
directing() { active lvs-director && holds lvs01 && table_full lvs01; }

# served COMMAND…: whatever moves, the client's new connections are answered. One that is under way when the VIP moves belongs to
# one director alone, and the other resets it: one for each move.
served() {
    local before reset
    before=$(count "$CASE" failed)
    "$@"
    wait_until "$UNTIL" 60
    more_requests "$CASE" 60
    reset=$(tail -n "+$((before + 1))" "$WORK/client-$CASE.log" | grep -c 'reset by peer' || true)
    assert_eq "$reset" $(($(count "$CASE" failed) - before)) "failed requests during: $*"
    ((reset <= 2)) || fail "$reset connections were reset during: $*"
}
