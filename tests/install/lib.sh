# shellcheck shell=bash
# What the install cases share, beside everything of tests/cluster/lib.sh. Runs inside the machine.

# How a boot that another follows ends. goes_off: by poweroff, after which the machine is switched on again.
AGAIN_BY=reboot
goes_off() { AGAIN_BY=poweroff; }

# The end of one boot. A case that goes on after it ends it in order, unless it has cut the power.
finish() {
    local status=$1
    trap - EXIT ERR
    set +e
    journalctl -b --no-pager -o short-monotonic >"$OUT/journal-$BOOT.txt" 2>&1
    if ((status == 0)) && declare -F "case_${CASE}__$((BOOT + 1))" >/dev/null; then
        echo "$AGAIN_BY after $(cut -d' ' -f1 /proc/uptime) s"
        [[ $AGAIN_BY != poweroff ]] || touch "$OUT/off"
        # what `systemctl reboot` does where there is no logind
        systemctl start "$AGAIN_BY.target" --job-mode=replace-irreversibly --no-block
        exec sleep infinity
    fi
    echo "end after $(cut -d' ' -f1 /proc/uptime) s"
    echo "$status" >"$OUT/status"
    exec sleep infinity
}

case_failed() {
    trap - ERR
    set +e
    exec >&2
    if ((BASH_SUBSHELL)); then
        echo "failed ($1) at $2:$3: $4"
        exit "$1"
    fi
    systemctl --no-pager --no-legend --failed 2>&1 | head -n 12
    journalctl -b --no-pager -o short-monotonic -n 40 2>&1 | grep -v ' kernel: '
    (failed_at "$@")
    # last, as it says most
    tail -n 20 "$OUT/differs" 2>/dev/null
    exit 1
}

# Nothing after it is run in this boot: the machine stops as if its plug were pulled, and boots again into the next function.
power_cut() {
    echo "power cut after $(cut -d' ' -f1 /proc/uptime) s"
    touch "$OUT/cut"
    sleep infinity
}

# Cables are at the switch, which is a namespace here.
unplug() { ip -n switch link set "port-$1" down; }
plug() { ip -n switch link set "port-$1" up; }

# package_file deb|rpm NAME REVISION
package_file() {
    case $1 in
        deb) echo /lab/packages/"$2"_*-"$3"_*.deb ;;
        rpm) echo /lab/packages/"$2"-[0-9]*-"$3".*.rpm ;;
    esac
}

# By the tools below apt and dnf, which are slow here; the cases of the READMEs use apt.
# install_package deb|rpm NAME REVISION, also an upgrade; remove_package deb|rpm NAME; purge_package NAME.
install_package() {
    local file
    file=$(package_file "$@")
    if [[ $1 == deb ]]; then
        dpkg -i "$file"
    else
        rpm -U --nodeps --ignoreos --ignorearch "$file"
    fi
}

remove_package() {
    if [[ $1 == deb ]]; then
        dpkg -r "$2"
    else
        rpm -e "$2"
    fi
}

purge_package() { dpkg -P "$1"; }

# unit_state UNIT: enabled and active, or what it is instead.
unit_state() { echo "$(systemctl is-enabled "$1" || true) $(systemctl is-active "$1" || true)"; }

# active UNIT: and it has said that it is ready.
active() { [[ $(systemctl is-active "$1") == active ]]; }

# invocation UNIT: another one after every start.
invocation() { systemctl show -P InvocationID "$1"; }

# same_after WHAT BEFORE AFTER: two files with snapshots.
same_after() {
    rm -f "$OUT/differs"
    diff -u "$2" "$3" >"$OUT/differs" || fail "$1 differs (- before, + after)"
}

# host_state: what a daemon of ours may change while it runs.
host_state() {
    snapshot "$HOST"
    ipvsadm -Sn 2>/dev/null || true
    # not all of them may be read, and sync_qlen_max is what the kernel makes of its memory
    (cd /proc/sys/net && { grep -rH . ipv4/conf ipv6/conf ipv4/vs 2>/dev/null || true; }) | grep -v sync_qlen_max | sort
}

# file_state: every file that is not as the root file system came, and what is in those of /etc. What dpkg, apt, rpm, systemd and
# caches write of any package is left out, and so are the empty directories of an overlay and a system's users: those of a package
# are never deleted, in case that files of theirs are left.
file_state() {
    (
        cd /lab/disk || exit
        find . \( -path ./lab -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log -o \
            -path ./var/lib/rpm -o -path ./root/.rpmdb -o -path ./var/lib/systemd -o -path ./tmp -o -path ./var/tmp \) -prune -o \
            ! -type d ! -name '*-' ! -path ./etc/passwd ! -path ./etc/group ! -path './etc/*shadow' ! -path './etc/sub?id' -printf '%p %y %M %u %g %l\n'
        find etc -type f ! -name '*-' ! -path etc/passwd ! -path etc/group ! -path 'etc/*shadow' ! -path 'etc/sub?id' -exec sha256sum {} +
    ) | sort
}

