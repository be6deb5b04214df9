# shellcheck shell=bash
# What lvs-rs-agent doctor finds on a real server, and that what it says to paste cures it.

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

# Neither what lists sockets nor what lists rules is loaded for a look.
case_doctor_agent_loads_nothing() {
    [[ $LAB_KIND == uml ]] || skip "the kernel is this machine's own"
    alone
    start_web rs01
    agent_config rs01
    unload_what_lists
    local before
    before=$(loaded)
    status_of 1 agent rs01 doctor
    assert_contains "$OUTPUT" "service-listens" "who listens"
    assert_contains "$OUTPUT" "firewall-services" "what is let in"
    assert_eq "$before" "$(loaded)" "modules after a look"
    # had it asked as others do, they would be there
    on rs01 ss -Hltun >/dev/null
    on rs01 nft list ruleset
    assert_contains "$(loaded)" udp_diag "modules after ss"
    assert_contains "$(loaded)" nf_tables "modules after nft"
}

loaded() { cut -d' ' -f1 /proc/modules | sort; }

# What cases before have loaded goes, in whatever order it can.
unload_what_lists() {
    local module went=1
    while ((went)); do
        went=0
        while read -r module; do
            ! rmmod "$module" 2>/dev/null || went=1
        done < <(awk '$3 == 0 && $1 ~ /_diag$|^nf|_tables$|^ip6?table_|^xt_/ { print $1 }' /proc/modules)
    done
    [[ ! $(loaded) =~ udp_diag|nf_tables|ip_tables ]] || skip "this kernel keeps $(loaded | xargs)"
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
    cured rs01 arp-sysctls
    cured rs01 vip
    assert_contains "$(found rs01 agent)" "systemctl enable --now lvs-rs-agent" "the cure"
    start_agent rs01
    wait_until "agent_ready rs01" 20
    assert_good
}

# A file that is refused is what comes first, and the host is looked at all the same.
case_doctor_agent_refused_file() {
    by_hand
    chmod 666 "$WORK/rs01.toml"
    cured rs01 config
    echo 'nonsense = 1' >>"$WORK/rs01.toml"
    status_of 1 agent rs01 doctor
    assert_contains "$(head -n 1 <<<"$OUTPUT")" "config $WORK/rs01.toml: is refused: line" "the first line"
    assert_contains "$OUTPUT" "kernel: $(uname -r)" "the host"
}

case_doctor_agent_arp() {
    by_hand
    planted rs01 arp-sysctls bash -c 'echo 0 | tee /proc/sys/net/ipv4/conf/all/arp_{ignore,announce}'
    planted rs01 arp-sysctls bash -c 'echo 4 >/proc/sys/net/ipv4/conf/eth0/arp_ignore'
    planted rs01 arp-sysctls-new-interface bash -c 'echo 4 >/proc/sys/net/ipv4/conf/default/arp_ignore'
    ip -n rs01 link add eth0.100 type veth peer name eth0.101
    planted rs01 arp-sysctls bash -c 'echo 4 >/proc/sys/net/ipv4/conf/eth0.100/arp_ignore'
    echo 'net.ipv4.conf.all.arp_announce = 2' >/etc/sysctl.d/60-lab.conf
    unharmed rs01 arp-sysctls-at-boot bash -c 'printf "kernel.panic=0\nnet.ipv4.conf.all.arp_announce = 0\n" >/etc/sysctl.d/50-lab.conf'
    planted rs01 arp-sysctls-at-boot rm /etc/sysctl.d/60-lab.conf
    place /usr/lib/sysctl.d
    planted rs01 arp-sysctls-at-boot bash -c 'echo "net.ipv4.conf.*.arp_ignore = 0" >/usr/lib/sysctl.d/70-lab.conf'
}

case_doctor_agent_kernel() {
    by_hand '[[vip]]' "address = \"$VIP6\""
    planted rs01 ip-forward bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    # containers would lose their way
    ip -n rs01 link add br-guests type bridge
    echo 1 | on rs01 tee /proc/sys/net/ipv4/ip_forward >/dev/null
    by_hand_only rs01 ip-forward "br-guests needs ip_forward"
    ip -n rs01 link del br-guests
    cured rs01 ip-forward
    planted rs01 vip-ipv6 ip addr change "$VIP6/128" dev lo preferred_lft forever
    second_network rs01
    ip -n rs01 route add default via 192.168.200.1 dev eth1
    planted rs01 rp-filter bash -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/rp_filter'
    planted rs01 rp-filter bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/eth0/rp_filter'
    planted rs01 mtu bash -c 'ip link set eth1 mtu 1200'
}

case_doctor_agent_addresses() {
    by_hand
    planted rs01 vip ip addr del "$VIP/32" dev lo
    planted rs01 vip ip addr add "$VIP/24" dev eth0
    planted rs01 vip ip addr add "$VIP/24" dev lo
    planted rs01 leftover-addresses ip addr add 192.168.100.77/32 dev lo label lo:7
    planted rs01 leftover-routes ip route add "$VIP/32" dev lo
}

