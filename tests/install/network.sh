#!/usr/bin/env bash
# The other machines of the note, and the switch, as network namespaces beside this machine's own.
set -euo pipefail
# shellcheck source=/dev/null
source /lab/out/job
# shellcheck source=/dev/null
source /lab/repo/tests/lab.d/net.sh

main() {
    mkdir -p /run/netns
    touch "/run/netns/$HOST"
    mount --bind /proc/1/ns/net "/run/netns/$HOST"
    ip netns add switch
    ip -n switch link add switch type bridge mcast_snooping 0
    ip -n switch link set switch up
    local machine
    for machine in "${MACHINES[@]}"; do
        add_machine "$machine"
    done
}

add_machine() {
    [[ $1 == "$HOST" ]] || ip netns add "$1"
    ip -n switch link add "port-$1" type veth peer name eth0 netns "$1"
    ip -n switch link set "port-$1" master switch up
    if [[ $1 == "$HOST" ]]; then
        this_machine
    else
        on "$1" bash -c "$(declare -f build_machine)"$'\n''build_machine "$@"' - "$(rip "$1")" "$(rip6 "$1")"
    fi
}

# As a Debian has it: its own sysctls stay.
this_machine() {
    echo 1 >/proc/sys/net/ipv6/conf/eth0/addr_gen_mode
    printf '%s\n' "link set lo up" "link set eth0 up" \
        "addr add $(rip "$HOST")/24 dev eth0" "addr add $(rip6 "$HOST")/64 dev eth0 nodad" | ip -batch -
}

main
