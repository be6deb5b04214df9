#!/usr/bin/env bash
# PID 1 inside the lab, natively and under user-mode Linux: file systems of its own, then the job.
set -euo pipefail
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C HOME=/root PYTHONDONTWRITEBYTECODE=1
LAB_STATIC=/run/lvs-lab

finish() {
    echo "$1" >"$LAB_OUT/status-$LAB_LANE"
    if [[ $LAB_KIND == uml ]]; then
        sync
        echo 0 >/proc/sys/kernel/printk
        perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)' # reboot(2): power off; perl is in every Debian
    fi
}
trap 'finish $?' EXIT

main() {
    [[ $LAB_KIND == native ]] || first_mounts
    mount --make-rprivate /
    own_file_systems
    hostname lab
    ip link set lo up
    [[ $LAB_KIND == native ]] || own_modules
    cd "$LAB_REPO"
    bash "$@"
}

first_mounts() {
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mountpoint -q /dev || mount -t devtmpfs dev /dev
    ln -sfn /proc/self/fd /dev/fd
    mkdir -p /dev/pts /dev/shm
    mount -t devpts devpts /dev/pts
    mount -t tmpfs shm /dev/shm
    stty -onlcr -echo </dev/tty0 2>/dev/null || true
}

# /run and /tmp in memory; the repository and the target directory stay visible if they are beneath them.
own_file_systems() {
    local repo target
    exec {repo}<"$LAB_REPO" {target}<"$LAB_TARGET"
    mount -t tmpfs -o mode=755 lab /run
    mount -t tmpfs -o mode=1777 lab /tmp
    keep_visible "$LAB_REPO" "$repo"
    keep_visible "$LAB_TARGET" "$target"
    exec {repo}<&- {target}<&-
    mkdir -p "$LAB_STATIC"
}

keep_visible() {
    [[ ! -d $1 ]] || return 0
    mkdir -p "$1"
    mount --no-canonicalize --bind "/proc/self/fd/$2" "$1"
}

# User-mode Linux has its modules elsewhere. The machine's /lib/modules stays as it is: covered if it is there, and
# where it is not, modprobe is told.
own_modules() {
    if [[ -d /lib/modules ]]; then
        mount -t tmpfs modules /lib/modules
        ln -s /usr/lib/uml/modules/* /lib/modules/
        return
    fi
    mkdir -p "$LAB_STATIC/bin" "$LAB_STATIC/root/lib"
    ln -s /usr/lib/uml/modules "$LAB_STATIC/root/lib/modules"
    printf '#!/bin/sh\nexec /sbin/modprobe -d %s/root "$@"\n' "$LAB_STATIC" >"$LAB_STATIC/bin/modprobe"
    chmod +x "$LAB_STATIC/bin/modprobe"
    echo "$LAB_STATIC/bin/modprobe" >/proc/sys/kernel/modprobe
    PATH=$LAB_STATIC/bin:$PATH
}

main "$@"
