# shellcheck shell=bash
# A package that is removed where its work cannot end in order: the removal goes on, leaves nothing, and says what it cost.

# directing
# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/20-director.sh"

case_removed_under_traffic_deb() { removed_under_traffic deb; }
case_removed_under_traffic_rpm() { removed_under_traffic rpm; }

# No director follows the agent, so none could be waited for.
removed_under_traffic() {
    install_package "$1" lvs-rs-agent 1
    write_agent_config
    systemctl start lvs-rs-agent
    wait_until "agent_ready rs01" 60
    on client ip route add "$VIP/32" via "$(rip rs01)"
    start lasting client bash -c "$(declare -f lasting_connection); lasting_connection $VIP"
    wait_until "logged lasting connected" 30
    remove_package "$1" lvs-rs-agent 2>&1 | tee "$OUT/removal.log"
    assert_contains "$(cat "$OUT/removal.log")" "warning: $VIP is taken off undrained: 1 connection to it is open" "the removal"
    assert_eq "" "$(ip -o addr show to "$VIP/32")" "the VIP after the removal"
    [[ ! -e /usr/sbin/lvs-rs-agent ]] || fail "the package is still there"
}

# Requests that nobody reads the answers of, so that the server does not end it.
lasting_connection() {
    exec 3<>"/dev/tcp/$1/80"
    echo connected
    while printf 'GET / HTTP/1.1\r\nHost: lab\r\n\r\n' >&3; do
        sleep 1
    done
}

# machine: host=lvs01
case_removed_without_ipvs() {
    [[ $LAB_KIND == uml ]] || skip "the kernel is this machine's own"
    real_servers_up
    install_package deb lvs-director 1
    mkdir -p /etc/lvs-director
    web_service | router_config lvs01 100
    {
        cat "$WORK/lvs01.toml"
        printf '[[address]]\naddress = "192.168.100.245/32"\ninterface = "eth0"\n'
    } >/etc/lvs-director/director.toml
    systemctl start lvs-director
    wait_until "directing && has_address lvs01 eth0 192.168.100.245/32" 60
    # table and address stay
    systemctl stop lvs-director
    has_address lvs01 eth0 192.168.100.245/32
    without_ipvs || fail "the kernel keeps ip_vs"
    remove_package deb lvs-director
    assert_eq "" "$(ip -o addr show to 192.168.100.245/32)$(ip -o addr show to "$VIP/32")" "addresses after the removal"
    [[ ! -e /usr/sbin/lvs-director && ! -e /run/lvs-director ]] || fail "something of the package is still there"
}

without_ipvs() {
    local module
    ipvsadm -C
    echo "install ip_vs /bin/false" >/etc/modprobe.d/no-ipvs.conf
    for module in ip_vs_{wrr,wlc,rr,lc,sh,mh} ip_vs; do
        rmmod "$module" 2>/dev/null || true
    done
    [[ ! -e /proc/net/ip_vs ]]
}
