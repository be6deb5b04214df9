#!/usr/bin/env bash
# Every install case on a machine of its own. Names: the beginning of a case's or a file's name; none is all of them.
# Lanes, failures and --alone are as in tests/cluster/run.sh.
set -euo pipefail
cd "$LAB_REPO/tests/install"
# shellcheck source=/dev/null
source cases.sh
# shellcheck source=/dev/null
source "$LAB_REPO/tests/lab.d/roots.sh"
OUT=$LAB_OUT/install
passed=0 failed=0 skipped=0
ALONE=
[[ ${1-} != --alone ]] || { ALONE=1 && shift; }
SCRATCH=$(mktemp -d /tmp/lvs-machine.XXXXXX)
MACHINE=
trap 'end_machine; take_away; rmdir "$SCRATCH"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

main() {
    local line
    while read -r line; do
        # shellcheck disable=SC2086
        run_case $line
    done < <(cases "$@")
    [[ $ALONE ]] || failed=0
    echo "$passed $failed $skipped" >"$LAB_OUT/counts-install-${ALONE:+alone-}$LAB_LANE"
    ((failed == 0))
}

# run_case NAME FILE ROOT HOST LIMIT FUNCTION
run_case() {
    local name=$1 limit=$5 script=machine.sh status=0 began=$SECONDS at=$OUT/$1${ALONE:+-alone}
    [[ $4 != none ]] || script=outside.sh
    ! taken "$name" || return 0
    mkdir -p "$at"
    write_job "$@" >"$at/job"
    LAB_MACHINE=$at timeout -k 2 "$limit" unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        bash "$script" "$SCRATCH" "$(root_path "$3")" >"$at/machine.log" 2>&1 </dev/null &
    MACHINE=$!
    wait "$MACHINE" || status=$?
    MACHINE=
    take_away
    ((status != 124 && status != 137)) || echo "killed after $limit s" >>"$at/case.log"
    ((status)) || [[ ! -e $at/status ]] || status=$(<"$at/status")
    tell "$name" "$at" "$status" $((SECONDS - began))
}

end_machine() {
    [[ $MACHINE ]] || return 0
    kill "$MACHINE" 2>/dev/null || true
    wait "$MACHINE" || true
}

# The control groups of a container.
take_away() {
    find /sys/fs/cgroup/{,systemd/,unified/}"$(basename "$SCRATCH")" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

# mkdir is one step, whichever lane asks.
taken() { [[ ! $ALONE ]] && ! mkdir "$LAB_OUT/install-taken/$1" 2>/dev/null; }

# What the machine has to know.
write_job() {
    printf '%s=%q\n' CASE "$6" FILE "$2" ROOT_NAME "$3" HOST "$4" LAB_KIND "$LAB_KIND"
}

# tell NAME DIRECTORY STATUS SECONDS
tell() {
    case $3 in
        0) passed=$((passed + 1)) && echo "ok install $1 ($4 s)" ;;
        77) skipped=$((skipped + 1)) && echo "skipped install $1: $(tail -n 1 "$2/case.log")" ;;
        *)
            failed=$((failed + 1))
            [[ $ALONE ]] || echo "$1" >>"$LAB_OUT/install-failed-$LAB_LANE"
            echo "FAILED install $1 ($4 s), the end of $2/{machine,console,case}.log:"
            tail -qn 8 "$2"/{machine,console}.log 2>/dev/null | sed 's/\x1b\[[0-9;]*m//g; s/\r//; s/^/    /'
            tail -n 60 "$2/case.log" 2>/dev/null | sed 's/^/    /'
            ;;
    esac
}

main "$@"
