# shellcheck shell=bash
# What lvs-director doctor finds on a director, and that what it says to paste cures it.

# pair_configured [LINE…]: both directors' files, and nobody who runs them. The kernel has IPVS where it can.
pair_configured() {
    alone
    web_service | router_config lvs01 100 "$@"
    web_service | router_config lvs02 90 "$@"
    on lvs01 ipvsadm -Ln >/dev/null 2>&1 || true
}

# doctor MACHINE [OPTION…]: its report, whatever it found.
doctor() { director "$1" doctor "${@:2}" || (($? == 1)); }

# everything MACHINE: what a look must not change.
everything() {
    snapshot "$1"
    ip -n "$1" -o link show
    ip -n "$1" route show table all
    table "$1" 2>&1
    on "$1" bash -c 'cd /proc/sys/net/ipv4 && grep . vs/* ip_forward' 2>&1
    on "$1" cut -d' ' -f1 /proc/modules 2>/dev/null | sort
}

# assert_good MACHINE: nothing is wrong, by status and by words.
assert_good() {
    status_of 0 director "$1" doctor
    assert_contains "$OUTPUT" "0 wrong" "doctor of $1"
}

# Both of a pair that serves are fine, the master as well as the backup, and are afterwards as they were.
case_doctor_director_prepared() {
    alone
    two_directors_up
    wait_until "only lvs01" 20
    monitor lvs01
    local before after machine
    for machine in lvs01 lvs02; do
        before=$(everything "$machine")
        assert_good "$machine"
        after=$(everything "$machine")
        assert_eq "$before" "$after" "$machine after a look"
    done
    director lvs01 doctor --json | python3 -c 'import json, sys; assert json.load(sys.stdin)["wrong"] == 0'
    only lvs01
    assert_eq "" "$(monitored lvs01 "$VIP")" "changes of the VIP"
}

case_doctor_director_kernel_settings() {
    pair_configured
    on lvs01 test -e /proc/sys/net/ipv4/vs/conn_reuse_mode || skip "this kernel has no IPVS"
    planted lvs01 conn-reuse-mode bash -c 'echo 0 >/proc/sys/net/ipv4/vs/conn_reuse_mode'
    ! on lvs01 test -e /proc/sys/net/ipv4/vs/conntrack ||
        planted lvs01 conntrack bash -c 'echo 1 >/proc/sys/net/ipv4/vs/conntrack'
    unharmed lvs01 strange-services ipvsadm -A -t 10.9.9.9:80 -s rr
    printf '[ipvs]\nmanage_sysctls = false\n' >>"$WORK/lvs01.toml"
    planted lvs01 expire-nodest-conn bash -c 'echo 0 >/proc/sys/net/ipv4/vs/expire_nodest_conn'
}

case_doctor_director_interfaces() {
    pair_configured
    planted lvs01 interface ip link set eth0 down
    planted lvs01 multicast ip link set eth0 multicast off
    planted lvs01 send-redirects bash -c 'echo 1 | tee /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/send_redirects'
    planted lvs01 mtu bash -c 'ip link add eth1 type veth peer name eth2 && ip link set eth1 mtu 1400 up &&
        ip route add 192.168.100.8/32 dev eth1'
    ip -n lvs01 route replace 192.168.100.8/32 via 192.168.100.1 dev eth0 onlink
    assert_contains "$(found lvs01 server-on-link)" "192.168.100.1" "a gateway before a real server"
}

# The VIP by hand on both directors: each finds its own, and the other on the wire.
case_doctor_director_vip_by_hand() {
    pair_configured
    local machine
    for machine in lvs01 lvs02; do
        ip -n "$machine" addr add "$VIP/32" dev eth0
    done
    assert_contains "$(found lvs01 vip-on-the-wire)" "$(mac lvs02)" "who has it too"
    assert_contains "$(found lvs02 vip-on-the-wire)" "$(mac lvs01)" "who has it too"
    for machine in lvs01 lvs02; do
        found "$machine" vip-by-hand >"$WORK/cure"
        assert_contains "$(cat "$WORK/cure")" "ip addr del $VIP/32 dev eth0" "the cure"
        on "$machine" bash -e "$WORK/cure"
    done
    for machine in lvs01 lvs02; do
        assert_good "$machine"
    done
}

