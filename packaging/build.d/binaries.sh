# shellcheck shell=bash
# The two binaries, linked against glibc as RHEL 8 has it, so that one package starts on everything newer.

PACKAGES=(lvs-rs-agent lvs-director)
# What has been linked for packages, and below it what goes into them.
BUILT=$OUT/build
# RHEL 8 has 2.28, Ubuntu 22.04 2.35, Debian 12 2.36.
OLDEST_GLIBC=2.28

build_all() {
    say "building lvs-rs-agent and lvs-director"
    CARGO_TARGET_DIR=$TARGET cargo build --release --locked --bins
    local package
    for package in "${PACKAGES[@]}"; do
        relinked "$package" || relink "$package"
    done
    say "building what writes the manuals"
    CARGO_TARGET_DIR=$TARGET cargo build --locked -p lvs-packaging
    cp "$TARGET/debug/lvs-manuals" "$BUILT/release/"
}

# Whether that very binary was linked before.
relinked() {
    local stamp=$BUILT/release/$1.of
    [[ -x $BUILT/release/$1 && -f $stamp && $(<"$stamp") == "$(fingerprint "$1")" ]]
}

fingerprint() {
    sha256sum <"$TARGET/release/$1"
}

# The standard library and every dependency are compiled already, and name no version of a symbol of glibc: the linker
# does, by the glibc that it is shown. Extra arguments of `cargo rustc` touch the last crate alone; a linker set otherwise
# would compile everything again. The copy keeps the two builds from undoing each other.
relink() {
    local linker
    linker=$(make_linker)
    copy_build
    say "linking $1 for glibc $OLDEST_GLIBC"
    CARGO_TARGET_DIR=$BUILT cargo rustc --quiet --release --locked --bin "$1" -- -C "linker=$linker"
    fingerprint "$1" >"$BUILT/release/$1.of"
}

copy_build() {
    mkdir -p "$BUILT/release"
    cp -au "$TARGET/release/"{.fingerprint,build,deps} "$BUILT/release/"
}

make_linker() {
    local zig linker=$OUT/linker
    zig=$(install_zig)
    cat >"$linker" <<EOT
#!/bin/sh
export CARGO_ZIGBUILD_ZIG_PATH='$zig' ZIG_GLOBAL_CACHE_DIR='$OUT/zig-cache'
exec '$OUT/venv/bin/cargo-zigbuild' zig cc -- -target $(uname -m)-linux-gnu.$OLDEST_GLIBC "\$@"
EOT
    chmod +x "$linker"
    echo "$linker"
}

# Refuses what would not start where it is to be installed.
require_built() {
    local package newest
    for package in "${PACKAGES[@]}"; do
        [[ -x $BUILT/release/$package ]] || die "$package was not linked yet: run packaging/build without --reuse"
        newest=$(newest_glibc "$BUILT/release/$package")
        [[ $(printf '%s\n' "$newest" "$OLDEST_GLIBC" | sort -V | tail -1) == "$OLDEST_GLIBC" ]] ||
            die "$package needs glibc $newest, and is to start with $OLDEST_GLIBC"
    done
}

newest_glibc() {
    objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -1
}
