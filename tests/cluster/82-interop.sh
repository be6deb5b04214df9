# shellcheck shell=bash
# lvs-director's VRRP among keepalived and FRR. LVS01 is ours, LVS02 theirs.

# What keepalived says when it does not like a neighbour.
assert_no_complaints() {
    assert_eq "" "$(grep -iE 'bogus|invalid|mismatch|incorrect|different|differ |checksum|bad |expected|ignor|unknown' \
        "$WORK/keepalived-lvs02.log" || true)" "what keepalived complains of"
}

# beside_keepalived VERSION OUR-INTERVAL THEIR-INTERVAL: all that may happen between the two. $OURS and $THEIRS are lines
# of their configurations, $ME our source address, $HELD the address on eth0.
beside_keepalived() {
    local version=$1 ours=$2 theirs=$3 me=${ME:-$(rip lvs01)} held=${HELD:-$VIP/32}
    capture_adverts lvs01
    router_up lvs01 100 "version = $version" "advert_interval = \"$ours\"" "${OURS[@]}"
    wait_until "only lvs01 $held" 20
    echo "it starts as a backup and stays one"
    keepalived_up lvs02 90 "$version" "$theirs" "${THEIRS[@]}"
    more_adverts lvs01 "$me" 8
    only lvs01 "$held"
    echo "we stop, it takes over; we return and preempt"
    stop director-lvs01
    wait_until "only lvs02 $held" 20
    start_director lvs01
    wait_until "only lvs01 $held" 20
    echo "it has the higher priority: we hand over, and take it back when it stops"
    stop keepalived-lvs02
    only lvs01 "$held"
    keepalived_up lvs02 110 "$version" "$theirs" "${THEIRS[@]}"
    wait_until "only lvs02 $held" 20
    stop keepalived-lvs02
    wait_until "only lvs01 $held" 20
    echo "it dies without a word"
    start_keepalived lvs02
    wait_until "only lvs02 $held" 20
    power_off lvs02
    wait_until "holds lvs01 $held" 20
    assert_no_complaints
}

case_interop_keepalived_v2_password() {
    local OURS=('auth = { type = "pass", password = "1111" }') THEIRS
    THEIRS=("authentication {" "auth_type PASS" "auth_pass 1111" "}")
    beside_keepalived 2 1s 1
    assert_adverts lvs01 "$(rip lvs01) > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, authtype simple, intvl 1s, length 20, addrs: $VIP auth \"1111"
    assert_contains "$(grep -B1 " $(rip lvs01) > 224" "$WORK/adverts-lvs01.log")" "(tos 0xc0, ttl 255," "the IP header"
}

case_interop_keepalived_v2_plain() {
    local OURS=() THEIRS=()
    beside_keepalived 2 1s 1
    assert_adverts lvs01 "$(rip lvs01) > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, authtype none, intvl 1s, length 20, addrs: $VIP"
}

case_interop_keepalived_v3() {
    local OURS=() THEIRS=()
    beside_keepalived 3 100ms 0.1
    assert_adverts lvs01 "$(rip lvs01) > 224.0.0.18: VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 12, addrs: $VIP"
}

# A version 3 backup learns the master's interval: both are happy with two of them.
case_interop_keepalived_v3_two_intervals() {
    local OURS=() THEIRS=()
    beside_keepalived 3 200ms 0.5
}

case_interop_keepalived_v3_unicast() {
    local OURS=("unicast_peers = [\"$(rip lvs02)\"]") THEIRS=("unicast_peer {" "$(rip lvs01)" "}")
    beside_keepalived 3 100ms 0.1
    assert_adverts lvs01 "$(rip lvs01) > $(rip lvs02): VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 12, addrs: $VIP"
    assert_eq 0 "$(grep -c '224\.0\.0\.18' "$WORK/adverts-lvs01.log" || true)" "multicast packets"
}

case_interop_keepalived_v2_unicast_password() {
    local OURS=("unicast_peers = [\"$(rip lvs02)\"]" 'auth = { type = "pass", password = "1111" }')
    local THEIRS=("unicast_peer {" "$(rip lvs01)" "}" "authentication {" "auth_type PASS" "auth_pass 1111" "}")
    beside_keepalived 2 1s 1
    assert_adverts lvs01 "$(rip lvs01) > $(rip lvs02): VRRPv2, Advertisement, vrid 51, prio 100, authtype simple"
}

