# shellcheck shell=bash
# What is done to the interfaces and addresses of a router, by people and by network managers.

case_interface_down_and_up() {
    two_directors_up
    impatient c
    ip -n lvs01 link set eth0 down
    wait_until "only lvs02" 20
    moved_to lvs02
    assert_outage c 2500
    assert_contains "$(director lvs01 status || true)" "eth0 is down" "status: why"
    ip -n lvs01 link set eth0 up
    wait_until "only lvs01" 20
    moved_to lvs01
}

# systemd-networkd restarted: every address goes, its own come back at once. The VIP is where it was.
case_interface_flush_like_networkd() {
    two_directors_up
    impatient c
    on lvs01 bash -c "ip addr flush dev eth0; ip addr add $(rip lvs01)/24 dev eth0"
    wait_until "only lvs01" 20
    more_requests c 50
    assert_outage c 2500
    only lvs01
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
}

# And where its own do not come back: the VIP moves, and returns with them.
case_interface_without_address() {
    two_directors_up
    impatient c
    ip -n lvs01 addr flush dev eth0
    wait_until "only lvs02" 20
    moved_to lvs02
    assert_outage c 2500
    ip -n lvs01 addr add "$(rip lvs01)/24" dev eth0
    wait_until "only lvs01" 20
    moved_to lvs01
}

# The VIP alone, by hand: it is back and announced, and the other director has not moved.
case_interface_vip_deleted_by_hand() {
    two_directors_up
    monitor lvs02
    watch_arp a
    impatient c
    ip -n lvs01 addr del "$VIP/32" dev eth0
    wait_until "only lvs01" 10
    wait_until "logged arp-a 'claimed by $(mac lvs01)'" 10
    assert_outage c 2500
    stop_arp a
    assert_eq "" "$(monitored lvs02 "$VIP")" "changes of the VIP on the other"
    logged director-lvs01 "taken off by someone else" || fail "the log does not tell"
}

# A stranger's own address beside it is left alone, from the first moment to the last.
case_interface_strangers_address_stays() {
    ip -n lvs01 addr add 192.168.100.77/32 dev eth0
    router_up lvs01 100
    wait_until "holds lvs01" 20
    stop director-lvs01
    wait_until "! holds lvs01" 20
    holds lvs01 192.168.100.77/32
}

# An interface that is not there is a fault, not the end; its router works when it is, and the others do meanwhile.
case_interface_appears_and_is_recreated() {
    {
        vrrp_section 100
        second_section 100
    } >"$WORK/lvs01.toml"
    start_director lvs01
    wait_until "holds lvs01" 20
    assert_contains "$(director lvs01 status || true)" "eth1" "status: what is missing"
    second_network lvs01
    wait_until "has_address lvs01 eth1 192.168.200.240/32" 20
    monitor lvs01
    ip -n lvs01 link del eth1
    wait_until "logged director-lvs01 'eth1 is missing'" 20
    second_network lvs01
    wait_until "has_address lvs01 eth1 192.168.200.240/32" 20
    running director-lvs01
    assert_eq "" "$(monitored lvs01 "$VIP")" "changes of the other VIP"
}

# Addresses with mask, device, label and scope, excluded ones, and routes: as they are written, and gone with the master.
case_interface_every_kind_of_address() {
    second_network lvs01
    local before
    before=$(kernel_of lvs01)
    cat >"$WORK/lvs01.toml" <<EOT
[[vrrp]]
name = "VI_1"
interface = "eth0"
virtual_router_id = 51
addresses = [
    "$VIP",
    { address = "192.168.100.241/24", label = "eth0:1" },
    { address = "192.168.200.242/32", interface = "eth1", scope = "link" },
]
excluded_addresses = ["192.168.100.243", "$VIP6"]
routes = [
    { to = "10.77.0.0/16", via = "192.168.100.8" },
    { to = "10.78.0.0/16", interface = "eth1", source = "192.168.200.242", metric = 7 },
    { to = "10.79.0.0/16", via = "192.168.100.9", table = 77 },
]
EOT
    capture_adverts lvs01
    start_director lvs01
    wait_until "holds lvs01 $VIP6/128 && [[ \$(ip -n lvs01 route show table 77) == *10.79* ]]" 20
    assert_contains "$(ip -n lvs01 -o addr show)" "inet $VIP/32 scope global eth0" "ip addr"
    assert_contains "$(ip -n lvs01 -o addr show)" "192.168.100.241/24 scope global secondary eth0:1" "ip addr"
    assert_contains "$(ip -n lvs01 -o addr show dev eth1)" "192.168.200.242/32 scope link" "ip addr"
    holds lvs01 192.168.100.243/32
    assert_contains "$(ip -n lvs01 route show)" "10.77.0.0/16 via 192.168.100.8 dev eth0" "ip route"
    assert_contains "$(ip -n lvs01 route show)" "10.78.0.0/16 dev eth1 " "ip route"
    assert_contains "$(ip -n lvs01 route show 10.78.0.0/16)" "src 192.168.200.242 metric 7" "ip route"
    more_adverts lvs01 "$(rip lvs01)" 2
    assert_adverts lvs01 "addrs(3): $VIP,192.168.100.241,192.168.200.242"
    stop director-lvs01
    assert_eq "$before" "$(kernel_of lvs01)" "addresses and routes before and after"
}

kernel_of() {
    ip -n "$1" -o addr show | sed 's/ *valid_lft.*//'
    ip -n "$1" route show table all | grep -v '^multicast\|^ff00\|fe80' | sort
}
