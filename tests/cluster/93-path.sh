# shellcheck shell=bash
# Checks that go by the VIP, as clients' packets do: they see what a check to the server's own address never sees. The real
# servers are prepared by hand, so that nobody puts right what is taken away.

# The note's service; both checks count, the plain one and the one by the VIP.
path_service() {
    cat <<EOT
[[service]]
name = "web"
address = "$VIP:80"
scheduler = "rr"
forward = "dr"
check = [
    { type = "tcp", interval = "1s", timeout = "1s", fall = 2 },
    { type = "http", path = "dr", interval = "1s", timeout = "1s", fall = 2 },
]

[[service.real]]
address = "$(rip rs01)"
[[service.real]]
address = "$(rip rs02)"
EOT
}

path_servers_up() {
    local machine
    for machine in rs01 rs02; do
        start_web "$machine"
        prepare_by_hand "$machine"
    done
}

# LVS01 is master, LVS02 is backup.
path_pair_up() {
    path_servers_up
    path_service | router_config lvs01 100
    path_service | router_config lvs02 90
    start_director lvs01
    wait_until "holds lvs01 && table_full lvs01" 30
    start_director lvs02
    wait_until "table_full lvs02" 30
}

# path_marks MACHINE: the fwmark services of its table.
path_marks() { table "$1" | grep -- ' -f ' || true; }

# alone MACHINE: on both directors it serves and the other does not.
alone() {
    local director other=rs01
    [[ $1 != rs01 ]] || other=rs02
    for director in lvs01 lvs02; do
        has_real "$director" "$(rip "$1"):80" || return 1
        ! has_real "$director" "$(rip "$other"):80" || return 1
    done
}

why() { director "$1" status --json; }

# own_entries MACHINE: connections that the machine itself has made, with their states.
own_entries() { on "$1" ipvsadm -Lnc | grep " $(rip "$1"):" || true; }

vip_off() { ip -n "$1" addr del "$VIP/32" dev lo; }
vip_on() { ip -n "$1" addr add "$VIP/32" dev lo; }

# The black hole: nginx answers on the server's own address, the plain check passes, and what clients send is lost.
case_path_sees_a_missing_vip() {
    local machine
    path_pair_up
    only lvs01
    for machine in lvs01 lvs02; do
        assert_eq 4 "$(path_marks "$machine" | wc -l)" "lines of fwmark services on $machine"
        assert_contains "$(director "$machine" status)" "✓ 2 checks of 2 real servers by the VIP" "status of $machine"
        assert_eq 0 "$(director "$machine" status | grep -c 'not ours' || true)" "strangers in the status of $machine"
    done
    wait_until "[[ \$(own_entries lvs01) == *$(rip rs02):80* && \$(own_entries lvs02) == *$(rip rs02):80* ]]" 20
    vip_off rs02
    wait_until "alone rs01" 30
    assert_eq 200 "$(http_code lvs01 "http://$(rip rs02)/")" "the server's own address"
    for machine in lvs01 lvs02; do
        assert_contains "$(why "$machine")" "by the VIP $VIP: connect: timed out after 1s: the server has no VIP" "status of $machine"
    done
    start_client c
    more_requests c 50
    stop_client c
    assert_no_failures c
    vip_on rs02
    wait_until "table_full lvs01 && table_full lvs02" 30
}

# What was backup sees it as master, too, where the VIP is its own.
case_path_after_a_move() {
    path_pair_up
    stop director-lvs01
    wait_until "only lvs02" 20
    # results of attempts that began as master
    vip_off rs01
    wait_until "! has_real lvs02 $(rip rs01):80" 30
    has_real lvs02 "$(rip rs02):80"
    vip_on rs01
    wait_until "table_full lvs02" 30
}

# A server that forwards what it has no address for would hand the check to the master, who sends it to a good one.
case_path_is_not_sent_on() {
    path_pair_up
    vip_off rs02
    on rs02 bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    wait_until "alone rs01" 30
    start_client c
    more_requests c 150 # many attempts
    stop_client c
    alone rs01 || fail "it came back: $(why lvs02)"
    assert_no_failures c
    vip_on rs02
    wait_until "table_full lvs01 && table_full lvs02" 30
}

# A reload and a restart write nothing, cleanup takes what is ours, and somebody's own fwmark service stays.
case_path_services_are_ours() {
    local theirs="-A -f 7 -s wlc
-a -f 7 -r 10.8.0.1:0 -g -w 7"
    on lvs01 ipvsadm -R <<<"$theirs"
    conf lvs01 eth0/rp_filter 1
    path_pair_up
    assert_eq 1 "$(conf lvs01 eth0/accept_local)" "accept_local"
    assert_eq 6 "$(path_marks lvs01 | wc -l)" "lines of fwmark services"
    record_writes lvs01
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "logged director-lvs01 'configuration reloaded'" 20
    stop director-lvs01 KILL
    start_director lvs01
    wait_until "director lvs01 status && [[ \$(why lvs01) == *'\"waiting\":false'* ]]" 20
    assert_eq "nothing to do" "$(director lvs01 plan 2>/dev/null)" "plan"
    assert_eq "" "$(writes lvs01)" "IPVS writes"
    stop "writes-lvs01"
    on lvs01 ipvsadm -C
    on lvs01 ipvsadm -R <<<"$theirs"
    wait_until "table_full lvs01 && (( \$(path_marks lvs01 | wc -l) == 6 ))" 20
    stop director-lvs01
    assert_eq 6 "$(path_marks lvs01 | wc -l)" "lines of fwmark services after SIGTERM"
    director lvs01 cleanup
    assert_eq "$theirs" "$(table lvs01)" "the table after cleanup"
    assert_eq 0 "$(conf lvs01 eth0/accept_local)" "accept_local after cleanup"
}

