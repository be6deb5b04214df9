# shellcheck shell=bash
# The power goes while an operator installs, applies, drains, upgrades or removes: cuts/run.py says how, and $OUT/case.log what came of
# it. The agent's machines are on this machine's kernel; the director's need one with IPVS.

# machine: host=none limit=1200
case_cuts_agent() {
    power_cuts agent install=40 apply=30 drain=20 upgrade=40 remove=25 purge=15
}

# machine: host=none limit=1200
case_cuts_director() {
    local wanted=(director install=5 apply=14 upgrade=5 remove=4 purge=2)
    if [[ $LAB_KIND == native ]]; then
        power_cuts "${wanted[@]}"
        return
    fi
    # shellcheck source=/dev/null
    source "$LAB_REPO/tests/lab.d/boot.sh"
    export LAB_LANE=cuts LAB_BIN=$PACKAGES/bin LAB_TARGET=${LAB_OUT%/lab}
    lab_boot 1200 "$LAB_REPO/tests/install/cuts/inside.sh" "$ROOT" "$PACKAGES" "${wanted[@]}"
}

# The same with a real systemd, a few times: the kernel is ended in the midst of it, and what it had not written yet is lost.
# machine: limit=600
case_power_cut_agent() {
    host_state >"$OUT/host-before"
    cut_during install_package deb lvs-rs-agent 1
}

case_power_cut_agent__2() {
    host_state >"$OUT/host-after"
    same_after "the host after a cut installation" "$OUT"/host-{before,after}
    dpkg --configure -a
    install_package deb lvs-rs-agent 1
    write_agent_config
    systemctl enable --now lvs-rs-agent
    prepared
    sync
    cut_during install_package deb lvs-rs-agent 2
}

case_power_cut_agent__3() {
    wait_until prepared 60
    dpkg --configure -a
    install_package deb lvs-rs-agent 2
    wait_until prepared 60
    sync
    cut_during systemctl stop lvs-rs-agent
}

case_power_cut_agent__4() { wait_until prepared 60; }

# cut_during COMMAND…: within three seconds.
cut_during() {
    "$@" &
    sleep "$((RANDOM % 3)).$((RANDOM % 10))"
    power_cut
}

# power_cuts SIDE OPERATION=RUNS…
power_cuts() {
    bash "$LAB_REPO/tests/install/cuts/inside.sh" "$ROOT" "$PACKAGES" "$@"
}

die() {
    echo "$*" >&2
    exit 1
}
