#!/usr/bin/env bash
# A person in the running cluster. Leaving the shell ends it all.
set -Eeuo pipefail
for part in net machines cluster; do
    # shellcheck source=/dev/null
    source "tests/lab.d/$part.sh"
done
export WORK=/run/lab
mkdir -p "$WORK" /run/netns

echo "starting the cluster"
build_network
cluster_up
declare -p PIDS >"$WORK/pids"
disown -a # what a person kills in there is no news out here

if [[ $LAB_KIND == uml ]]; then
    stty sane rows "${LINES:-24}" cols "${COLUMNS:-80}" </dev/tty0
    setsid -c bash --rcfile tests/lab.d/shell.rc -i </dev/tty0 >/dev/tty0 2>&1 || true
else
    bash --rcfile tests/lab.d/shell.rc -i || true
fi