case_interop_keepalived_v6() {
    local OURS=() THEIRS=() ADDRESSES=$VIP6 ME HELD=$VIP6/128
    ME=fe80::${ADDRESS[lvs01]}
    link_local lvs01
    link_local lvs02
    beside_keepalived 3 100ms 0.1
    assert_adverts lvs01 "hlim 255, next-header VRRP (112) payload length: 24) $ME > ff02::12: VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 24, addrs: $VIP6"
}

# Several addresses, in another order there.
case_interop_keepalived_several_addresses() {
    local OURS=() THEIRS=()
    router_config lvs01 100 'version = 2' 'advert_interval = "1s"' </dev/null
    sed -i 's|^addresses = .*|addresses = ["192.168.100.240", "192.168.100.241", "192.168.100.242"]|' "$WORK/lvs01.toml"
    start_director lvs01
    wait_until "only lvs01 192.168.100.242/32" 20
    ADDRESSES=$'192.168.100.240/32\n192.168.100.241/32\n192.168.100.242/32' keepalived_up lvs02 110 2 1
    wait_until "only lvs02 && only lvs02 192.168.100.241/32 && only lvs02 192.168.100.242/32" 20
    stop keepalived-lvs02
    wait_until "only lvs01 && only lvs01 192.168.100.241/32 && only lvs01 192.168.100.242/32" 20
    assert_no_complaints
}

# beside_frr: FRR answers from the virtual MAC, and its device with the address is up while it is master.
beside_frr() {
    local me=${ME:-$(rip lvs01)} held=${HELD:-$VIP/32}
    capture_adverts lvs01
    router_up lvs01 100 "${OURS[@]}"
    wait_until "holds lvs01 $held" 20
    echo "it starts as a backup and stays one"
    frr_up lvs02 90 100
    more_adverts lvs01 "$me" 8
    frr_is Backup && ! frr_holds lvs02 && holds lvs01 "$held"
    echo "we stop, it takes over; we return and preempt"
    stop director-lvs01
    wait_until "frr_holds lvs02 && ! holds lvs01 $held" 20
    start_director lvs01
    wait_until "! frr_holds lvs02 && holds lvs01 $held" 20
    echo "we lose our cable, it takes over; it heals"
    unplug lvs01
    wait_until "frr_holds lvs02 && ! holds lvs01 $held" 20
    plug lvs01
    wait_until "! frr_holds lvs02 && holds lvs01 $held" 20
    echo "it has the higher priority: we hand over, and take it back when it stops"
    stop vrrpd-lvs02
    frr_priority lvs02 110
    wait_until "frr_holds lvs02 && ! holds lvs01 $held" 20
    frr_is Master
    stop vrrpd-lvs02
    wait_until "holds lvs01 $held" 20
    echo "it dies without a word"
    start_frr_vrrpd lvs02
    wait_until "frr_holds lvs02 && ! holds lvs01 $held" 20
    power_off lvs02
    wait_until "holds lvs01 $held" 20
}

frr_is() { grep -qE "Status \(v[46]\) +$1" <<<"$(frr_show lvs02)"; }

case_interop_frr_v4() {
    local OURS=()
    beside_frr
    assert_adverts lvs01 "$(rip lvs01) > 224.0.0.18: VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 12, addrs: $VIP"
}

case_interop_frr_v6() {
    # shellcheck disable=SC2034 # the configurations take it from there
    local OURS=() ADDRESSES=$VIP6 ME HELD=$VIP6/128
    ME=fe80::${ADDRESS[lvs01]}
    link_local lvs01
    link_local lvs02
    beside_frr
    assert_adverts lvs01 "hlim 255, next-header VRRP (112) payload length: 24) $ME > ff02::12: VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 24, addrs: $VIP6"
}

# On the wire: the address is FRR's virtual MAC's while it is master, and ours before and after; never two for longer than
# FRR's two daemons need to tell each other.
case_interop_frr_arp() {
    router_up lvs01 100
    wait_until "holds lvs01" 20
    frr_up lvs02 90 100
    watch_arp a
    stop director-lvs01
    wait_until "[[ \$(arp_count a last) == $VMAC ]]" 20
    start_director lvs01
    wait_until "[[ \$(arp_count a last) == $(mac lvs01) ]]" 20
    more_arp a 50
    stop_arp a
    assert_never_two a 8
    (($(arp_count a two_ms) < 300)) || fail "two answered for $(arp_count a two_ms) ms in a row"
}
