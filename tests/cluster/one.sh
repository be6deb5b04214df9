#!/usr/bin/env bash
# One case: FILE FUNCTION, or --rust EXECUTABLE TEST, in namespaces of its own: whatever it starts ends with it.
set -Eeuo pipefail
WORK=/run/case
mkdir -p "$WORK" /run/netns
mount -t tmpfs case "$WORK"
mount -t tmpfs netns /run/netns
mount -t sysfs sysfs /sys
if [[ $1 == --rust ]]; then
    ip link set lo up
    exec "$2" --ignored --exact "$3" --test-threads 1 --nocapture
fi
# shellcheck source=/dev/null
source lib.sh
# shellcheck source=/dev/null
source "$1"
trap 'failed_at "$?" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
build_network
"$2"
