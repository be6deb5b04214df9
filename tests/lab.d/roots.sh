# shellcheck shell=bash
# Root file systems of Debian's packages, made once and kept in target/lab/roots. Nothing is ever written into one: each
# machine has an overlay of its own.

ROOT_SUITE=${LAB_SUITE:-bookworm}

# root_packages NAME: what is in it beside Debian's minimal system, with commas. `base` is for every case that needs no more.
root_packages() {
    local base=systemd,systemd-sysv,dbus,iproute2,ipvsadm,kmod,procps,iputils-ping,iputils-arping,curl,python3,nginx-light
    base+=,rpm,strace,libgcc-s1
    case $1 in
        base) echo "$base" ;;
        coexist) echo "$base,dnf,udev,libpam-systemd,network-manager,netplan.io,systemd-resolved,iptables" ;;
        *) die "there is no root $1 (tests/lab.d/roots.sh has them)" ;;
    esac
}

# root_path NAME: where it is, or will be. Another list of packages is another root.
root_path() {
    local key
    key=$(printf '%s\n' "$ROOT_SUITE" "$(root_packages "$1")" | sha256sum | cut -c 1-12)
    echo "$LAB_OUT/roots/$1-$key"
}

# need_root NAME: makes it, if it is not there. A part of one, after a power cut, is never taken for a whole.
need_root() {
    local root packages
    root=$(root_path "$1")
    packages=$(root_packages "$1")
    [[ ! -d $root ]] || return 0
    need_debootstrap
    echo "lab: making the root file system $root of Debian $ROOT_SUITE's packages"
    mkdir -p "$LAB_OUT/roots/debs"
    rm -rf "$root.new" "$LAB_OUT/roots/$1"-????????????
    TMPDIR=/tmp debootstrap --variant=minbase --cache-dir="$LAB_OUT/roots/debs" --include="$packages" \
        "$ROOT_SUITE" "$root.new" "$(mirror)" >"$LAB_OUT/root-$1.log" 2>&1 ||
        die "debootstrap failed: $(tail -n 3 "$LAB_OUT/root-$1.log")"
    rm -rf "$root.new"/var/cache/apt/archives/*.deb
    mkdir -p "$root.new/lab"
    quiet_root "$root.new"
    mv "$root.new" "$root"
}

# quiet_root ROOT: what manages networks is started by a case, not by the boot.
quiet_root() {
    local unit
    for unit in NetworkManager NetworkManager-wait-online systemd-networkd systemd-networkd-wait-online systemd-resolved; do
        [[ ! -e $1/usr/lib/systemd/system/$unit.service && ! -e $1/lib/systemd/system/$unit.service ]] ||
            chroot "$1" systemctl --quiet disable "$unit" 2>/dev/null
    done
}

need_debootstrap() {
    if command -v apt-get >/dev/null; then
        command -v debootstrap >/dev/null || install_with_apt "debootstrap debian-archive-keyring"
    else
        command -v debootstrap >/dev/null || install_with_dnf "debootstrap debian-keyring"
    fi
}

# This machine's own, if it is a Debian.
mirror() {
    local found
    found=$(grep -hoE '(https?|file):[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        head -n 1 || true)
    echo "${found:-http://deb.debian.org/debian}"
}
