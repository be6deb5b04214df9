# shellcheck shell=bash
# The two binaries, linked against glibc as RHEL 8 has it, so that one package starts on everything newer.

PACKAGES=(lvs-rs-agent lvs-director)
# What has been linked for packages, and below it what goes into them.
BUILT=$OUT/build
# RHEL 8 has 2.28, Ubuntu 22.04 2.35, Debian 12 2.36.
OLDEST_GLIBC=2.28

# The standard library and every dependency name no version of a symbol of glibc: the linker does, by the glibc that it is
# shown. So only the two last links are done twice, once as ever and once by zig, from the same objects: another linker by
# cargo's configuration would compile everything again, and optimising across crates is most of a link's time.
build_all() {
    make_linker
    say "building lvs-rs-agent and lvs-director, linked for glibc $OLDEST_GLIBC too"
    compile
    if ! linked; then
        # They were there already, and nothing was linked.
        rm -rf "$TARGET"/release/.fingerprint/lvs-rs-[0-9a-f]*
        compile
    fi
    linked || die "cargo did not link by the cc in $OUT/bin: another linker is configured for it"
    say "building what writes the manuals"
    CARGO_TARGET_DIR=$TARGET cargo build --locked -p lvs-packaging
    cp "$TARGET/debug/lvs-manuals" "$BUILT/release/"
}

compile() {
    PATH=$OUT/bin:$PATH CARGO_TARGET_DIR=$TARGET cargo build --release --locked --bins
}

# Whether zig has linked what these very binaries are made of.
linked() {
    local package
    for package in "${PACKAGES[@]}"; do
        [[ -x $BUILT/release/$package && -f $BUILT/release/$package.of ]] || return 1
        [[ $(<"$BUILT/release/$package.of") == "$(sha256sum <"$TARGET/release/$package")" ]] || return 1
    done
}

# A `cc` that does what it is asked, and then the same by zig where that is one of the two.
make_linker() {
    local cc zig
    cc=$(command -v cc)
    zig=$(install_zig)
    mkdir -p "$OUT/bin" "$BUILT/release"
    cat >"$OUT/bin/cc" <<EOT
#!/usr/bin/env bash
set -euo pipefail
$(printf 'CC=%q PACKAGE_LINK=%q OUT=%q BUILT=%q TARGET=%q ' "$cc" "$OUT/venv/bin/cargo-zigbuild" "$OUT" "$BUILT" "$TARGET")
export CARGO_ZIGBUILD_ZIG_PATH=$(printf %q "$zig") ZIG_GLOBAL_CACHE_DIR=$(printf %q "$OUT/zig-cache")
GLIBC=$(uname -m)-linux-gnu.$OLDEST_GLIBC
$(declare -f link_twice output_of)
link_twice "\$@"
EOT
    chmod +x "$OUT/bin/cc"
}

# Part of the `cc` above.
# shellcheck disable=SC2153
link_twice() {
    "$CC" "$@"
    local output package argument again=()
    output=$(output_of "$@")
    case $output in
        "$TARGET"/release/deps/lvs_rs_agent-*) package=lvs-rs-agent ;;
        "$TARGET"/release/deps/lvs_director-*) package=lvs-director ;;
        *) return 0 ;;
    esac
    rm -f "$BUILT/release/$package.of"
    for argument in "$@"; do
        [[ $argument != "$output" ]] || argument=$BUILT/release/$package
        again+=("$argument")
    done
    "$PACKAGE_LINK" zig cc -- -target "$GLIBC" "${again[@]}"
    sha256sum <"$output" >"$BUILT/release/$package.of"
}

output_of() {
    while (($# > 1)); do
        [[ $1 != -o ]] || { echo "$2" && return; }
        shift
    done
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
