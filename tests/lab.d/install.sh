# shellcheck shell=bash
# The install cases: our packages in a Debian of their own under a real systemd. tests/install/README.md tells more.

INSTALL_PACKAGES=$LAB_OUT/packages

# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/cases.sh"

# install_ready [NAME…]: the packages and the root file systems that the cases take.
install_ready() {
    local root
    [[ $LAB_KIND == uml ]] || need_nspawn
    for root in base $(cd tests/install && cases "$@" | cut -d' ' -f3 | sort -u); do
        need_root "$root"
    done
    make_packages
}

need_nspawn() {
    command -v systemd-nspawn >/dev/null || if command -v apt-get >/dev/null; then
        install_with_apt systemd-container
    else
        install_with_dnf systemd-container
    fi
}

# Revision 1 and, of the same binaries, revision 2, which is what an upgrade installs; and their programs, for the machines
# beside the one that has the package. LAB_PACKAGES is a directory with both, made already.
make_packages() {
    local package
    rm -rf "$INSTALL_PACKAGES"
    mkdir -p "$INSTALL_PACKAGES/bin"
    [[ ${LAB_PACKAGES-} ]] || build_packages
    for package in lvs-rs-agent lvs-director; do
        cp "${LAB_PACKAGES:-$LAB_TARGET/package}/$package"[_-]*-[12][._]*.{deb,rpm} "$INSTALL_PACKAGES" ||
            die "there are not two revisions of $package in ${LAB_PACKAGES:-$LAB_TARGET/package}"
        chroot "$(root_path base)" dpkg-deb --fsys-tarfile - <"$(one_of "$INSTALL_PACKAGES/${package}"_*-1_*.deb)" |
            tar -x --strip-components 3 -C "$INSTALL_PACKAGES/bin" "./usr/sbin/$package" || die "$package cannot be unpacked"
    done
}

build_packages() {
    echo "lab: packaging/build"
    rm -f "$LAB_TARGET"/package/*.{deb,rpm}
    export CARGO_TARGET_DIR=$LAB_TARGET
    packaging/build || die "packaging/build failed"
    packaging/build --revision 2 --reuse || die "packaging/build failed"
}

one_of() {
    [[ $# == 1 && -f $1 ]] || die "one package was expected, found: $*"
    echo "$1"
}

# install_tests [NAME…]: on several lanes, as the cluster's.
install_tests() {
    fresh_install
    in_lanes install_lane "$@" || return 1
    install_again
}

fresh_install() {
    rm -rf "$LAB_OUT"/{install,install-taken} "$LAB_OUT"/install-failed-*
    mkdir -p "$LAB_OUT"/{install,install-taken}
}

install_again() {
    local again
    mapfile -t again < <(cat "$LAB_OUT"/install-failed-* 2>/dev/null | sort)
    ((${#again[@]})) || return 0
    echo "lab: failed beside others, once more alone: ${again[*]}"
    install_lane --alone "${again[@]}"
}

# install_lane [NAME…]: a job of its own, that ends with the lane.
install_lane() {
    local pid status=0
    export LAB_REPO LAB_OUT LAB_KIND LAB_LANE INSTALL_PACKAGES
    bash tests/install/run.sh "$@" &
    pid=$!
    # shellcheck disable=SC2064
    trap "kill $pid 2>/dev/null; wait; exit 143" INT TERM
    wait "$pid" || status=$?
    trap - INT TERM
    return "$status"
}
