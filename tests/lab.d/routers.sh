# shellcheck shell=bash
# VRRP routers on the machines: ours, keepalived, FRR. All of them are VI_1 of the note, VRID 51 on eth0.

export VMAC=00:00:5e:00:01:33 # RFC 9568 section 7.3, of VRID 51

# vrrp_section PRIORITY [LINE…]: [[vrrp]] of director.toml, with more lines; $ADDRESSES instead of the VIP.
vrrp_section() {
    printf '[[vrrp]]\nname = "VI_1"\ninterface = "eth0"\nvirtual_router_id = 51\npriority = %s\n' "$1"
    printf 'addresses = ["%s"]\n' "${ADDRESSES:-$VIP}"
    printf '%s\n' "${@:2}" ""
}

# router_config MACHINE PRIORITY [LINE…]: director.toml with VI_1; the rest of it comes from standard input.
router_config() {
    {
        printf 'router_id = "%s"\n\n' "${1^^}"
        vrrp_section "${@:2}"
        cat
    } >"$WORK/$1.toml"
}

# router_up MACHINE PRIORITY [LINE…]: a director that is a VRRP router and nothing else.
router_up() {
    router_config "$@" </dev/null
    start_director "$1"
}

# two_directors_up [LINE…]: the note's pair, LVS01 with priority 100 and LVS02 with 90, before two web servers.
two_directors_up() {
    real_servers_up
    "${SERVICES:-web_service}" | router_config lvs01 100 "$@"
    "${SERVICES:-web_service}" | router_config lvs02 90 "$@"
    start_director lvs01
    wait_until "holds lvs01 && table_full lvs01" 20
    start_director lvs02
    wait_until "table_full lvs02" 20
}

# table_full MACHINE [PORT]: both real servers are in its table.
table_full() { has_real "$1" "$(rip rs01):${2:-80}" && has_real "$1" "$(rip rs02):${2:-80}"; }

# holds MACHINE [ADDRESS]: has the address on eth0.
holds() { has_address "$1" eth0 "${2:-$VIP/32}"; }

# vip_holders [ADDRESS]: which directors have it on eth0.
vip_holders() {
    local machine
    for machine in lvs01 lvs02; do
        ! holds "$machine" "${1:-$VIP/32}" || printf '%s ' "$machine"
    done
}

# only MACHINE [ADDRESS]: it holds the address and the other director does not.
only() { [[ $(vip_holders "${2:-$VIP/32}") == "$1 " ]]; }

# keepalived_instance PRIORITY VERSION INTERVAL [LINE…]: keepalived.conf with VI_1; $ADDRESSES instead of the VIP.
keepalived_instance() {
    cat <<EOF
global_defs {
    router_id LAB
    script_user root
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority $1
    version $2
    advert_int $3
$(printf '    %s\n' "${@:4}")
    virtual_ipaddress {
        ${ADDRESSES:-$VIP/32}
    }
}
EOF
}

# The note's service, checked each second, and without persistence: the lab's client meets both servers.
keepalived_web() {
    local machine
    printf '%s\n' "virtual_server $VIP 80 {" "delay_loop 1" "lb_algo rr" "lb_kind DR" "protocol TCP"
    for machine in rs01 rs02; do
        printf '%s\n' "real_server $(rip "$machine") 80 {" "weight 1" "TCP_CHECK {" "connect_timeout 2" "}" "}"
    done
    echo "}"
}

# keepalived_config MACHINE: keepalived.conf comes from standard input.
keepalived_config() { cat >"$WORK/keepalived-$1.conf"; }

start_keepalived() {
    local at=$WORK/keepalived-$1
    start "keepalived-$1" "$1" keepalived --dont-fork --log-console --log-detail --use-file "$at.conf" \
        --pid "$at.pid" --vrrp_pid "$at.vrrp.pid" --checkers_pid "$at.checkers.pid"
    wait_until "logged keepalived-$1 STATE" 20
}

# keepalived_up MACHINE PRIORITY VERSION INTERVAL [LINE…]: a router and nothing else.
keepalived_up() {
    keepalived_instance "${@:2}" | keepalived_config "$1"
    start_keepalived "$1"
}

# frr_up MACHINE PRIORITY [INTERVAL_MS] [LINE…]: zebra and vrrpd. FRR holds addresses on a macvlan device with the virtual
# MAC and tells the kernel to keep that device down while it is backup (protodown).
frr_up() {
    local at=$WORK/frr-$1 machine=$1 priority=$2 interval=${3:-1000} address=${ADDRESSES:-$VIP}
    mkdir -p "$at"
    frr_device "$machine" "$address"
    printf '%s\n' "hostname $machine" "interface eth0" " vrrp 51 version 3" " vrrp 51 priority $priority" \
        " vrrp 51 advertisement-interval $interval" " $(frr_address "$address")" "${@:4}" >"$at/vrrpd.conf"
    echo "hostname $machine" >"$at/zebra.conf"
    chown -R frr:frr "$at" # the daemons drop root and want that user's files
    start "zebra-$machine" "$machine" "$(frr_program zebra)" -f "$at/zebra.conf" -i "$at/zebra.pid" \
        -z "$at/zserv" --vty_socket "$at" -P 0 --log stdout
    wait_until "[[ -S $at/zserv ]]" 20
    start_frr_vrrpd "$machine"
}

