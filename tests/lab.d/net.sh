# shellcheck shell=bash
# The note's five machines as network namespaces on one switch. Each has eth0; nothing else knows of them.

export VIP=192.168.100.240
export VIP6=2001:db8:100::240
MACHINES=(client lvs01 lvs02 rs01 rs02)
declare -A ADDRESS=([client]=103 [lvs01]=101 [lvs02]=102 [rs01]=8 [rs02]=9)

rip() { echo "192.168.100.${ADDRESS[$1]}"; }
rip6() { echo "2001:db8:100::${ADDRESS[$1]}"; }

# Runs a command on a machine.
on() {
    local machine=$1
    shift
    nsenter --net="/run/netns/$machine" -- "$@"
}

build_network() {
    mkdir -p /run/netns
    {
        echo "link set lo up"
        echo "link add switch type bridge mcast_snooping 0"
        echo "link set switch up"
        for machine in "${MACHINES[@]}"; do
            echo "netns add $machine"
            echo "link add port-$machine type veth peer name eth0 netns $machine"
            echo "link set port-$machine master switch up"
        done
    } | ip -batch -
    for machine in "${MACHINES[@]}"; do
        on "$machine" bash -c "$(declare -f build_machine)"$'\n''build_machine "$@"' - \
            "$(rip "$machine")" "$(rip6 "$machine")"
    done
}

# A kernel's defaults, whatever the machine beneath has set.
build_machine() {
    local conf=/proc/sys/net/ipv4/conf name
    for name in all default lo eth0; do
        for key in arp_ignore arp_announce rp_filter accept_local; do
            echo 0 >"$conf/$name/$key"
        done
    done
    echo 0 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/eth0/addr_gen_mode # no link-local address that comes when it likes
    printf '%s\n' "link set lo up" "link set eth0 up" \
        "addr add $1/24 dev eth0" "addr add $2/64 dev eth0 nodad" | ip -batch -
}

# Takes a machine's cable out and puts it back.
unplug() { ip link set "port-$1" down; }
plug() { ip link set "port-$1" up; }

# second_network MACHINE: an eth1 on a switch of its own, with an address of 192.168.200.0/24.
second_network() {
    ip link show switch2 >/dev/null 2>&1 || ip link add switch2 type bridge mcast_snooping 0
    ip link set switch2 up
    ip link add "second-$1" type veth peer name eth1 netns "$1"
    ip link set "second-$1" master switch2 up
    on "$1" bash -c "echo 1 >/proc/sys/net/ipv6/conf/eth1/addr_gen_mode" # no link-local address that comes when it likes
    printf '%s\n' "link set eth1 up" "addr add 192.168.200.${ADDRESS[$1]}/24 dev eth1" | ip -n "$1" -batch -
}
