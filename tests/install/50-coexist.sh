# shellcheck shell=bash
# The daemons beside the programs that take a host's addresses and sysctls for theirs. docs/coexistence.md has what comes of each.

# directing, served
# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/20-director.sh"

SECOND=192.168.100.241 # on a dummy device of the agent's
CONF=/proc/sys/net/ipv4/conf

# machine: root=coexist limit=600
case_coexist_agent_networkd() {
    agent_among_others
    survives networkd_takes_every_interface
    survives systemctl restart systemd-networkd
    survives networkctl reconfigure lo lvs0
    survives networkctl down lo
    told "address removed by someone else, put back address=$SECOND device=lvs0"
    told "device set down by someone else, set up again device=lo"
    networkd_leaves_it_alone
    survives flushed
    survives sysctls_of_others
    told "sysctl rewritten by someone else name=net.ipv4.conf.all.arp_ignore found=0 restored=1"
    survives a_new_interface
    survives resolved
    survives containers
    insistence
    survives netplan_applies
    theirs_is_as_they_left_it
}

# machine: root=coexist limit=600
case_coexist_agent_networkmanager() {
    agent_among_others
    survives systemctl start NetworkManager
    survives nmcli device reapply lo
    survives nmcli device reapply lvs0
    told "address removed by someone else, put back address=$VIP device=lo"
    survives systemctl restart NetworkManager
    networkmanager_leaves_it_alone
    stop_client "$CASE"
    # the host leaves the network by order; nobody is to be surprised when it is back
    nmcli networking off
    nmcli networking on
    ip addr replace "$(rip rs01)/24" dev eth0
    wait_until "prepared && has_real lvs01 $(rip rs01):80" 60
}

# machine: root=coexist host=lvs01 limit=600
case_coexist_director() {
    director_among_others
    UNTIL=directing served networkd_takes_eth0
    UNTIL=directing served systemctl restart systemd-networkd
    told_by lvs-director "an address was taken off by someone else, and put back: ip address add $VIP/32 dev eth0"
    assert_eq ready "$(cat "$WORK/writes-lvs01.log")" "IPVS writes while networkd restarts"
    own_address_goes_for_a_moment
    UNTIL=directing served sysctls_of_others
    UNTIL=directing served containers
    systemctl stop systemd-networkd.socket systemd-networkd
    UNTIL="directing && only lvs01" served systemctl start NetworkManager
    UNTIL="directing && only lvs01" served nmcli device reapply eth0
    UNTIL="directing && only lvs01" served systemctl restart NetworkManager
    table_full lvs01
}

# --- the agent's host

agent_among_others() {
    install_package deb lvs-rs-agent 1
    mkdir -p /etc/lvs-rs-agent
    agent_config rs01
    {
        cat "$WORK/rs01.toml"
        printf '[[vip]]\naddress = "%s"\ndevice = "lvs0"\n' "$SECOND"
    } >/etc/lvs-rs-agent/agent.toml
    systemctl start lvs-rs-agent
    wait_until prepared 60
    cluster_around_rs01
    # these programs keep a busy machine busier, and Debian's nginx ends a connection after 1,000 requests
    stop_client "$CASE"
    patient_client --hold 2 --life-ms 20000
}

prepared() {
    active lvs-rs-agent && has_address rs01 lo "$VIP/32" && has_address rs01 lvs0 "$SECOND/32" &&
        [[ $(cat $CONF/{lo,all}/arp_ignore $CONF/{lo,all}/arp_announce | xargs) == "1 1 2 2" ]] &&
        agent_ready rs01
}

patient_client() { start_client "$CASE" --every-ms 50 --timeout-ms 5000 "$@"; }

# survives COMMAND…: whatever it does, the host is prepared afterwards and no client has noticed.
survives() {
    echo "--- $*"
    "$@"
    wait_until prepared 60
    more_requests "$CASE" 20
    assert_no_failures "$CASE"
}

# told TEXT: the journal says what befell, once for each time.
told() { told_by lvs-rs-agent "$1"; }
told_by() {
    wait_until "[[ \$(journalctl -b -u $1 -o cat) == *'$2'* ]]" 20 || journalctl -b -u "$1" -o cat -n 20
    assert_contains "$(journalctl -b -u "$1" -o cat)" "$2" "the journal"
}

networkd_takes_every_interface() {
    mkdir -p /etc/systemd/network
    printf '[Match]\nName=eth0\n[Network]\nAddress=%s/24\n' "$(rip rs01)" >/etc/systemd/network/10-eth0.network
    printf '[Match]\nName=*\n[Network]\nLinkLocalAddressing=no\n' >/etc/systemd/network/20-all.network
    systemctl enable --now systemd-networkd
    wait_until "[[ \$(networkctl --no-legend list lvs0) == *configured* ]]" 60
}

# As docs/coexistence.md has it: nothing of ours is touched any more.
networkd_leaves_it_alone() {
    printf '[Match]\nName=lo lvs*\n[Link]\nUnmanaged=yes\n' >/etc/systemd/network/05-lvs.network
    untouched systemctl restart systemd-networkd
    untouched networkctl reload
}

networkmanager_leaves_it_alone() {
    printf '[keyfile]\nunmanaged-devices=interface-name:lo;interface-name:lvs*\n' >/etc/NetworkManager/conf.d/lvs.conf
    untouched systemctl restart NetworkManager
    untouched nmcli general reload
    ! nmcli device reapply lvs0 || fail "NetworkManager still manages lvs0"
}

