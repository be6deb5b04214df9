# shellcheck shell=bash
# What lvs-rs-agent doctor finds on a real server, and that what it says to paste cures it.

# What the machine beneath has in these places is no matter of these cases: each is empty, and may be filled.
PLACES=(/run/systemd /etc/systemd/system /etc/systemd/network /etc/init.d /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d
    /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /etc/netplan /etc/network /etc/cron.d /etc/keepalived
    /etc/NetworkManager /etc/sysconfig/network-scripts /etc/lvs-director)

alone() {
    local place
    for place in "${PLACES[@]}"; do
        [[ ! -d $place ]] || mount -t tmpfs alone "$place"
    done
    for place in /etc/sysctl.conf /etc/rc.local /etc/rc.d/rc.local; do
        [[ ! -f $place ]] || mount --bind "$(mktemp -p "$WORK")" "$place"
    done
}

# place DIRECTORY: where a case may write, or it is skipped.
place() { [[ -d $1 ]] || skip "this machine has no $1"; }

# rs01 serves, and the agent runs.
prepared() {
    alone
    start_web rs01
    agent_config rs01
    start_agent rs01
    wait_until "agent_ready rs01" 20
}

# by_hand [LINE…]: rs01 is prepared, and nobody watches it.
by_hand() {
    alone
    start_web rs01
    agent_config rs01
    sed -i '/^listen/s/=.*/= []/' "$WORK/rs01.toml"
    printf '%s\n' "$@" >>"$WORK/rs01.toml"
    agent rs01 apply >/dev/null
}

# doctor MACHINE [OPTION…]: its report, whatever it found.
doctor() { agent "$1" doctor "${@:2}" || (($? == 1)); }

# paste_cure MACHINE: the cure in $WORK/cure, as a person would.
paste_cure() { on "$1" env PATH="$LAB_BIN:$PATH" bash -e "$WORK/cure" >/dev/null; }

# cured ID: wrong now, and no more when the cure was pasted.
cured() {
    found rs01 "$1" >"$WORK/cure"
    [[ -s $WORK/cure ]] || fail "doctor does not find $1: $(doctor rs01)"
    paste_cure rs01
    assert_eq "" "$(found rs01 "$1")" "$1 after its cure: $(cat "$WORK/cure")"
}

# planted ID COMMAND…
planted() {
    on rs01 "${@:2}"
    cured "$1"
}

# everything: what a look must not change.
everything() {
    local modules
    modules=$(cut -d' ' -f1 /proc/modules 2>/dev/null | sort || true)
    snapshot rs01
    ip -n rs01 -o link show
    ip -n rs01 route show table all
    ip -n rs01 -6 route show table all
    on rs01 nft list ruleset 2>&1 || true
    on rs01 bash -c 'cd /proc/sys/net && grep . ipv4/conf/*/* ipv4/ip_forward ipv6/conf/*/forwarding' 2>&1 || true
    # read before, because nft has just loaded some
    echo "$modules"
}

# assert_good: nothing is wrong, by status and by words.
assert_good() {
    status_of 0 agent rs01 doctor
    assert_contains "$OUTPUT" "0 wrong" "doctor"
}

# A host that serves is fine, and as it was afterwards; so it is to a user without rights.
case_doctor_agent_prepared() {
    prepared
    monitor rs01
    local before after
    assert_good # the first may load what lists sockets
    everything >/dev/null
    before=$(everything)
    assert_good
    after=$(everything)
    assert_eq "$before" "$after" "rs01 after a look"
    assert_eq "" "$(monitored rs01 "$VIP")" "changes of the VIP"
    doctor rs01 --json | python3 -c 'import json, sys; assert json.load(sys.stdin)["wrong"] == 0'
}

case_doctor_agent_without_rights() {
    prepared
    chmod 755 "$WORK"
    status_of 0 on rs01 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
        "$LAB_BIN/lvs-rs-agent" -c "$WORK/rs01.toml" --run-dir "$WORK/run-rs01" doctor
    assert_contains "$OUTPUT" "0 wrong" "without rights"
    assert_contains "$OUTPUT" "run this as root" "what it did not see"
}

# From nothing to a prepared host by pasting alone, but for the daemon itself.
case_doctor_agent_unprepared() {
    alone
    start_web rs01
    agent_config rs01
    cured arp-sysctls
    cured vip
    assert_contains "$(found rs01 agent)" "systemctl enable --now lvs-rs-agent" "the cure"
    start_agent rs01
    wait_until "agent_ready rs01" 20
    assert_good
}

# A file that is refused is what comes first, and the host is looked at all the same.
case_doctor_agent_refused_file() {
    by_hand
    chmod 666 "$WORK/rs01.toml"
    cured config
    echo 'nonsense = 1' >>"$WORK/rs01.toml"
    status_of 1 agent rs01 doctor
    assert_contains "$(head -n 1 <<<"$OUTPUT")" "config $WORK/rs01.toml: is refused: line" "the first line"
    assert_contains "$OUTPUT" "kernel: $(uname -r)" "the host"
}

case_doctor_agent_arp() {
    by_hand
    planted arp-sysctls bash -c 'echo 0 | tee /proc/sys/net/ipv4/conf/all/arp_{ignore,announce}'
    planted arp-sysctls bash -c 'echo 4 >/proc/sys/net/ipv4/conf/eth0/arp_ignore'
    planted arp-sysctls-new-interface bash -c 'echo 4 >/proc/sys/net/ipv4/conf/default/arp_ignore'
    ip -n rs01 link add eth0.100 type veth peer name eth0.101
    planted arp-sysctls bash -c 'echo 4 >/proc/sys/net/ipv4/conf/eth0.100/arp_ignore'
    place /etc/sysctl.d
    planted arp-sysctls-at-boot bash -c 'printf "kernel.panic=0\nnet.ipv4.conf.all.arp_announce = 0\n" >/etc/sysctl.d/50-lab.conf'
}

