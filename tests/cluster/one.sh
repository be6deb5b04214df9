#!/usr/bin/env bash
# One case: FILE FUNCTION, as PID 1 of its own namespaces, so that whatever it starts ends with it.
set -Eeuo pipefail
WORK=/run/case
mkdir -p "$WORK" /run/netns
mount -t tmpfs case "$WORK"
mount -t tmpfs netns /run/netns
mount -t sysfs sysfs /sys
# shellcheck source=/dev/null
source lib.sh
# shellcheck source=/dev/null
source "$1"
trap 'failed_at "$?" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
build_network
"$2"