# untouched COMMAND…: no VIP is changed by it.
untouched() {
    echo "--- untouched: $*"
    : >"$WORK/monitor-rs01.log"
    [[ ${PIDS[monitor-rs01]-} ]] || monitor rs01
    "$@"
    survives true
    assert_eq "" "$(monitored rs01 "$VIP")$(monitored rs01 "$SECOND")" "changes of the VIPs during: $*"
}

# As cloud-init and shell scripts do it.
flushed() {
    ip addr flush to 192.168.100.240/31 dev lo
    ip addr flush dev lvs0
    ip link del lvs0
}

# What an operator wrote for another purpose, at boot and by hand.
sysctls_of_others() {
    local key
    for key in all.arp_ignore all.arp_announce lo.arp_ignore lo.arp_announce all.rp_filter default.rp_filter; do
        echo "net.ipv4.conf.$key = 0"
    done >/etc/sysctl.d/50-others.conf
    echo "net.ipv4.conf.*.rp_filter = 2" >>/etc/sysctl.d/50-others.conf
    sysctl --quiet --system
    /lib/systemd/systemd-sysctl
}

# udev has systemd-sysctl set each new one up: that stays as the operator wants it.
a_new_interface() {
    ip link add new0 type veth peer name new1
    udevadm settle
    wait_until "[[ \$(cat $CONF/new0/rp_filter) == 2 ]]" 30
}

resolved() {
    systemctl start systemd-resolved
    systemctl restart systemd-resolved
    resolvectl status >/dev/null
}

# What docker and its like do to a host.
containers() {
    local number
    echo 1 >/proc/sys/net/ipv4/ip_forward
    iptables-legacy -P FORWARD DROP
    iptables-legacy -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
    ip link add docker0 type bridge
    ip addr add 172.17.0.1/16 dev docker0
    ip link set docker0 up
    for number in {1..8}; do
        ip link add "veth$number" type veth peer name "pod$number"
        ip link set "veth$number" master docker0 up
        [[ $((number % 2)) == 0 ]] || ip link del "veth$number"
    done
    assert_eq 1 "$(cat /proc/sys/net/ipv4/ip_forward)" "ip_forward, which containers need"
}

# lo is netplan's here, and what it wants there is there. A stanza for eth0 would take this host off its network for a moment.
netplan_applies() {
    rm /etc/systemd/network/05-lvs.network
    printf '%s\n' "network:" "  version: 2" "  renderer: networkd" "  ethernets:" "    lo:" "      addresses: [10.7.7.7/32]" \
        >/etc/netplan/50-lab.yaml
    chmod 600 /etc/netplan/50-lab.yaml
    netplan apply
    wait_until "has_address rs01 lo 10.7.7.7/32" 60
}

# One that wants arp_ignore=0 and never gives up: the host is not ready while it lasts, and says why.
insistence() {
    : >"$WORK/insists"
    (while [[ -e $WORK/insists ]]; do echo 0 >$CONF/all/arp_ignore && pause; done) &
    told "someone else keeps undoing what is put right: not ready until 5 s pass without"
    [[ $(http_code rs01 http://127.0.0.1:9781/healthz) == 503 ]]
    wait_until "! has_real lvs01 $(rip rs01):80" 20
    assert_no_failures "$CASE"
    rm "$WORK/insists"
    wait_until "prepared && has_real lvs01 $(rip rs01):80" 60
    told "nobody undoes what is put right any more"
}

theirs_is_as_they_left_it() {
    active systemd-networkd && active systemd-resolved
    assert_eq "2 1" "$(cat $CONF/new0/rp_filter /proc/sys/net/ipv4/ip_forward | xargs)" "sysctls that are not ours"
    systemctl stop lvs-rs-agent
    lvs-rs-agent cleanup
    assert_eq "" "$(ip -o addr show to 192.168.100.240/31)" "the VIPs after cleanup"
}

# --- the director's

director_among_others() {
    install_package deb lvs-director 1
    CHECK='{ type = "tcp", interval = "500ms", timeout = "2s", fall = 3, rise = 1 }' \
        SERVICES=paired_service pair_around_lvs01
    record_writes lvs01
}

pair_around_lvs01() {
    local machine
    mkdir -p /etc/lvs-director
    real_servers_up
    for machine in lvs01:100 lvs02:90; do
        "$SERVICES" | router_config "${machine%:*}" "${machine#*:}"
    done
    cp "$WORK/lvs01.toml" /etc/lvs-director/director.toml
    systemctl start lvs-director
    wait_until directing 60
    start_director lvs02
    wait_until "table_full lvs02" 60
    patient_client
    more_requests "$CASE" 20
}

# Nobody takes over meanwhile, though the routers' adverts come from that address.
own_address_goes_for_a_moment() {
    monitor lvs01
    monitor lvs02
    UNTIL="directing && only lvs01" served networkctl reconfigure eth0
    assert_contains "$(monitored lvs01 "$(rip lvs01)/24")" "Deleted" "what happened to the own address"
    assert_eq "" "$(monitored lvs02 "$VIP")" "the VIP on lvs02 during networkctl reconfigure"
}

networkd_takes_eth0() {
    mkdir -p /etc/systemd/network
    printf '[Match]\nName=eth0\n[Network]\nAddress=%s/24\n' "$(rip lvs01)" >/etc/systemd/network/10-eth0.network
    systemctl enable --now systemd-networkd
    wait_until "[[ \$(networkctl --no-legend list eth0) == *configured* ]]" 60
}
