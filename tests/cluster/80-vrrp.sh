# shellcheck shell=bash
# The note's pair: LVS01, priority 100, and LVS02, priority 90. Who holds the VIP is asked of `ip` and of the wire, what
# is lost is asked of a client. Adverts each 100 ms, which is the default, unless said.

# S6: httpd, rr, persistence, version 2 with a password and adverts each second. LVS01 loses power.
case_vrrp_httpd_of_the_note() {
    SERVICES=persistent_web two_directors_up 'version = 2' 'auth = { type = "pass", password = "1111" }'
    assert_eq "-A -t $VIP:80 -s rr -p 20
-a -t $VIP:80 -r $(rip rs01):80 -g -w 1
-a -t $VIP:80 -r $(rip rs02):80 -g -w 1" "$(table lvs01)" "the table of LVS01"
    assert_eq "$(table lvs01)" "$(table lvs02)" "the table of LVS02"
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
    impatient c
    power_off lvs01
    moved_to lvs02
    # three intervals and 166/256 of one after the last advert
    assert_outage c 6000
    assert_eq "$(mac lvs02)" "$(arp_answers)" "who answers ARP for the VIP"
}

persistent_web() { web_service | sed 's/^forward = .*/&\npersistence = "20s"/'; }

# S7: MySQL, wlc, weight 3. LVS01 loses power, then returns.
case_vrrp_mysql_of_the_note() {
    local machine
    for machine in rs01 rs02; do
        start_mysql "$machine"
        agent_config "$machine" 3306
        start_agent "$machine"
    done
    for machine in lvs01 lvs02; do
        mysql_service | router_config "$machine" "$([[ $machine == lvs01 ]] && echo 100 || echo 90)"
        start_director "$machine"
        wait_until "table_full $machine 3306" 30
    done
    wait_until "only lvs01" 20
    assert_contains "$(mysql_query 'SHOW DATABASES')" test1 "databases"
    power_off lvs01
    moved_to lvs02
    for _ in 1 2 3 4 5; do
        assert_contains "rs01 rs02" "$(mysql_query 'SELECT @@report_host')" "who answers"
    done
    power_on lvs01
    start_director lvs01
    wait_until "only lvs01" 20
    for _ in 1 2 3 4 5; do
        assert_contains "rs01 rs02" "$(mysql_query 'SELECT @@report_host')" "who answers"
    done
}

# With the defaults: a tenth of what the note's pair takes. It returns with an empty kernel, and nobody notices.
case_vrrp_power_loss() {
    two_directors_up
    watch_arp a
    impatient c
    power_off lvs01
    moved_to lvs02
    assert_outage c 2500
    power_on lvs01
    patient back
    start_director lvs01
    wait_until "only lvs01" 20
    moved_to lvs01
    assert_served back
    stop_arp a
    assert_never_two a
}

# SIGTERM: the leaving master goes on forwarding until its successor has the VIP.
case_vrrp_graceful_stop() {
    two_directors_up
    watch_arp a
    patient c
    stop director-lvs01
    wait_until "only lvs02" 20
    moved_to lvs02
    more_requests c 100
    start_director lvs01
    wait_until "only lvs01" 20
    moved_to lvs01
    assert_served c 2
    stop_arp a
    assert_never_two a 2
}

# The same with a keepalived as successor, which takes its time.
case_vrrp_graceful_stop_before_keepalived() {
    real_servers_up
    web_service | router_config lvs01 100
    start_director lvs01
    wait_until "only lvs01 && table_full lvs01" 20
    {
        keepalived_instance 90 3 0.1
        keepalived_web
    } | keepalived_config lvs02
    start_keepalived lvs02
    wait_until "table_full lvs02" 20
    watch_arp a
    patient c
    stop director-lvs01
    wait_until "only lvs02" 20
    moved_to lvs02
    more_requests c 100
    assert_served c
    patient back
    start_director lvs01
    wait_until "only lvs01" 20
    moved_to lvs01
    more_requests back 100
    stop_client back
    stop_arp a
    # keepalived lets go at our first advert and forwards nothing more, until our announcement is there
    (($(count back failed) <= 2)) || fail "$(count back failed) requests failed when a keepalived was taken over from"
    assert_never_two a 2
}

