#!/usr/bin/env bash
# The measurements, inside the lab: a director machine and one that answers as every real server.
set -euo pipefail
for part in net machines; do
    # shellcheck source=/dev/null
    source "tests/lab.d/$part.sh"
done
export WORK=/run/lab
mkdir -p "$WORK" /run/netns
build_network
python3 tests/bench/addresses.py | on rs01 ip -batch -
on lvs01 ip route add 10.2.0.0/16 dev eth0
on rs01 bash -c 'echo 1024 >/proc/sys/net/core/somaxconn'
start_web rs01
on lvs01 python3 tests/bench/bench.py "$@"
