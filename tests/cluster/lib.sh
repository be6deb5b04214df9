# shellcheck shell=bash
# What the cases share. Oracles are ipvsadm, ip, arping, curl, /proc: never only what our own commands say.
source "$LAB_REPO/tests/lab.d/net.sh"
source "$LAB_REPO/tests/lab.d/machines.sh"
source "$LAB_REPO/tests/lab.d/servers.sh"
source "$LAB_REPO/tests/lab.d/cluster.sh"
source "$LAB_REPO/tests/lab.d/routers.sh"
source "$LAB_REPO/tests/cluster/vrrp.sh"
source "$LAB_REPO/tests/cluster/pair.sh"
source "$LAB_REPO/tests/cluster/doctor.sh"

failed_at() {
    trap - ERR
    exec >&2
    echo "failed ($1) at $2:$3: $4"
    local log
    for log in "$WORK"/*.log; do
        [[ -s $log ]] || continue
        echo "--- $(basename "$log")"
        tail -n 12 "$log"
    done
    exit 1
}

fail() {
    echo "$*" >&2
    return 1
}

skip() {
    echo "$*"
    exit 77
}

# assert_eq EXPECTED ACTUAL WHAT
assert_eq() {
    [[ $1 != "$2" ]] || return 0
    echo "$3 differs (- expected, + actual):" >&2
    diff -u <(echo "$1") <(echo "$2") | tail -n +3 >&2
    return 1
}

# assert_contains TEXT PART WHAT
assert_contains() {
    [[ $1 != *"$2"* ]] || return 0
    printf '%s: expected to contain "%s", is:\n%s\n' "$3" "$2" "$1" >&2
    return 1
}

# status_of EXPECTED COMMAND…: output in $OUTPUT.
status_of() {
    local expected=$1 status=0
    shift
    OUTPUT=$("$@" 2>&1) || status=$?
    ((status == expected)) || fail "expected exit status $expected, was $status: $*: $OUTPUT"
}

# conf MACHINE INTERFACE/KEY [VALUE]: reads, or writes, net.ipv4.conf.
conf() {
    local path=/proc/sys/net/ipv4/conf/$2
    if (($# == 3)); then
        on "$1" bash -c "echo $3 >$path"
    else
        on "$1" cat "$path"
    fi
}

# ipvs_sysctl MACHINE KEY
ipvs_sysctl() { on "$1" cat "/proc/sys/net/ipv4/vs/$2"; }

# Everything the agent may change on a machine.
snapshot() {
    ip -n "$1" -o addr show | sed 's/ *valid_lft.*//'
    on "$1" bash -c 'cd /proc/sys/net/ipv4/conf && grep . */arp_ignore */arp_announce */rp_filter'
}

# monitor MACHINE: from here on, every change of an address is a line in $WORK/monitor-MACHINE.log.
monitor() {
    start "monitor-$1" "$1" stdbuf -oL ip monitor address
    # a change of its own tells that it listens
    wait_until "ip -n $1 addr add 127.9.9.9/32 dev lo; ip -n $1 addr del 127.9.9.9/32 dev lo; logged monitor-$1 127.9.9.9" 20
}

# monitored MACHINE ADDRESS: the changes of an address that were seen.
monitored() { grep -F "$2" "$WORK/monitor-$1.log" || true; }

# record_writes MACHINE: from here on, every IPVS write command is a line in $WORK/writes-MACHINE.log.
record_writes() {
    start "writes-$1" "$1" python3 "$LAB_REPO/tests/lab.d/ipvs_writes.py"
    wait_until "logged writes-$1 ready" 20
}

# writes MACHINE: what was written since, sorted and counted: `NEW_DEST 2`.
writes() { grep -v '^ready$' "$WORK/writes-$1.log" | sort | uniq -c | awk '{ print $2, $1 }'; }

# start_hostile MACHINE ADDRESS:PORT
start_hostile() {
    start hostile "$1" bash -c 'ulimit -n 4096 && exec python3 "$@"' - "$LAB_REPO/tests/cluster/hostile.py" "$2"
    wait_until "logged hostile ready" 60
}

# assert_no_failures CLIENT
assert_no_failures() {
    assert_eq "0 failed, 0 broken" "$(count "$1" failed) failed, $(count "$1" broken) broken" "requests of the client"
}