# Nobody is there to take over: the VIP leaves in the end, and the daemon with it.
case_vrrp_graceful_stop_alone() {
    router_up lvs01 100
    wait_until "holds lvs01" 20
    kill -TERM "${PIDS[director-lvs01]}"
    wait_until "! running director-lvs01" 20
    assert_eq "" "$(vip_holders)" "who holds the VIP"
}

# A carrier that is lost is a fault: the VIP leaves the cut-off director, too.
case_vrrp_cable_pulled() {
    two_directors_up
    impatient c
    unplug lvs01
    wait_until "only lvs02" 20
    moved_to lvs02
    assert_outage c 2500
    patient back
    plug lvs01
    wait_until "only lvs01" 20
    moved_to lvs01
    assert_served back
}

# A cut that neither end sees, and its end, at many moments of the advert interval: both hold the VIP while they are
# apart, one within an interval after that, and the client is served by it at once.
case_vrrp_silent_cut_heals() {
    local round
    two_directors_up
    for round in 1 2 3 4 5 6 7 8; do
        silence lvs01
        wait_until "holds lvs02" 20
        assert_eq "lvs01 lvs02 " "$(vip_holders)" "who holds the VIP while they are apart"
        impatient "heal$round"
        sleep "0.0$((RANDOM % 100))"
        unsilence lvs01
        wait_until "only lvs01" 10
        assert_outage "heal$round" 2500
        only lvs01
    done
}

# The other director is the one that is cut off: it heals as a master of the lower priority.
case_vrrp_backup_cut_heals() {
    local round
    two_directors_up
    impatient c
    for round in 1 2 3 4 5 6 7 8; do
        silence lvs02
        wait_until "holds lvs02" 20
        sleep "0.0$((RANDOM % 100))"
        unsilence lvs02
        wait_until "only lvs01" 10
        more_requests c 20
    done
    assert_outage c 2500
}

# A frozen daemon's kernel goes on forwarding and answering, and so do two. Thawed, one director holds the VIP at once.
case_vrrp_frozen_master() {
    two_directors_up
    impatient c
    kill -STOP "${PIDS[director-lvs01]}"
    moved_to lvs02
    more_requests c 50
    thaw lvs01
    assert_outage c 2500
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
}

# A frozen master that thaws beside a better one.
case_vrrp_frozen_backup() {
    two_directors_up
    stop director-lvs01
    moved_to lvs02
    impatient c
    kill -STOP "${PIDS[director-lvs02]}"
    start_director lvs01
    moved_to lvs01
    more_requests c 50
    thaw lvs02
    assert_outage c 2500
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
}

# thaw MACHINE: LVS01 alone holds the VIP soon afterwards.
thaw() {
    local began=${EPOCHREALTIME/./} took
    kill -CONT "${PIDS[director-$1]}"
    wait_until "only lvs01" 10
    took=$(((${EPOCHREALTIME/./} - began) / 1000))
    echo "one holds the VIP $took ms after the thaw"
    ((took <= 1500)) || fail "one holds the VIP only $took ms after the thaw"
}

# kill -9 of the daemon alone: the other takes over, and the next start leaves the VIP on one. Nothing established is lost.
case_vrrp_daemon_killed() {
    with_sync_up
    start_client held --hold 10 --every-ms 0
    more_requests held 400
    patient c
    stop director-lvs01 KILL
    moved_to lvs02
    more_requests c 50
    start_director lvs01
    wait_until "only lvs01" 20
    moved_to lvs01
    assert_served c 2
    more_requests held 200
    stop_client held
    assert_no_failures held
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
}

# And the same where the next start does not preempt: its leftover goes.
case_vrrp_daemon_killed_nopreempt() {
    two_directors_up 'preempt = false'
    stop director-lvs01 KILL
    moved_to lvs02
    patient c
    start_director lvs01
    wait_until "only lvs02" 20
    assert_served c
    assert_eq "$(mac lvs02)" "$(arp_answers)" "who answers ARP for the VIP"
}

