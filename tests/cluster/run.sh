#!/usr/bin/env bash
# Every case, each in namespaces of its own that vanish with it. Names: the beginning of a case's or a file's name.
# Of several labs at once each takes the next case that none has taken, and leaves the failed ones in failed-LANE.
# With --alone the names are those of failed cases, whole, and failing is final.
set -euo pipefail
cd "$LAB_REPO/tests/cluster"
LOGS=$LAB_OUT/cases
passed=0 failed=0 skipped=0
ALONE=
[[ ${1-} != --alone ]] || { ALONE=1 && shift; }

main() {
    local file function name binary
    while read -r binary function; do
        name=kernel-${function//[_:]/-}
        ! wanted kernel "$name" "$@" || run_case "$name" --rust "$binary" "$function"
    done <"$LAB_OUT/kernel-tests"
    for file in [0-9]*.sh; do
        while read -r function; do
            name=${function#case_}
            name=${name//_/-}
            ! wanted "$file" "$name" "$@" || run_case "$name" "$file" "$function"
        done < <(grep -oE '^case_[a-z0-9_]+' "$file")
    done
    [[ $ALONE ]] || failed=0
    echo "$passed $failed $skipped" >"$LAB_OUT/counts-${ALONE:+alone-}$LAB_LANE"
    ((failed == 0))
}

wanted() {
    local file=${1#[0-9][0-9]-} name=$2 wish
    shift 2
    (($#)) || return 0
    for wish in "$@"; do
        if [[ $ALONE ]]; then
            [[ $name != "$wish" ]] || return 0
        else
            [[ $name != "$wish"* && ${file%.sh} != "$wish"* ]] || return 0
        fi
    done
    return 1
}

# mkdir is one step on the machine below, whichever lab asks.
taken() { [[ ! $ALONE ]] && ! mkdir "$LAB_OUT/taken/$1" 2>/dev/null; }

# run_case NAME ARGUMENT-OF-ONE…
run_case() {
    local name=$1 log=$LOGS/$1${ALONE:+-alone}.log status=0 began=$SECONDS
    shift
    ! taken "$name" || return 0
    timeout -k 2 150 unshare --net --mount --pid --ipc --fork --kill-child --mount-proc \
        bash one.sh "$@" >"$log" 2>&1 </dev/null || status=$?
    case $status in
        0) passed=$((passed + 1)) && echo "ok $name ($((SECONDS - began)) s)" ;;
        77) skipped=$((skipped + 1)) && echo "skipped $name: $(tail -n 1 "$log")" ;;
        *)
            failed=$((failed + 1))
            [[ $ALONE ]] || echo "$name" >>"$LAB_OUT/failed-$LAB_LANE"
            ((status != 124 && status != 137)) || echo "killed after 150 s" >>"$log"
            echo "FAILED $name ($((SECONDS - began)) s), the end of $log:"
            tail -n 40 "$log" | sed 's/^/    /'
            ;;
    esac
}

main "$@"
