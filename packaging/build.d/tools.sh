# shellcheck shell=bash
# The programs that packages are made with, installed where they are missing.

CARGO_DEB_VERSION=3.8.0
CARGO_GENERATE_RPM_VERSION=0.21.1
# Linker and glibc's symbols of every version.
ZIG_PACKAGES=(ziglang==0.17.1 cargo-zigbuild==0.24.0)

install_packers() {
    local tool kind
    command -v cargo >/dev/null || die "cargo is missing: install Rust 1.88 or later (https://rustup.rs)"
    for tool in strip objdump cc; do
        command -v "$tool" >/dev/null || die "$tool is missing: install gcc and binutils"
    done
    for kind in "${KINDS[@]}"; do
        case $kind in
            deb) install_packer cargo-deb "$CARGO_DEB_VERSION" ;;
            rpm) install_packer cargo-generate-rpm "$CARGO_GENERATE_RPM_VERSION" ;;
        esac
    done
}

install_packer() {
    command -v "$1" >/dev/null && return
    say "installing $1 $2"
    CARGO_TARGET_DIR=$OUT/tools cargo install --quiet --locked --version "$2" "$1" ||
        die "cargo could not install $1 $2"
}

# Prints where zig is after it was put into a virtual environment of its own: distributions keep their Python for themselves.
install_zig() {
    local venv=$OUT/venv
    if ! compgen -G "$venv/lib/python3*/site-packages/ziglang/zig" >/dev/null || [[ ! -x $venv/bin/cargo-zigbuild ]]; then
        make_venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check "${ZIG_PACKAGES[@]}" >&2 ||
            die "pip could not install ${ZIG_PACKAGES[*]} from PyPI: without zig the binaries would need this machine's glibc"
    fi
    compgen -G "$venv/lib/python3*/site-packages/ziglang/zig"
}

make_venv() {
    rm -rf "$1"
    python3 -m venv "$1" >/dev/null 2>&1 || { install_python && python3 -m venv "$1" >&2; } ||
        die "Python 3 with venv is missing: install python3-venv (Debian, Ubuntu) or python3 (Fedora, RHEL)"
}

install_python() {
    [[ $EUID == 0 ]] || return 1
    say "installing Python's venv" >&2
    if command -v apt-get >/dev/null; then
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    elif command -v dnf >/dev/null; then
        dnf install -y -q python3 >/dev/null
    else
        return 1
    fi
}
