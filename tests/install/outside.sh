#!/usr/bin/env bash
# A case that makes its own machines, host=none: as root on this machine's kernel, in namespaces that end with it. $ROOT is the root
# file system, not to be written to, $PACKAGES has the packages, $WORK is empty and in memory, $OUT is kept.
set -Eeuo pipefail
export WORK=$1 ROOT=$2 PACKAGES=$INSTALL_PACKAGES OUT=$LAB_MACHINE LC_ALL=C PYTHONDONTWRITEBYTECODE=1
mount -t tmpfs -o mode=755 work "$WORK"
# shellcheck source=/dev/null
source "$OUT/job"
# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/$FILE"
"case_$CASE" >>"$OUT/case.log" 2>&1
