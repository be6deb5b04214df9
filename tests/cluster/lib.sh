# shellcheck shell=bash
# What the cases share. Oracles are ipvsadm, ip, arping, curl, /proc: never only what our own commands say.
source "$LAB_REPO/tests/lab.d/net.sh"
source "$LAB_REPO/tests/lab.d/machines.sh"
source "$LAB_REPO/tests/lab.d/cluster.sh"

failed_at() {
    trap - ERR
    echo "failed ($1) at $2:$3: $4"
    local log
    for log in "$WORK"/*.log; do
        [[ -s $log ]] || continue
        echo "--- $(basename "$log")"
        tail -n ${LAB_TAIL:-12} "$log"
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
