#!/usr/bin/env bash
# The measurements, inside the lab. Of one director: start, reload, noop, checks, agent, parse. Of two: failover, connections,
# instances. Of two and the real servers: servers, ports, drain, followers.
set -euo pipefail
for part in net machines; do
    # shellcheck source=/dev/null
    source "tests/lab.d/$part.sh"
done
export WORK=/run/lab
PAIR='failover connections instances'
SERVERS='servers ports drain followers'
mkdir -p "$WORK" /run/netns
rm -f "$LAB_OUT/bench.md"

main() {
    local one=() two=() all=() part
    for part in "$@"; do
        if [[ " $PAIR " == *" $part "* ]]; then
            two+=("$part")
        elif [[ " $SERVERS " == *" $part "* ]]; then
            all+=("$part")
        else
            one+=("$part")
        fi
    done
    build_network
    if (($# == 0 || ${#all[@]})); then
        web_servers_to_start
        python3 tests/bench/servers.py "${all[@]}"
    fi
    if (($# == 0 || ${#two[@]})); then
        real_servers
        python3 tests/bench/failover.py "${two[@]}"
    fi
    if (($# == 0 || ${#one[@]})); then
        every_target_on_rs01
        on lvs01 python3 tests/bench/bench.py "${one[@]}"
    fi
}

# The VIP on lo and ARP kept quiet, by hand: the agent is not what is measured.
real_servers() {
    local machine
    for machine in rs01 rs02; do
        on "$machine" bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce'
        ip -n "$machine" addr add "$VIP/32" dev lo
        start_web "$machine"
    done
}

# Their files are there; the measurement starts and kills them.
web_servers_to_start() {
    local machine
    for machine in rs01 rs02; do
        start_web "$machine"
        stop "web-$machine"
    done
}

# One machine that answers as every real server.
every_target_on_rs01() {
    python3 tests/bench/addresses.py | on rs01 ip -batch -
    on lvs01 ip route add 10.2.0.0/16 dev eth0
    on rs01 bash -c 'echo 1024 >/proc/sys/net/core/somaxconn'
    running web-rs01 || start_web rs01
}

main "$@"