# Killed and started again within the time that a backup waits: no address moves, no packet is lost.
case_vrrp_quick_restart() {
    two_directors_up 'advert_interval = "1s"'
    monitor lvs01
    monitor lvs02
    capture_adverts lvs02
    patient c --hold 4
    stop director-lvs01 KILL
    start_director lvs01
    more_adverts lvs02 "$(rip lvs01)" 5 # longer than the backup's patience
    assert_served c 0
    assert_eq "" "$(monitored lvs01 "$VIP")$(monitored lvs02 "$VIP")" "changes of the VIP"
}

# A reload that changes the priority by nothing but a number moves nothing; one that makes it the lower moves the VIP.
case_vrrp_reload() {
    two_directors_up
    monitor lvs01
    patient c
    web_service | router_config lvs01 120
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "[[ \$(director lvs01 status) == *120* ]]" 20
    more_requests c 50
    assert_eq "" "$(monitored lvs01 "$VIP")" "changes of the VIP"
    web_service | router_config lvs01 80
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "only lvs02" 20
    moved_to lvs02
    assert_served c
}

# A router that is taken out of the file hands over.
case_vrrp_reload_takes_it_out() {
    two_directors_up
    patient c
    {
        vrrp_section 100 | sed "s/VI_1/VI_2/; s/= 51/= 52/; s/$VIP/192.168.100.241/"
        web_service
    } >"$WORK/lvs01.toml"
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "only lvs02 && only lvs01 192.168.100.241/32" 20
    moved_to lvs02
    assert_served c
}

# `ipvs_on = "master"`: a backup has no table, and a new master has it before it has the VIP: a client that came between
# the two would be refused.
case_vrrp_ipvs_on_master() {
    local machine
    real_servers_up
    for machine in lvs01 lvs02; do
        {
            echo 'ipvs_on = "master"'
            vrrp_section "$([[ $machine == lvs01 ]] && echo 100 || echo 90)"
            web_service
        } >"$WORK/$machine.toml"
        start_director "$machine"
        wait_until "holds lvs01 && table_full lvs01" 20
    done
    impatient c
    more_requests c 100
    assert_eq "" "$(table lvs02)" "the table of the backup"
    power_off lvs01
    moved_to lvs02
    table_full lvs02
    assert_outage c 2500
    ! logged client-c refused || fail "$(grep refused "$WORK/client-c.log")"
    power_on lvs01
    patient back
    start_director lvs01
    wait_until "only lvs01 && table_full lvs01" 20
    moved_to lvs01
    wait_until "[[ -z \$(table lvs02) ]]" 20
    assert_served back
}

# Connections that stay open survive, with the kernel's sync daemons: they follow who is master.
case_vrrp_long_lived_connections() {
    with_sync_up
    start_client held --hold 10 --every-ms 0
    more_requests held 400
    stop director-lvs01
    wait_until "only lvs02" 20
    more_requests held 200
    assert_sync lvs02 master
    start_director lvs01
    wait_until "only lvs01" 60
    more_requests held 200
    assert_sync lvs01 master
    stop_client held
    assert_no_failures held
}

case_vrrp_long_lived_connections_power_loss() {
    with_sync_up
    start_client held --hold 10 --every-ms 0 --timeout-ms 10000
    more_requests held 400
    power_off lvs01
    wait_until "holds lvs02" 20
    more_requests held 400
    power_on lvs01
    start_director lvs01
    wait_until "only lvs01" 60
    more_requests held 200
    stop_client held
    assert_no_failures held
}

