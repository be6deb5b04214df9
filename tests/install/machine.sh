#!/usr/bin/env bash
# One machine, from its first boot to the end of its case: an overlay on a root file system, the kernel and systemd.
# PID 1 of namespaces of its own: when it ends, however it ends, every mount and process goes with it.
set -euo pipefail
SCRATCH=$1
ROOT=$SCRATCH/root
BASE=$2
REBOOTED=133 # nspawn leaves that to whoever started it; user-mode Linux begins again by itself

main() {
    make_disk
    prepare_disk
    bind_lab
    [[ $LAB_KIND == uml ]] || own_run
    while true; do
        rm -f "$LAB_MACHINE"/{status,cut,off}
        one_boot
        [[ -e $LAB_MACHINE/cut || -e $LAB_MACHINE/off || $ENDED == "$REBOOTED" ]] || break
    done
    [[ -s $LAB_MACHINE/status ]] || { echo "the machine ended before its case did" && exit 1; }
}

# What the machine writes is in memory and survives its reboots. Without overlays a copy does.
make_disk() {
    mount -t tmpfs -o mode=755 machine "$SCRATCH"
    mkdir "$SCRATCH"/{base,upper,work,root}
    mount --bind "$BASE" "$SCRATCH/base"
    cd "$SCRATCH"
    WRITTEN=upper
    mount -t overlay -o lowerdir=base,upperdir=upper,workdir=work machine root 2>/dev/null || {
        WRITTEN=root
        cp -a base/. root
    }
}

prepare_disk() {
    # shellcheck source=/dev/null
    source "$LAB_MACHINE/job"
    # shellcheck disable=SC2153
    echo "$HOST" >"$ROOT/etc/hostname"
    echo "$HOST" >"$ROOT/var/www/html/index.html"
    rm -f "$ROOT/var/www/html/index.nginx-debian.html"
    local system=$ROOT/etc/systemd/system
    cp "$LAB_REPO"/tests/install/units/*.service "$system"
    mkdir -p "$system/multi-user.target.wants" "$ROOT/etc/systemd/journald.conf.d"
    ln -s ../lab-network.service ../lab-case.service "$system/multi-user.target.wants"
    mask systemd-logind.service getty.target e2scrub_reap.service ipvsadm.service systemd-binfmt.service
    mask proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount sys-kernel-{config,debug,tracing}.mount dev-hugepages.mount
    mask modprobe@{configfs,dm_mod,efi_pstore,fuse,loop}.service systemd-random-seed.service systemd-update-utmp{,-runlevel}.service
    mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer dpkg-db-backup.timer fstrim.timer
    [[ $HOST == rs* ]] || mask nginx.service
    printf '[Journal]\nStorage=volatile\nForwardToConsole=yes\nMaxLevelConsole=info\n' >"$ROOT/etc/systemd/journald.conf.d/lab.conf"
}

mask() {
    local unit
    for unit in "$@"; do
        ln -sfn /dev/null "$ROOT/etc/systemd/system/$unit"
    done
}

# Beneath /lab, wherever the tree lies: its files, the packages, what the case leaves behind, what was written to the disk.
bind_lab() {
    mkdir -p "$ROOT"/lab/{repo,packages,out,disk}
    mount --bind -o ro "$LAB_REPO" "$ROOT/lab/repo"
    mount --bind -o ro "$INSTALL_PACKAGES" "$ROOT/lab/packages"
    mount --bind "$LAB_MACHINE" "$ROOT/lab/out"
    mount --bind -o ro "$WRITTEN" "$ROOT/lab/disk"
    [[ $LAB_KIND == uml ]] || return 0
    local modules
    for modules in /usr/lib/uml/modules/*; do
        mkdir -p "$ROOT/lib/modules/$(basename "$modules")"
        mount --bind -o ro "$modules" "$ROOT/lib/modules/$(basename "$modules")"
    done
}

# nspawn takes the /run of whoever starts it for its own.
own_run() {
    mount -t tmpfs -o mode=755 run /run
    mkdir /run/systemd
}

# Ends when the case has, which takes no shutdown, or when it asks by a file for a cut of the power, or when it goes off.
one_boot() {
    local pid
    boot_command
    (own_cgroup && exec unshare --mount --pid --fork --kill-child --mount-proc "${COMMAND[@]}") \
        </dev/null >>"$LAB_MACHINE/console.log" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null && [[ ! -e $LAB_MACHINE/cut && ! -s $LAB_MACHINE/status ]]; do
        read -rt 0.2 -u "$PAUSE" || true
    done
    kill -KILL "$pid" 2>/dev/null || true
    ENDED=0
    wait "$pid" || ENDED=$?
}
exec {PAUSE}<> <(:)

# For systemd in a container, which shares this machine's: run.sh takes it away.
own_cgroup() {
    local hierarchy
    [[ $LAB_KIND != uml ]] || return 0
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/{systemd,unified}; do
        [[ -e $hierarchy/cgroup.procs ]] || continue
        mkdir -p "$hierarchy/$(basename "$SCRATCH")"
        echo "$BASHPID" >"$hierarchy/$(basename "$SCRATCH")/cgroup.procs"
    done
}

boot_command() {
    if [[ $LAB_KIND == uml ]]; then
        COMMAND=(linux.uml "mem=${LAB_MEMORY:-768M}" rootfstype=hostfs "rootflags=$ROOT" rw init=/lib/systemd/systemd
            "uml_dir=$SCRATCH" quiet loglevel=1 selinux=0 con=null "con0=fd:0,fd:1"
            systemd.unit=multi-user.target systemd.show_status=no)
    else
        COMMAND=(systemd-nspawn --register=no --keep-unit --boot --directory "$ROOT" --private-network --capability=all
            --console=pipe)
    fi
}

main && exit # in one line: what is edited meanwhile is not read
