# shellcheck shell=bash
# Runs one job as PID 1's only child: on this machine's kernel in namespaces, or in user-mode Linux.

kernel_has_ipvs() {
    [[ ${LAB_KIND-} != uml ]] || return 1
    { [[ -e /proc/net/ip_vs ]] || modprobe -q ip_vs; } 2>/dev/null &&
        unshare --net --mount --pid --fork true 2>/dev/null
}

say_kernel() {
    if kernel_has_ipvs; then
        LAB_KIND=native
        echo "lab: this machine's kernel, Linux $(uname -r), has IPVS; running in namespaces of its own"
    else
        command -v linux.uml >/dev/null ||
            die "this kernel has no ip_vs and user-mode Linux is not here (Debian: apt-get install user-mode-linux)"
        LAB_KIND=uml
        echo "lab: this machine's kernel, Linux $(uname -r), has no IPVS; running in user-mode Linux" \
            "$(basename /usr/lib/uml/modules/*)"
    fi
}

LAB_LANE=1 # which of the labs that run at once

# lab_boot SECONDS JOB [ARG…]: the job's exit status. Killed when it takes longer; SECONDS 0 is no limit.
lab_boot() {
    local limit=$1 scratch status=0
    shift
    scratch=$(mktemp -d /tmp/lvs-lab.XXXXXX)
    # shellcheck disable=SC2064
    trap "lab_unboot '$scratch'" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    rm -f "$LAB_OUT/status-$LAB_LANE"
    write_stub "$scratch/init" "$@"
    boot_command "$scratch"
    if [[ ${LAB_INTERACTIVE-} ]]; then
        "${LAB_COMMAND[@]}" 2>"$scratch/log" || true
        [[ ! -t 0 ]] || stty sane
    else
        timeout -k 5 "$limit" "${LAB_COMMAND[@]}" </dev/null 2>"$scratch/log" &
        LAB_PID=$!
        wait "$LAB_PID" || status=$?
        LAB_PID=
        ((status != 124 && status != 137)) || die "ended after $limit s"
    fi
    status=$(cat "$LAB_OUT/status-$LAB_LANE" 2>/dev/null) || die "the lab ended before its job did (status $status)"
    return "$status"
}

lab_unboot() {
    [[ -z ${LAB_PID-} ]] || kill -TERM "$LAB_PID" 2>/dev/null || true
    rm -rf "$1"
}

# The kernel command line can carry neither spaces nor many words: the job goes into a script.
write_stub() {
    local stub=$1 name
    shift
    {
        echo '#!/bin/bash'
        for name in LAB_REPO LAB_TARGET LAB_OUT LAB_BIN LAB_KIND LAB_LANE ${TERM+TERM} "${!BENCH_@}" "${!LAB_SOAK@}"; do
            printf 'export %s=%q\n' "$name" "${!name}"
        done
        [[ ! -t 0 ]] || printf 'export LINES=%q COLUMNS=%q\n' "$(tput lines)" "$(tput cols)"
        printf 'exec /bin/bash %q' "$LAB_REPO/tests/lab.d/init.sh"
        printf ' %q' "$@"
        echo
    } >"$stub"
    chmod +x "$stub"
}

# User-mode Linux's root file system is this machine's; what is written goes to file systems in its own memory.
boot_command() {
    local stub=$1/init
    if [[ $LAB_KIND == native ]]; then
        LAB_COMMAND=(unshare --net --mount --pid --ipc --uts --fork --kill-child --mount-proc "$stub")
    else
        LAB_COMMAND=(linux.uml "mem=${LAB_MEMORY:-1536M}" rootfstype=hostfs rootflags=/ rw "init=$stub"
            "uml_dir=$1" quiet loglevel=1 selinux=0 con=null "con0=fd:0,fd:1")
    fi
}
