# shellcheck shell=bash
# The power goes while an operator installs, applies, drains, upgrades or removes: cuts/run.py says how, and $OUT/case.log what came of
# it. The agent's machines are on this machine's kernel; the director's need one with IPVS.

# machine: host=none limit=600
case_cuts_agent() {
    power_cuts agent install=40 apply=30 drain=20 upgrade=40 remove=25 purge=15
}

# machine: host=none limit=600
case_cuts_director() {
    local wanted=(director install=5 apply=14 upgrade=5 remove=4 purge=2)
    if [[ $LAB_KIND == native ]]; then
        power_cuts "${wanted[@]}"
        return
    fi
    # shellcheck source=/dev/null
    source "$LAB_REPO/tests/lab.d/boot.sh"
    export LAB_LANE=cuts LAB_BIN=$PACKAGES/bin LAB_TARGET=${LAB_OUT%/lab}
    lab_boot 600 "$LAB_REPO/tests/install/cuts/inside.sh" "$ROOT" "$PACKAGES" "${wanted[@]}"
}

# power_cuts SIDE OPERATION=RUNS…
power_cuts() {
    bash "$LAB_REPO/tests/install/cuts/inside.sh" "$ROOT" "$PACKAGES" "$@"
}

die() {
    echo "$*" >&2
    exit 1
}
