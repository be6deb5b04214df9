#!/usr/bin/env bash
# Every case, each in namespaces of its own that vanish with it. Names: the beginning of a case's or a file's name.
set -euo pipefail
cd "$LAB_REPO/tests/cluster"
LOGS=$LAB_OUT/cases
rm -rf "$LOGS"
mkdir -p "$LOGS"
passed=0 failed=0 skipped=0

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
    echo "$passed $failed $skipped" >>"$LAB_OUT/counts"
    ((failed == 0 && passed + skipped > 0))
}

wanted() {
    local file=${1#[0-9][0-9]-} name=$2 wish
    shift 2
    (($#)) || return 0
    for wish in "$@"; do
        [[ $name != "$wish"* && ${file%.sh} != "$wish"* ]] || return 0
    done
    return 1
}

# run_case NAME ARGUMENT-OF-ONE…
run_case() {
    local name=$1 log=$LOGS/$1.log status=0 began=$SECONDS
    shift
    timeout -k 2 150 unshare --net --mount --pid --ipc --fork --kill-child --mount-proc \
        bash one.sh "$@" >"$log" 2>&1 </dev/null || status=$?
    case $status in
        0) passed=$((passed + 1)) && echo "ok $name ($((SECONDS - began)) s)" ;;
        77) skipped=$((skipped + 1)) && echo "skipped $name: $(tail -n 1 "$log")" ;;
        *)
            failed=$((failed + 1))
            ((status != 124 && status != 137)) || echo "killed after 150 s" >>"$log"
            echo "FAILED $name ($((SECONDS - began)) s), the end of $log:"
            tail -n 40 "$log" | sed 's/^/    /'
            ;;
    esac
}

main "$@"