# Connections end with a reset: ten seconds later nothing of them is in the table.
case_path_entries_leave() {
    path_pair_up
    wait_until "(( \$(own_entries lvs01 | wc -l) >= 2 && \$(own_entries lvs02 | wc -l) >= 2 ))" 20
    stop director-lvs01 KILL
    stop director-lvs02 KILL
    assert_eq "" "$(own_entries lvs01 | grep -v ' CLOSE ' || true)" "entries that are not closed"
    wait_until "[[ -z \$(own_entries lvs01) && -z \$(own_entries lvs02) ]]" 20
}

# The file no longer asks: the services go, and so does the setting.
case_path_given_up() {
    path_servers_up
    path_service | director_config lvs01
    start_director lvs01
    wait_until "table_full lvs01" 30
    assert_eq "4 1" "$(path_marks lvs01 | wc -l) $(conf lvs01 eth0/accept_local)" "fwmark lines, accept_local"
    web_service | director_config lvs01
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "[[ -z \$(path_marks lvs01) && \$(conf lvs01 eth0/accept_local) == 0 ]]" 20
    table_full lvs01
}

# IPv6 needs no setting. LVS01 has the VIP, LVS02 has not.
case_path_ipv6() {
    local machine
    for machine in rs01 rs02; do
        start_web "$machine"
        ip -n "$machine" -6 addr add "$VIP6/128" dev lo nodad preferred_lft 0
    done
    for machine in lvs01 lvs02; do
        path_service | sed "s/$VIP:80/[$VIP6]:80/; s/$(rip rs01)/$(rip6 rs01)/; s/$(rip rs02)/$(rip6 rs02)/" >"$WORK/$machine.toml"
    done
    printf '[[address]]\naddress = "%s"\ninterface = "eth0"\n' "$VIP6" >>"$WORK/lvs01.toml"
    for machine in lvs01 lvs02; do
        start_director "$machine"
        wait_until "has_real $machine '[$(rip6 rs01)]:80' && has_real $machine '[$(rip6 rs02)]:80'" 30
    done
    ip -n rs02 -6 addr del "$VIP6/128" dev lo
    for machine in lvs01 lvs02; do
        wait_until "! has_real $machine '[$(rip6 rs02)]:80'" 30
        assert_contains "$(why "$machine")" "by the VIP $VIP6: connect: timed out" "status of $machine"
        has_real "$machine" "[$(rip6 rs01)]:80"
    done
    ip -n rs02 -6 addr add "$VIP6/128" dev lo nodad preferred_lft 0
    wait_until "has_real lvs01 '[$(rip6 rs02)]:80' && has_real lvs02 '[$(rip6 rs02)]:80'" 30
}

# With backup_only nothing that is sent here meets IPVS: the checks would lie, so they do not run.
case_path_backup_only() {
    path_servers_up
    on lvs01 bash -c 'echo 1 >/proc/sys/net/ipv4/vs/backup_only'
    { path_service && printf '[[ipvs.sync]]\nrole = "backup"\ninterface = "eth0"\nid = 51\n'; } | director_config lvs01
    start_director lvs01
    wait_until "logged director-lvs01 'backup_only keeps what this machine sends itself from IPVS'" 20
    wait_until "table_full lvs01" 30
    assert_contains "$(director lvs01 status)" "not run, net.ipv4.vs.backup_only" "status"
    vip_off rs02
    stop web-rs01
    wait_until "! has_real lvs01 $(rip rs01):80" 20 # the plain check of the other one works, and sees no VIP
    has_real lvs01 "$(rip rs02):80"
    on lvs01 bash -c 'echo 0 >/proc/sys/net/ipv4/vs/backup_only'
    wait_until "! has_real lvs01 $(rip rs02):80" 30
    vip_on rs02
    wait_until "has_real lvs01 $(rip rs02):80" 30
}

# Where the VIP is on another interface than the answers come by, a strict filter drops them: said with its cure.
case_path_strict_filter() {
    path_servers_up
    conf lvs01 eth0/rp_filter 1
    path_service | director_config lvs01
    sed -i 's/interface = "eth0"/interface = "lo"/' "$WORK/lvs01.toml"
    start_director lvs01
    wait_until "logged director-lvs01 'sysctl -w net.ipv4.conf.eth0.rp_filter=2'" 30
    conf lvs01 eth0/rp_filter 2
    wait_until "table_full lvs01" 30
}