start_frr_vrrpd() {
    local at=$WORK/frr-$1
    start "vrrpd-$1" "$1" "$(frr_program vrrpd)" -f "$at/vrrpd.conf" -i "$at/vrrpd.pid" \
        -z "$at/zserv" --vty_socket "$at" -P 0 --log stdout
    wait_until "[[ \$(frr_show $1) == *Backup* || \$(frr_show $1) == *Master* ]]" 20
}

# frr_priority MACHINE PRIORITY: another one, from the next start on.
frr_priority() {
    sed -i "s/priority .*/priority $2/" "$WORK/frr-$1/vrrpd.conf"
    start_frr_vrrpd "$1"
}

frr_device() {
    local device=vrrp4-51 mac=$VMAC
    [[ $2 != *:* ]] || { device=vrrp6-51 && mac=00:00:5e:00:02:33; }
    printf '%s\n' "link add $device link eth0 type macvlan mode bridge" \
        "link set $device address $mac addrgenmode none" \
        "addr add $2$(frr_prefix "$2") dev $device$(frr_nodad "$2")" "link set $device up" | ip -n "$1" -batch -
    # the source address of its adverts
    [[ $2 != *:* ]] || ip -n "$1" addr add "fe80::51:${ADDRESS[$1]}/64" dev "$device" nodad
    # or the machine answers for the address on eth0, too
    conf "$1" all/arp_ignore 1
    conf "$1" all/ignore_routes_with_linkdown 1
}

frr_prefix() { [[ $1 != *:* ]] && echo /32 || echo /128; }
frr_nodad() { [[ $1 != *:* ]] || echo " nodad"; }
frr_address() { [[ $1 != *:* ]] && echo "vrrp 51 ip $1" || echo "vrrp 51 ipv6 $1"; }

# Debian's place, and that of Fedora and its kin.
frr_program() { [[ -x /usr/lib/frr/$1 ]] && echo "/usr/lib/frr/$1" || echo "/usr/libexec/frr/$1"; }

# frr_show MACHINE: what FRR says of itself.
frr_show() { on "$1" vtysh --vty_socket "$WORK/frr-$1" -c 'show vrrp'; }

# frr_holds MACHINE: its device with the address is up.
frr_holds() { ip -n "$1" link show | grep -E 'vrrp[46]-51@' | grep -qv 'NO-CARRIER\|state DOWN'; }

# link_local MACHINE: VRRP over IPv6 speaks from one, and the lab's machines come without.
link_local() { ip -n "$1" addr add "fe80::${ADDRESS[$1]}/64" dev eth0 nodad; }

# power_off MACHINE: no process and no cable from here on. power_on MACHINE: back, with nothing in the kernel.
power_off() {
    local pids
    unplug "$1"
    pids=$(ip netns pids "$1")
    # shellcheck disable=SC2086
    [[ -z $pids ]] || kill -KILL $pids
    wait_until "[[ -z \$(ip netns pids $1) ]]" 10
}

power_on() {
    on "$1" ipvsadm -C 2>/dev/null || true
    ip -n "$1" addr flush dev eth0
    printf '%s\n' "addr add $(rip "$1")/24 dev eth0" "addr add $(rip6 "$1")/64 dev eth0 nodad" | ip -n "$1" -batch -
    rm -rf "$WORK/run-$1"
    plug "$1"
}

# silence MACHINE: the switch drops what it sends and what it is sent, and its carrier stays. unsilence MACHINE: no more.
silence() { bridge link set dev "port-$1" state 0; }
unsilence() { bridge link set dev "port-$1" state 3; }

# watch_arp NAME [ADDRESS]: counts who answers ARP for the VIP (lab.d/arp_watch.py says how).
watch_arp() {
    start "arp-$1" client python3 "$LAB_REPO/tests/lab.d/arp_watch.py" --out "$WORK/arp-$1" --address "${2:-$VIP}"
    wait_until "(( \$(arp_count $1 asked) > 0 ))" 20
}

# arp_count NAME KEY: asked, none, one, two; none_ms and two_ms, the longest time in a row; last, who answers.
arp_count() { sed -n "s/^$2=//p" "$WORK/arp-$1" 2>/dev/null | grep . || echo 0; }

# more_arp NAME NUMBER: waits for so many more questions.
more_arp() {
    local goal=$(($(arp_count "$1" asked) + $2))
    wait_until "(( \$(arp_count $1 asked) >= $goal ))" 60
}

stop_arp() { stop "arp-$1"; }
