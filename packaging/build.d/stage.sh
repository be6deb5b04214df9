# shellcheck shell=bash
# Files that are made for the packages: stripped binaries, man pages, completions, changelogs.

stage_all() {
    STAGE=$BUILT/release/stage
    rm -rf "$STAGE"
    mkdir -p "$STAGE"
    local package
    for package in "${PACKAGES[@]}"; do
        stage_binary "$package"
        stage_scripts "$package"
    done
    write_manuals
    write_changelogs
}

stage_binary() {
    mkdir -p "$STAGE/$1/sbin"
    strip --strip-all -o "$STAGE/$1/sbin/$1" "$BUILT/release/$1"
}

# dpkg tells its scripts whose they are, rpm does not.
stage_scripts() {
    local script
    mkdir -p "$STAGE/$1/scripts"
    for script in packaging/scripts/*; do
        sed "1a PACKAGE=$1" "$script" >"$STAGE/$1/scripts/${script##*/}"
    done
}

write_manuals() {
    "$BUILT/release/lvs-manuals" "$STAGE" "$REPO/packaging/examples"
    find "$STAGE" -path '*/man?/*' -type f -exec gzip -9n {} +
}

# Debian wants one of the packaging beside the project's own.
write_changelogs() {
    gzip -9n <CHANGELOG.md >"$STAGE/changelog.gz"
    gzip -9n >"$STAGE/changelog.Debian.gz" <<EOT
lvs-rs ($(version)-$REVISION) unstable; urgency=medium

  * What users notice stands in changelog.gz.

 -- The lvs-rs authors <lvs-rs@example.org>  $(date -R -u -d "@$(source_date)")
EOT
}

version() {
    sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml
}

# The last commit's time, so that the same sources make the same packages.
source_date() {
    echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}"
}
