# shellcheck shell=bash
# The tests that need no kernel of their own.

pure_tests() {
    local log=$LAB_OUT/pure.log failed=0
    : >"$log"
    if cargo nextest --version >/dev/null 2>&1; then
        # some wait for their kernel's namespaces; one that fails beside others is run once more, and named
        logged cargo nextest run --workspace --locked --no-fail-fast --test-threads $(($(nproc) + 1)) --retries 1 || failed=1
    else
        logged cargo test --workspace --locked --all-targets --no-fail-fast || failed=1
    fi
    logged cargo test --workspace --locked --doc || failed=1
    count_pure "$log" "$failed" >>"$LAB_OUT/counts"
    return "$failed"
}

logged() {
    echo "lab: $*"
    "$@" 2>&1 | tee -a "$log"
}

# `Summary [ 0.9s] 12 tests run: 11 passed, 1 failed, 0 skipped` of nextest,
# `test result: ok. 3 passed; 0 failed; 0 ignored` of cargo test.
count_pure() {
    sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E '^ *Summary \[|^test result:' | awk -v status="$2" '
        { for (i = 1; i < NF; i++) {
            if ($(i + 1) ~ /^passed/) passed += $i
            if ($(i + 1) ~ /^(failed|timed)/) failed += $i } }
        END { if (status && !failed) failed = 1; print passed + 0, failed + 0, 0 }' # did not build: one failure
}

# Tests marked `ignore` need a kernel: they run in the lab. One a line: executable, name.
list_kernel_tests() {
    local binary name
    echo "lab: cargo test --no-run"
    cargo test --workspace --locked --tests --no-run 2>&1 | tee "$LAB_OUT/no-run.log" | grep -E '^(error|warning)' || true
    while read -r binary; do
        while read -r name; do
            echo "$(realpath "$binary") ${name%: test}"
        done < <("$binary" --ignored --list 2>/dev/null | grep ': test$' || true)
    done < <(sed -nE 's/^ *Executable .*\((.*)\)$/\1/p' "$LAB_OUT/no-run.log") >"$LAB_OUT/kernel-tests"
}