# The rest of the cluster around RS01: RS02 with an agent, LVS01 with a director that follows both, and a client that counts.
cluster_around_rs01() {
    start_web rs02
    agent_config rs02
    start_agent rs02
    wait_until "agent_ready rs02" 30
    paired_service | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 30
    wait_until "heard lvs01 rs01 && heard lvs01 rs02" 30
    start_client "$CASE" --every-ms 50 --hold 2 --life-ms 3000
}

# undisturbed COMMAND…: it, and the time after it, cost no request, no IPVS write on LVS01 and no change of the VIP here. $UNTIL is
# what must be so before that time begins.
undisturbed() {
    local name=quiet-$RANDOM
    start "writes-$name" lvs01 python3 "$LAB_REPO/tests/lab.d/ipvs_writes.py"
    start "monitor-$name" "$HOST" stdbuf -oL ip monitor address
    wait_until "logged writes-$name ready" 20
    "$@"
    [[ ! ${UNTIL-} ]] || wait_until "$UNTIL" 60
    more_requests "$CASE" 60
    assert_no_failures "$CASE"
    stop "writes-$name"
    stop "monitor-$name"
    assert_eq ready "$(cat "$WORK/writes-$name.log")" "IPVS writes on LVS01 during: $*"
    assert_eq "" "$(grep -F "$VIP" "$WORK/monitor-$name.log" || true)" "changes of the VIP during: $*"
}

# reload_tells_why UNIT FILE: it is reloaded with the file as it is, with one that is refused, and with the first again.
reload_tells_why() {
    local before
    before=$(invocation "$1")
    systemctl reload "$1"
    cp -p "$2" "$OUT/good.toml"
    echo 'nonsense = 1' >>"$2"
    ! systemctl reload "$1" || fail "a refused file does not make the reload fail"
    journalctl -b --no-pager -u "$1" -o cat | grep nonsense >/dev/null || fail "the log does not say why"
    cp -p "$OUT/good.toml" "$2"
    systemctl reload "$1"
    assert_eq "$before" "$(invocation "$1")" "the invocation after reloads"
}

# follow FUNCTION: from here on, each change of what it puts into $SIGHT is a line in $OUT/changes, after the seconds since the boot. It
# reads files of /proc and starts nothing: on a busy machine processes take longer than what is to be seen.
follow() {
    changes_of "$1" >"$OUT/changes" 2>"$OUT/changes-errors" &
    # shellcheck disable=SC2034
    PIDS["follow"]=$!
    wait_until "[[ -s $OUT/changes ]]" 30
}

changes_of() {
    local before=
    trap - ERR EXIT
    while :; do
        "$1" || SIGHT=unknown
        [[ $SIGHT == "$before" ]] || echo "$(cut -d' ' -f1 /proc/uptime) $SIGHT"
        before=$SIGHT
    done
}

# vip_within PID: the network namespace of this process has the VIP.
vip_within() { [[ $(</proc/"$1"/net/fib_trie) == *"-- $VIP"[[:space:]]* ]]; }

# weight_within PID, in $WEIGHT: what the IPVS table there says of RS01.
# shellcheck disable=SC2034
weight_within() {
    local address
    printf -v address '%02X' 192 168 100 "${ADDRESS[rs01]}"
    WEIGHT=none
    [[ ! $(</proc/"$1"/net/ip_vs) =~ $address:0050\ +Route\ +([0-9]+) ]] || WEIGHT=${BASH_REMATCH[1]}
}

# forgotten deb|rpm NAME: after a purge nothing is left; an rpm has no such thing, and leaves what the operator wrote.
forgotten() {
    if [[ $1 == deb ]]; then
        purge_package "$2"
        file_state >"$OUT/files-after"
    else
        file_state | grep -v "[ /]$2\(/\| d \)" >"$OUT/files-after"
    fi
    same_after "the files" "$OUT"/files-{before,after}
}

# The note's RS01.
write_agent_config() {
    mkdir -p /etc/lvs-rs-agent
    cat >/etc/lvs-rs-agent/agent.toml <<EOT
[[vip]]
address  = "$VIP"
services = ["tcp/80"]

[health]
listen = ["127.0.0.1:9781", "$(rip rs01):9781"]
EOT
}

# prepared: what a person would look at on RS01.
prepared() {
    local at=/proc/sys/net/ipv4/conf
    active lvs-rs-agent &&
        [[ $(ip -o addr show dev lo to "$VIP/32") == *" $VIP/32 "*" lo:0\\"* ]] &&
        assert_eq "1 1 2 2" "$(cat "$at"/{lo,all}/arp_ignore "$at"/{lo,all}/arp_announce | xargs)" "the sysctls" &&
        agent_ready rs01
}
