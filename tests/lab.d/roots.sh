# shellcheck shell=bash
# Root file systems of Debian's packages, made once and kept in target/lab/roots. Nothing is ever written into one: each
# machine has an overlay of its own.

# Which Debian, unless a root says another.
ROOT_SUITE=${LAB_SUITE:-bookworm}

# name:suite:packages beside Debian's minimal system, with spaces. Every other root has the packages of `base`, too.
#   trixie, bullseye: systemd 257 and 247, glibc 2.41 and 2.31
#   lint: what packaging/check calls; no machine is started on it. Of packages that only provide what others depend on,
#         debootstrap knows nothing: perl-openssl-defaults and python3-cffi-backend are such
ROOTS='
    base::systemd systemd-sysv dbus iproute2 ipvsadm kmod procps iputils-ping iputils-arping curl python3 nginx-light rpm strace libgcc-s1
    coexist::dnf udev libpam-systemd network-manager netplan.io systemd-resolved iptables
    trixie:trixie:
    bullseye:bullseye:
    lint::lintian rpmlint rpm2cpio cpio man-db binutils shellcheck perl-openssl-defaults python3-cffi-backend'

# root_packages NAME: all of them, with commas.
root_packages() {
    local own
    own=$(root_field "$1" 3) || return
    [[ $1 == base ]] || own="$(root_field base 3) $own"
    # as debootstrap takes them
    xargs <<<"$own" | tr ' ' ,
}

root_suite() {
    local suite
    suite=$(root_field "$1" 2) || return
    echo "${suite:-$ROOT_SUITE}"
}

# root_field NAME NUMBER
root_field() {
    local line
    line=$(grep "^ *$1:" <<<"$ROOTS") || die "there is no root $1 (tests/lab.d/roots.sh has them)"
    cut -d: -f"$2" <<<"$line"
}

# root_path NAME: where it is, or will be. Another list of packages is another root.
root_path() {
    local suite packages key
    suite=$(root_suite "$1") || return
    packages=$(root_packages "$1") || return
    key=$(printf '%s\n' "$suite" "$packages" | sha256sum | cut -c 1-12)
    echo "$LAB_OUT/roots/$1-$key"
}

# need_root NAME: makes it, if it is not there. A part of one, after a power cut, is never taken for a whole.
need_root() {
    local root packages suite
    root=$(root_path "$1") || return
    packages=$(root_packages "$1") || return
    suite=$(root_suite "$1") || return
    [[ ! -d $root ]] || return 0
    need_debootstrap
    echo "lab: making the root file system $root of Debian $suite's packages"
    mkdir -p "$LAB_OUT/roots/debs"
    rm -rf "$root.new" "$LAB_OUT/roots/$1"-????????????
    TMPDIR=/tmp debootstrap --variant=minbase --cache-dir="$LAB_OUT/roots/debs" --include="$packages" \
        "$suite" "$root.new" "$(mirror_of "$suite")" >"$LAB_OUT/root-$1.log" 2>&1 ||
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

# mirror_of SUITE: this machine's own, if it is a Debian's and has the suite, then Debian's, then where old suites end up.
mirror_of() {
    local mirror
    for mirror in "$(own_mirror)" http://deb.debian.org/debian http://archive.debian.org/debian; do
        [[ ! $mirror ]] || ! curl -sfL -m 60 -o /dev/null "${mirror%/}/dists/$1/Release" || { echo "$mirror" && return; }
    done
    die "no mirror has Debian $1"
}

own_mirror() {
    grep -hoE '(https?|file):[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1 || true
}
