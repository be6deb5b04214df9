# shellcheck shell=bash
# The power goes while an operator installs, applies, drains, upgrades or removes: cuts/run.py says how, and $OUT/case.log what came of
# it. What the host then says of itself (check, doctor, plan, status, /healthz) is held against
# its kernel. The agent's machines are on this machine's kernel; the director's need one with IPVS.

# machine: host=none limit=1200
case_cuts_agent() {
    power_cuts agent install=30 apply=30 drain=20 upgrade=30 remove=18 purge=14 install:rpm=10 upgrade:rpm=12 remove:rpm=10
}

# machine: host=none limit=1200
case_cuts_director() {
    local wanted=(director install=5 apply=12 upgrade=5 remove=3 purge=1)
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
case_power_cut_agent() { cut_installation agent; }
case_power_cut_agent__2() {
    whole_after_cut_installation agent
    install_package deb lvs-rs-agent 1
    write_agent_config
    cut_upgrade agent
}
case_power_cut_agent__3() { cut_stop agent; }
case_power_cut_agent__4() { says agent prepared; }

# machine: host=lvs01 limit=600
case_power_cut_director() { cut_installation director; }
case_power_cut_director__2() {
    whole_after_cut_installation director
    install_package deb lvs-director 1
    voice director file >/etc/lvs-director/director.toml
    cut_upgrade director
}
case_power_cut_director__3() { cut_stop director; }
case_power_cut_director__4() { says director prepared; }

declare -A PACKAGE_OF=([agent]=lvs-rs-agent [director]=lvs-director)

cut_installation() {
    state_of_host >"$OUT/host-before"
    cut_during install_package deb "${PACKAGE_OF[$1]}" 1
}

whole_after_cut_installation() {
    state_of_host >"$OUT/host-after"
    same_after "the host after a cut installation" "$OUT"/host-{before,after}
    says "$1" untouched
    dpkg --configure -a
}

cut_upgrade() {
    systemctl enable --now "${PACKAGE_OF[$1]}"
    says "$1" prepared
    sync
    cut_during install_package deb "${PACKAGE_OF[$1]}" 2
}

cut_stop() {
    says "$1" prepared
    dpkg --configure -a
    install_package deb "${PACKAGE_OF[$1]}" 2
    says "$1" prepared
    sync
    cut_during systemctl stop "${PACKAGE_OF[$1]}"
}

# A director loads ip_vs, whose settings are part of the host's state.
state_of_host() {
    [[ $HOST == rs* ]] || modprobe ip_vs
    host_state
}

# says SIDE prepared|untouched: the kernel is, and everything that can be asked agrees.
says() {
    voice "$1" "$2"
    [[ $2 == untouched ]] || active "${PACKAGE_OF[$1]}" || fail "${PACKAGE_OF[$1]} is not active"
}

voice() { python3 -B "$LAB_REPO/tests/install/cuts/ask.py" "$@"; }

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