# Beside a keepalived with its own sync daemon, there and back.
case_vrrp_long_lived_connections_beside_keepalived() {
    real_servers_up
    web_service | router_config lvs01 100 "${SYNC[@]}"
    start_director lvs01
    wait_until "holds lvs01 && table_full lvs01" 20
    {
        keepalived_instance 90 3 0.1 | sed 's/^    router_id.*/&\n    lvs_sync_daemon eth0 VI_1 id 51/'
        keepalived_web
    } | keepalived_config lvs02
    start_keepalived lvs02
    wait_until "table_full lvs02" 20
    assert_sync lvs01 master
    assert_sync lvs02 backup
    start_client held --hold 10 --every-ms 0
    more_requests held 400
    stop director-lvs01
    wait_until "only lvs02" 20
    more_requests held 200
    start_director lvs01
    wait_until "only lvs01" 60
    more_requests held 200
    stop_client held
    assert_no_failures held
}

SYNC=('' '[[ipvs.sync]]' 'role = "vrrp"' 'vrrp = "VI_1"' 'interface = "eth0"' 'id = 51')

with_sync_up() {
    two_directors_up "${SYNC[@]}"
    assert_sync lvs01 master
    assert_sync lvs02 backup
}

# assert_sync MACHINE ROLE: what ipvsadm says of the sync daemons.
assert_sync() { wait_until "[[ \$(on $1 ipvsadm -Ln --daemon) == *'$2 sync daemon (mcast=eth0, syncid=51'* ]]" 10; }

# The thread of the adverts has real-time priority and the daemon's memory is locked, where the file says so.
case_vrrp_realtime() {
    {
        vrrp_section 100
        printf '%s\n' '[realtime]' 'priority = 50' 'lock_memory = true'
    } >"$WORK/lvs01.toml"
    start_director lvs01
    wait_until "holds lvs01" 20
    local pid=${PIDS[director-lvs01]}
    assert_eq 1 "$(chrt -a -p "$pid" | grep -c 'priority: 50')" "threads with real-time priority 50"
    assert_contains "$(chrt -a -p "$pid")" SCHED_FIFO "scheduling of the threads"
    (($(awk '/^VmLck/ { print $2 }' "/proc/$pid/status") > 1000)) || fail "$(grep VmLck "/proc/$pid/status")"
}

# Gratuitous ARP and unsolicited neighbour advertisements: when it becomes master, and again and again.
case_vrrp_announces() {
    start heard client tcpdump --immediate-mode -lni eth0 'arp or icmp6'
    wait_until "logged heard 'listening on'" 20
    router_up lvs01 100 "excluded_addresses = [\"$VIP6\"]" \
        'announce = { repeat = 3, delay = "0s", refresh = "2s", refresh_repeat = 1 }'
    wait_until "holds lvs01" 20
    wait_until "(( \$(announced_v4) >= 3 && \$(announced_v6) >= 3 ))" 10
    local before_v4 before_v6
    before_v4=$(announced_v4) before_v6=$(announced_v6)
    wait_until "(( \$(announced_v4) > $before_v4 && \$(announced_v6) > $before_v6 ))" 10
}

announced_v4() { grep -cE "ARP, (Reply $VIP is-at $(mac lvs01)|(Request|Announcement) .*$VIP)" "$WORK/heard.log" || true; }
announced_v6() { grep -c "> ff02::1: ICMP6, neighbor advertisement, tgt is $VIP6" "$WORK/heard.log" || true; }

# `lvs-director vrrp`: a line for each router, and an exit status that says what it is.
case_vrrp_for_scripts() {
    router_up lvs01 100
    wait_until "holds lvs01" 20
    status_of 0 director lvs01 vrrp VI_1 --exit-code
    assert_contains "$OUTPUT" "VI_1 master 100 $VIP" "lvs-director vrrp"
    unplug lvs01
    wait_until "! holds lvs01" 20
    status_of 4 director lvs01 vrrp VI_1 --exit-code
    assert_contains "$OUTPUT" "VI_1 fault 100" "lvs-director vrrp"
    plug lvs01
    wait_until "holds lvs01" 20
    router_up lvs02 90
    wait_until "director lvs02 status" 20
    status_of 3 director lvs02 vrrp VI_1 --exit-code
    assert_contains "$OUTPUT" "VI_1 backup 90" "lvs-director vrrp"
}
