# shellcheck shell=bash
# Cases in several lanes at once: they wait a third of the time, so there is one lane more than processors.

LAB_LANES=4 # at most; each takes up to 1.5 GiB of memory
LAB_LANE_KIB=$((2 * 1024 * 1024))

# all_kernel_tests: the install cases and the cluster's. The first lane, if there are others, begins with the latter.
all_kernel_tests() {
    fresh_cluster
    fresh_install
    in_lanes install_then_cluster || return 1
    cluster_again && install_again
}

install_then_cluster() {
    ((LAB_LANE == 1 && LANES > 1)) || install_lane || return 1
    lab_boot 3000 tests/cluster/run.sh
}

cluster_tests() {
    fresh_cluster
    in_lanes lab_boot 3000 tests/cluster/run.sh "$@" || return 1
    cluster_again
}

fresh_cluster() {
    rm -rf "$LAB_OUT"/{cases,taken} "$LAB_OUT"/failed-*
    mkdir -p "$LAB_OUT"/{cases,taken}
}

# A case that fails beside others is run once more alone, and that counts.
cluster_again() {
    local again
    mapfile -t again < <(cat "$LAB_OUT"/failed-* 2>/dev/null | sort)
    ((${#again[@]})) || return 0
    echo "lab: failed beside others, once more alone: ${again[*]}"
    lab_boot 3000 tests/cluster/run.sh --alone "${again[@]}"
}

lanes() {
    awk -v cpus="$(nproc)" -v most="$LAB_LANES" -v each="$LAB_LANE_KIB" '
        /^MemAvailable:/ {
            lanes = int($2 / each)
            if (lanes > cpus + 1) lanes = cpus + 1
            if (lanes > most) lanes = most
            print lanes < 1 ? 1 : lanes
        }' /proc/meminfo
}

# in_lanes COMMAND [ARG…]: the same in each of $LANES, which know their LAB_LANE.
in_lanes() {
    local lane status=0
    LANES=$(lanes)
    LANE_PIDS=()
    for ((lane = 1; lane <= LANES; lane++)); do
        (LAB_LANE=$lane && "$@") &
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