# A real server with the VIP and nothing against ARP is named by its address; the cure goes there.
case_doctor_director_real_server_answers() {
    pair_configured
    ip -n rs01 addr add "$VIP/32" dev lo
    local said
    said=$(found lvs01 vip-on-the-wire)
    assert_contains "$said" "$(rip rs01) ($(mac rs01))" "who answers"
    on rs01 bash -ec "$(sed -n "s/^# on $(rip rs01): //p" <<<"$said")" >/dev/null
    assert_good lvs01
}

# Another who speaks for the same virtual router, and cannot be its peer.
case_doctor_director_another_router() {
    pair_configured
    keepalived_up lvs02 90 2 1 "authentication {" "auth_type PASS" "auth_pass 2222" "}"
    wait_until "holds lvs02" 20
    assert_contains "$(found lvs01 virtual-router)" "$(rip lvs02) speaks version 2" "another version"
    pair_configured 'version = 2' 'advert_interval = "1s"' 'auth = { type = "pass", password = "1111" }'
    assert_contains "$(found lvs01 virtual-router)" "another password" "another password"
    pair_configured 'version = 2' 'advert_interval = "1s"' 'auth = { type = "pass", password = "2222" }'
    not_wrong lvs01 virtual-router "with a peer"
}

case_doctor_director_keepalived_runs() {
    pair_configured
    touch "$WORK/keepalived"
    start reads-about-it lvs01 tail -f "$WORK/keepalived"
    wait_until "running reads-about-it" 20
    unharmed lvs01 keepalived true
    keepalived_up lvs01 90 3 1
    found lvs01 keepalived >"$WORK/cure"
    assert_contains "$(cat "$WORK/cure")" "kill " "the cure"
    on lvs01 bash -e "$WORK/cure"
    wait_until "! running keepalived-lvs01" 20
    not_wrong lvs01 keepalived "after its cure"
}

# Rules that keep adverts or clients away; each cure opens what it says, and nothing more.
case_doctor_director_firewall() {
    pair_configured
    on lvs01 nft -f - <<<'table inet lab { chain input { type filter hook input priority 0; policy accept; }; }' ||
        skip "this kernel has no nftables"
    planted lvs01 firewall-vrrp nft add rule inet lab input meta l4proto 112 drop
    planted lvs01 firewall-services nft add rule inet lab input tcp dport 80 drop
    assert_contains "$(on lvs01 nft list ruleset)" "tcp dport 80 drop" "the rules"
}

# Without rights and with a file that is refused it looks at the rest, and says what it did not see.
case_doctor_director_sees_less() {
    pair_configured
    OUTPUT=$(on lvs01 setpriv --bounding-set=-all --inh-caps=-all \
        "$LAB_BIN/lvs-director" -c "$WORK/lvs01.toml" --run-dir "$WORK/run-lvs01" doctor) || (($? == 1))
    assert_contains "$OUTPUT" "vip-on-the-wire $VIP: not permitted" "without rights"
    assert_contains "$OUTPUT" "run this as root" "without rights"
    echo 'nonsense = 1' >>"$WORK/lvs01.toml"
    status_of 1 director lvs01 doctor
    assert_contains "$OUTPUT" "config $WORK/lvs01.toml: is refused" "a refused file"
    assert_contains "$OUTPUT" "ldirectord: does not run" "the host"
}

# An agent that is not there, and one that listens for itself alone.
case_doctor_director_agents() {
    pair_configured
    printf '[agents]\nport = 9781\n' | tee -a "$WORK/lvs01.toml" >>"$WORK/lvs02.toml"
    real_servers_up
    not_wrong lvs01 agent "with agents"
    stop agent-rs01
    sed -i "s/, \"$(rip rs01):9781\"//" "$WORK/rs01.toml"
    start_agent rs01
    wait_until "agent_ready rs01" 20
    assert_contains "$(found lvs01 agent)" "listen = [\"127.0.0.1:9781\", \"$(rip rs01):9781\"]" "the cure"
}
