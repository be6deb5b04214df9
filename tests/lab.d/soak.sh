#!/usr/bin/env bash
# Ten minutes of two directors with adverts each 100 ms, 2,000 checks running on each and every core busy: the VIP stays
# where it is, no client notices anything, and the wire shows how late adverts were.
set -Eeuo pipefail
for part in net machines cluster routers; do
    # shellcheck source=/dev/null
    source "tests/lab.d/$part.sh"
done
WORK=/run/lab
SOAK_SECONDS=${LAB_SOAK_SECONDS:-600}
TARGETS=500
PORTS=(80 81 82 83)
mkdir -p "$WORK" /run/netns
trap 'tail -n 20 "$WORK"/*.log >&2' ERR

main() {
    build_network
    real_server_side
    local machine
    for machine in lvs01 lvs02; do
        ip -n "$machine" route add 10.2.0.0/16 via "$(rip rs01)" dev eth0
    done
    checked_services | router_config lvs01 100
    checked_services | router_config lvs02 90
    start_director lvs01
    wait_until "holds lvs01 && installed lvs01" 120
    start_director lvs02
    wait_until "installed lvs02" 120
    start wire client python3 tests/lab.d/advert_gaps.py "$(rip lvs01)"
    start_client soak --every-ms 100
    busy_cores
    echo "soak: $SOAK_SECONDS s with $((TARGETS * ${#PORTS[@]})) checks on each director and $(nproc) busy cores"
    watch_addresses lvs01
    watch_addresses lvs02
    sleep "$SOAK_SECONDS"
    verdict
}

# rs01 answers as 500 machines with four ports each.
real_server_side() {
    python3 tests/bench/addresses.py | on rs01 ip -batch -
    on rs01 bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo 4096 >/proc/sys/net/core/somaxconn'
    ip -n rs01 addr add "$VIP/32" dev lo
    local port
    for port in "${PORTS[@]}"; do
        start_web rs01 rs01 "$port"
        PIDS["web-$port"]=${PIDS["web-rs01"]}
    done
}

# Four services, each with the same 500 real servers at another port: 2,000 checks, none shared.
checked_services() {
    local port number
    for port in "${PORTS[@]}"; do
        printf '[[service]]\nname = "web%s"\naddress = "%s:%s"\nscheduler = "rr"\n' "$port" "$VIP" "$port"
        printf 'check = { type = "tcp", interval = "6s", timeout = "5s" }\n'
        for ((number = 0; number < TARGETS; number++)); do
            printf '[[service.real]]\naddress = "10.2.%s.%s"\n' $((number / 250)) $((number % 250 + 1))
        done
    done
}

installed() { (($(table "$1" | grep -c -- '^-a') == TARGETS * ${#PORTS[@]})); }

busy_cores() {
    local number
    for ((number = 0; number < $(nproc); number++)); do
        start "busy-$number" client sh -c 'while :; do :; done'
    done
}

watch_addresses() {
    start "monitor-$1" "$1" stdbuf -oL ip monitor address
    wait_until "ip -n $1 addr add 127.9.9.9/32 dev lo; ip -n $1 addr del 127.9.9.9/32 dev lo; grep -q 127.9.9.9 $WORK/monitor-$1.log" 20
}

verdict() {
    stop client-soak
    stop wire
    local moves machine
    cat "$WORK/wire.log"
    moves=$(cat "$WORK"/monitor-lvs0?.log | grep -cF "$VIP" || true)
    for machine in lvs01 lvs02; do
        director "$machine" vrrp
    done
    echo "soak: $moves changes of the VIP, $(count soak ok) requests answered, $(count soak failed) failed"
    if ((moves > 0)) || ! only lvs01 || (($(count soak failed) > 0)); then
        echo "0 passed, 1 failed"
        return 1
    fi
    echo "1 passed, 0 failed"
}

main