# lvs_realserver.sh as a unit and as a line of cron.
case_doctor_agent_leftovers() {
    by_hand
    mkdir /etc/systemd/system/multi-user.target.wants
    printf '[Service]\nExecStart=/opt/lvs_realserver.sh start\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/rs.service
    planted rs01 leftover-scripts ln -s ../rs.service /etc/systemd/system/multi-user.target.wants/rs.service
    unharmed rs01 leftover-scripts bash -c "echo '* * * * * root curl http://$VIP/ && echo hello:0' >/etc/cron.d/vip"
    planted rs01 leftover-scripts bash -c "echo '@reboot root ifconfig lo:0 $VIP netmask 255.255.255.255 up' >/etc/cron.d/vip"
}

case_doctor_agent_init_script() {
    command -v update-rc.d >/dev/null || skip "this machine has no update-rc.d"
    by_hand
    local script='echo 1 >/proc/sys/net/ipv4/conf/lo/arp_ignore'
    printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: realserver\n# Default-Start: 2 3 4 5\n# Default-Stop:\n### END INIT INFO\n%s\n' "$script" >/etc/init.d/realserver
    chmod +x /etc/init.d/realserver
    not_wrong rs01 leftover-scripts "with one that does not start"
    planted rs01 leftover-scripts update-rc.d realserver defaults
}

# What gives a VIP goes, and takes nothing else along; what only names one stays.
case_doctor_agent_network_files() {
    by_hand
    planted rs01 vip-in-network-files bash -c "printf 'iface eth0 inet dhcp\n\nauto lo:0\niface lo:0 inet static\n address $VIP\n' >/etc/network/interfaces"
    assert_eq "iface eth0 inet dhcp" "$(grep '^[^#]' /etc/network/interfaces)" "what is left"
    unharmed rs01 vip-in-network-files bash -c "printf 'network:\n  ethernets:\n    eth0:\n      nameservers:\n        addresses: [$VIP]\n' >/etc/netplan/lab.yaml"
    printf 'network:\n  ethernets:\n    eth0:\n      addresses: [10.0.0.1/8, %s/24]\n' "$VIP" >/etc/netplan/lab.yaml
    by_hand_only rs01 vip-in-network-files "/etc/netplan/lab.yaml, line 4: take the VIP off"
}

case_doctor_agent_networkd() {
    by_hand
    mkdir /etc/systemd/system/multi-user.target.wants
    # what nobody reads harms nobody
    unharmed rs01 vip-in-network-files bash -c "printf '[Match]\nName=eth0\n[Network]\nAddress=$VIP/32\nDNS=$VIP\n' >'/etc/systemd/network/the vip.network'"
    planted rs01 vip-in-network-files ln -s /usr/lib/systemd/system/systemd-networkd.service /etc/systemd/system/multi-user.target.wants/
    assert_contains "$(cat '/etc/systemd/network/the vip.network')" $'\nDNS='"$VIP" "what is left"
    printf '[Match]\nName=*\n[Network]\nDHCP=yes\n' >/etc/systemd/network/all.network
    not_wrong rs01 networkd-vip "with a VIP on lo"
    printf '[[vip]]\naddress = "192.168.100.241"\ndevice = "lvs0"\n' >>"$WORK/rs01.toml"
    found rs01 networkd-vip | grep -v networkctl >"$WORK/cure" # networkd does not run here
    assert_contains "$(cat "$WORK/cure")" /etc/systemd/network/00-lvs-rs-agent-lvs0.network "the cure"
    paste_cure rs01
    not_wrong rs01 networkd-vip "after its cure"
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
    not_wrong rs01 service-listens "bound to all"
}

# What directors send, and what they ask, is dropped.
case_doctor_agent_firewall() {
    prepared
    on rs01 nft -f - <<<'table inet lab { chain in { type filter hook input priority 0; policy accept; }; }' ||
        skip "this kernel has no nftables"
    assert_good
    planted rs01 firewall-services nft add rule inet lab in tcp dport 80 drop
    planted rs01 health-port nft add rule inet lab in tcp dport 9781 drop
    on rs01 nft flush chain inet lab in
    on rs01 nft 'chain inet lab in { policy drop; }'
    cured rs01 firewall-services
    cured rs01 health-port
}

case_doctor_agent_other_daemons() {
    by_hand
    cp "$(command -v sleep)" "$WORK/keepalived"
    start keepalived rs01 "$WORK/keepalived" 1000
    not_wrong rs01 other-daemons "with keepalived of other addresses"
    printf 'vrrp_instance x {\n virtual_ipaddress {\n  %s\n }\n}\n' "$VIP" >/etc/keepalived/keepalived.conf
    found rs01 other-daemons >"$WORK/cure"
    assert_contains "$(cat "$WORK/cure")" "names a VIP of this host" "what is wrong"
    paste_cure rs01
    wait_until "! running keepalived" 20
    not_wrong rs01 other-daemons "after its cure"
}

case_doctor_agent_two_agents() {
    prepared
    sed 's/9781/9782/g' "$WORK/rs01.toml" >"$WORK/second.toml"
    start second rs01 "$LAB_BIN/lvs-rs-agent" -c "$WORK/second.toml" --run-dir "$WORK/run-second" run
    wait_until "[[ \$(found rs01 second-agent) == *'2 run here'* ]]" 20
    stop second
    not_wrong rs01 second-agent "with one agent"
}
