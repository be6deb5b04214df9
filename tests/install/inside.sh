#!/usr/bin/env bash
# One boot of a case, as root under systemd: `case_NAME` in the first, `case_NAME__2` in the second, and so on.
set -Eeuo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C HOME=/root PYTHONDONTWRITEBYTECODE=1 DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER='' SYSTEMD_COLORS=0
export LAB_REPO=/lab/repo LAB_BIN=/lab/packages/bin WORK=/run/case OUT=/lab/out
mkdir -p "$WORK"
# shellcheck source=/dev/null
source "$OUT/job"
# shellcheck source=/dev/null
source "$LAB_REPO/tests/cluster/lib.sh"
# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/lib.sh"
# shellcheck source=/dev/null
source "$LAB_REPO/tests/install/$FILE"
trap 'case_failed "$?" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
trap 'finish "$?"' EXIT

BOOT=$(($(cat "$OUT/boots" 2>/dev/null || echo 0) + 1))
echo "$BOOT" >"$OUT/boots"
echo "boot $BOOT of $CASE after $(cut -d' ' -f1 /proc/uptime) s"
if ((BOOT == 1)); then
    "case_$CASE"
else
    "case_${CASE}__$BOOT"
fi
