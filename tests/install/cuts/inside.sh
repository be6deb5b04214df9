#!/usr/bin/env bash
# ROOT PACKAGES SIDE OPERATION=RUNS…: the cuts, on a kernel that has what they need, in a mount namespace that ends with them.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
WORK=$(mktemp -d /run/cuts.XXXXXX)

main() {
    local root=$1 packages=$2 side=$3
    shift 3
    mount -t tmpfs -o mode=755 cuts "$WORK"
    modules overlay veth loop ext4
    [[ $side == agent ]] || modules ip_vs ip_vs_rr
    python3 -B "$HERE/run.py" --root "$root" --packages "$packages" --work "$WORK" --verbose "${@/#/$side:}"
}

# Where they are built in, or the kernel loads them itself, nothing is lost.
modules() {
    local module
    for module in "$@"; do
        modprobe -q "$module" || true
    done
}

main "$@"