case_doctor_agent_kernel() {
    by_hand '[[vip]]' "address = \"$VIP6\""
    planted ip-forward bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    planted vip-ipv6 ip addr change "$VIP6/128" dev lo preferred_lft forever
    second_network rs01
    ip -n rs01 route add default via 192.168.200.1 dev eth1
    planted rp-filter bash -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/rp_filter'
    planted rp-filter bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/eth0/rp_filter'
    planted mtu bash -c 'ip link set eth1 mtu 1200'
}

case_doctor_agent_addresses() {
    by_hand
    planted vip ip addr del "$VIP/32" dev lo
    planted vip ip addr add "$VIP/24" dev eth0
    planted vip ip addr add "$VIP/24" dev lo
    planted leftover-addresses ip addr add 192.168.100.77/32 dev lo label lo:7
    planted leftover-routes ip route add "$VIP/32" dev lo
}

# lvs_realserver.sh as init script, unit and line of rc.local; and files that give a VIP.
case_doctor_agent_leftovers() {
    by_hand
    local script='echo 1 >/proc/sys/net/ipv4/conf/lo/arp_ignore'
    place /etc/systemd/system
    mkdir /etc/systemd/system/multi-user.target.wants
    printf '[Service]\nExecStart=/opt/lvs_realserver.sh start\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/rs.service
    planted leftover-scripts ln -s ../rs.service /etc/systemd/system/multi-user.target.wants/rs.service
    if [[ -d /etc/cron.d ]]; then
        planted leftover-scripts bash -c "echo '@reboot root ifconfig lo:0 $VIP netmask 255.255.255.255 up' >/etc/cron.d/vip"
    fi
    if [[ -d /etc/init.d ]] && command -v update-rc.d >/dev/null; then
        printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: realserver\n# Default-Start: 2 3 4 5\n# Default-Stop:\n### END INIT INFO\n%s\n' "$script" >/etc/init.d/realserver
        chmod +x /etc/init.d/realserver
        assert_eq "" "$(found rs01 leftover-scripts)" "one that does not start"
        planted leftover-scripts update-rc.d realserver defaults
    fi
    [[ ! -d /etc/network ]] ||
        planted vip-in-network-files bash -c "printf 'auto lo:0\niface lo:0 inet static\n address $VIP\n' >/etc/network/interfaces"
    place /etc/systemd/network
    planted vip-in-network-files bash -c "printf '[Match]\nName=eth0\n[Network]\nAddress=$VIP/32\n' >/etc/systemd/network/vip.network"
    printf '[Match]\nName=*\n[Network]\nDHCP=yes\n' >/etc/systemd/network/all.network
    found rs01 networkd-lo | grep -v networkctl >"$WORK/cure" # networkd does not run here
    paste_cure rs01
    assert_eq "" "$(found rs01 networkd-lo)" "networkd-lo after its cure"
}

# Bound to the server's own address: it answers every check but no client.
case_doctor_agent_service_on_own_address() {
    by_hand
    stop web-rs01
    assert_contains "$(found rs01 service-listens)" "nobody does" "without a server"
    start own rs01 python3 -m http.server --bind "$(rip rs01)" 80
    wait_until "listens rs01 80" 20
    assert_contains "$(found rs01 service-listens)" "listens on $(rip rs01):80 only" "bound to the server's own address"
    stop own
    start_web rs01
    assert_eq "" "$(found rs01 service-listens)" "bound to all"
}

# What directors send, and what they ask, is dropped.
case_doctor_agent_firewall() {
    prepared
    on rs01 nft -f - <<<'table inet lab { chain in { type filter hook input priority 0; policy accept; }; }' ||
        skip "this kernel has no nftables"
    assert_good
    planted firewall-services nft add rule inet lab in tcp dport 80 drop
    planted health-port nft add rule inet lab in tcp dport 9781 drop
    on rs01 nft flush chain inet lab in
    on rs01 nft 'chain inet lab in { policy drop; }'
    cured firewall-services
    cured health-port
}

case_doctor_agent_other_daemons() {
    by_hand
    cp "$(command -v sleep)" "$WORK/keepalived"
    start keepalived rs01 "$WORK/keepalived" 1000
    assert_eq "" "$(found rs01 other-daemons)" "keepalived of other addresses"
    place /etc/keepalived
    printf 'vrrp_instance x {\n virtual_ipaddress {\n  %s\n }\n}\n' "$VIP" >/etc/keepalived/keepalived.conf
    found rs01 other-daemons >"$WORK/cure"
    assert_contains "$(cat "$WORK/cure")" "names a VIP of this host" "what is wrong"
    paste_cure rs01
    wait_until "! running keepalived" 20
    assert_eq "" "$(found rs01 other-daemons)" "other-daemons after its cure"
}

case_doctor_agent_two_agents() {
    prepared
    sed 's/9781/9782/g' "$WORK/rs01.toml" >"$WORK/second.toml"
    start second rs01 "$LAB_BIN/lvs-rs-agent" -c "$WORK/second.toml" --run-dir "$WORK/run-second" run
    wait_until "[[ \$(found rs01 second-agent) == *'2 run here'* ]]" 20
    stop second
    assert_eq "" "$(found rs01 second-agent)" "one agent"
}
