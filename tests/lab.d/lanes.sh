# shellcheck shell=bash
# The cluster cases on several labs at once: they mostly wait.

LAB_LANES=4 # at most; each takes up to 1.5 GiB of memory
LAB_LANE_KIB=$((2 * 1024 * 1024))

# cluster_tests [NAME…]: a case that fails beside others is run once more alone, and that counts.
cluster_tests() {
    local again
    rm -rf "$LAB_OUT"/{cases,taken} "$LAB_OUT"/failed-*
    mkdir -p "$LAB_OUT"/{cases,taken}
    boot_lanes "$(lanes)" 3000 tests/cluster/run.sh "$@" || return 1
    mapfile -t again < <(cat "$LAB_OUT"/failed-* 2>/dev/null | sort)
    ((${#again[@]})) || return 0
    echo "lab: failed beside others, once more alone: ${again[*]}"
    lab_boot 3000 tests/cluster/run.sh --alone "${again[@]}"
}

lanes() {
    awk -v cpus="$(nproc)" -v most="$LAB_LANES" -v each="$LAB_LANE_KIB" '
        /^MemAvailable:/ {
            lanes = int($2 / each)
            if (lanes > cpus) lanes = cpus
            if (lanes > most) lanes = most
            print lanes < 1 ? 1 : lanes
        }' /proc/meminfo
}

# boot_lanes LANES SECONDS JOB [ARG…]: each does the same job, and knows its LAB_LANE.
boot_lanes() {
    local lanes=$1 lane status=0
    LANE_PIDS=()
    shift
    for ((lane = 1; lane <= lanes; lane++)); do
        (LAB_LANE=$lane && lab_boot "$@") &
        LANE_PIDS+=("$!")
    done
    trap 'end_lanes; exit 130' INT
    trap 'end_lanes; exit 143' TERM
    for lane in "${LANE_PIDS[@]}"; do
        wait "$lane" || status=$?
    done
    trap - INT TERM
    return "$status"
}

end_lanes() {
    kill "${LANE_PIDS[@]}" 2>/dev/null || true
    wait
}
