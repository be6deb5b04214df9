# shellcheck shell=bash
# Packs what has been staged. Both tools read packaging/Cargo.toml.

pack_all() {
    local kind package
    SOURCE_DATE_EPOCH=$(source_date)
    export SOURCE_DATE_EPOCH
    for package in "${PACKAGES[@]}"; do
        for kind in "${KINDS[@]}"; do
            "pack_$kind" "$package"
        done
    done
}

pack_deb() {
    local file
    file=$OUT/$1_$(version)-${REVISION}_$(dpkg_architecture).deb
    (cd packaging && CARGO_TARGET_DIR=$BUILT cargo deb --quiet --no-build --locked --no-strip --no-dbgsym \
        --variant "${1##*-}" --deb-revision "$REVISION" --output "$file") >/dev/null
    made "$file"
}

pack_rpm() {
    local file
    file=$OUT/$1-$(version)-$REVISION.$(uname -m).rpm
    (cd packaging && cargo generate-rpm --target-dir "$BUILT" --variant "${1##*-}" --payload-compress gzip \
        --set-metadata "release = \"$REVISION\"" --auto-req builtin --output "$file")
    made "$file"
}

made() {
    [[ -s $1 ]] || die "no package came out as $1"
    say "$1"
}

dpkg_architecture() {
    case $(uname -m) in
        x86_64) echo amd64 ;;
        aarch64) echo arm64 ;;
        *) uname -m ;;
    esac
}
