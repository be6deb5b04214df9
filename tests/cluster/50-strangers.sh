# shellcheck shell=bash
# What is not ours, and what others do to what is.

# Someone else's services stay; ours come beside them and go alone.
case_strangers_services_stay() {
    local number before
    for ((number = 1; number <= 300; number++)); do
        echo "-A -t 10.7.$((number / 250)).$((number % 250 + 1)):80 -s lc"
        echo "-a -t 10.7.$((number / 250)).$((number % 250 + 1)):80 -r 10.8.0.1:80 -g -w 7"
    done | on lvs01 ipvsadm -R
    before=$(table lvs01)
    cluster_up
    assert_eq "$before" "$(table lvs01 | grep -vF "$VIP")" "the strangers' services"
    stop director-lvs01
    status_of 0 director lvs01 cleanup
    assert_eq "$before" "$(table lvs01)" "the table after cleanup"
    ! has_address lvs01 eth0 "$VIP/32" || fail "cleanup left the VIP"
}

case_strangers_own_table() {
    on lvs01 ipvsadm -A -t 10.7.0.1:80 -s lc
    real_servers_up
    {
        printf '[ipvs]\nown_table = true\n\n'
        web_service
    } | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && [[ \$(table lvs01) != *10.7.0.1* ]]" 20
}

# ipvsadm -C by someone: everything is back, and logged.
case_strangers_clear_the_table() {
    cluster_up
    local before
    before=$(table lvs01)
    on lvs01 ipvsadm -C
    wait_until "[[ \$(table lvs01) == \"$before\" ]]" 30
    logged director-lvs01 "changed by someone else" || fail "the log does not tell"
    on lvs01 ipvsadm -e -t "$VIP:80" -r "$(rip rs01):80" -g -w 50
    wait_until "has_real lvs01 $(rip rs01):80 1" 30
}

case_strangers_take_the_vip_off() {
    cluster_up
    ip -n lvs01 addr del "$VIP/32" dev eth0
    wait_until "has_address lvs01 eth0 $VIP/32" 20
    logged director-lvs01 "taken off by someone else" || fail "the log does not tell"
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
}

# What dead servers need is set, and put back on cleanup.
case_strangers_sysctls_put_back() {
    cluster_up
    wait_until '[[ $(ipvs_sysctl lvs01 expire_nodest_conn) == 1 ]]' 10
    stop director-lvs01
    assert_eq 1 "$(ipvs_sysctl lvs01 expire_nodest_conn)" "expire_nodest_conn after SIGTERM"
    director lvs01 cleanup
    assert_eq "0 0" "$(ipvs_sysctl lvs01 expire_nodest_conn) $(ipvs_sysctl lvs01 expire_quiescent_template)" \
        "expire_nodest_conn, expire_quiescent_template"
}

case_strangers_sysctls_not_managed() {
    real_servers_up
    {
        printf '[ipvs]\nmanage_sysctls = false\n\n'
        web_service
    } | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80" 20
    assert_eq "0 0" "$(ipvs_sysctl lvs01 expire_nodest_conn) $(ipvs_sysctl lvs01 expire_quiescent_template)" \
        "expire_nodest_conn, expire_quiescent_template"
}

# The reason for them: a client that uses its source ports again meets the entries of a removed server.
case_strangers_no_black_hole_after_a_death() {
    cluster_up
    on client bash -c 'echo "40000 40200" >/proc/sys/net/ipv4/ip_local_port_range'
    start_client c --every-ms 10
    more_requests c 150
    stop web-rs02 KILL
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    more_requests c 1
    local failed
    failed=$(count c failed)
    more_requests c 300
    assert_eq "$failed" "$(count c failed)" "requests that failed after the dead server had left"
}
