# shellcheck shell=bash
# Our packages as they lie there, and every shell script of the tree, by the programs that judge such things.

# machine: root=lint host=none limit=900
case_packages_checked() {
    within_root /lab/repo/packaging/check /lab/packages
}

# machine: root=lint host=none limit=900
case_shell_scripts() {
    # what is evaluated later stands in single quotes, whom a part belongs to is known at run time
    # shellcheck disable=SC2016
    within_root bash -euo pipefail -c '
        cd /lab/repo
        mapfile -t scripts < <(grep -rlE --exclude-dir=target --exclude-dir=.git "^#!(/usr/bin/env bash|/bin/sh)|^# shellcheck shell=" .)
        ((${#scripts[@]} > 50)) || { echo "only ${#scripts[@]} scripts were found" && exit 1; }
        shellcheck --external-sources --exclude SC1090,SC1091,SC2001,SC2016,SC2153 "${scripts[@]}"'
}

# within_root COMMAND…: on a throw-away layer over the root file system, without systemd and without a network.
within_root() {
    local copy=$WORK/root
    mkdir -p "$WORK"/{upper,work,root}
    mount -t overlay -o "lowerdir=$ROOT,upperdir=$WORK/upper,workdir=$WORK/work" root "$copy" 2>/dev/null ||
        cp -a "$ROOT/." "$copy"
    mkdir -p "$copy"/lab/{repo,packages}
    mount --bind -o ro "$LAB_REPO" "$copy/lab/repo"
    mount --bind -o ro "$PACKAGES" "$copy/lab/packages"
    mount -t proc proc "$copy/proc"
    mount --rbind /dev "$copy/dev"
    unshare --net chroot "$copy" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}
