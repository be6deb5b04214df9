# shellcheck shell=bash
# What the units forbid is forbidden, and what the daemons need is not: a probe is started by the installed unit in the daemon's place.

# machine: root=base,trixie,bullseye
case_sandbox_agent() {
    install_package deb lvs-rs-agent 1
    without_sandbox /run 9781
    within_unit lvs-rs-agent 9781 <<EOT
own-sysctl ok
forwarding-sysctl refused
kernel-sysctl refused
vm-sysctl refused
address ok
read-shadow refused
write-etc refused
write-run-dir ok
listen-own-port ok
listen-elsewhere $(refused_by_bpf)
listen-privileged-port refused
raw-socket refused
packet-socket refused
load-module refused
talk-to-systemd refused
signal-others refused
see-others ok
writable-code refused
real-time refused
become-root refused
EOT
    exposed_at_most 2.0 lvs-rs-agent
}

# machine: host=lvs01 root=base,trixie,bullseye
case_sandbox_director() {
    install_package deb lvs-director 1
    without_sandbox /run 9780
    within_unit lvs-director 9780 <<EOT
own-sysctl ok
forwarding-sysctl ok
kernel-sysctl refused
vm-sysctl refused
address ok
read-shadow refused
write-etc refused
write-run-dir ok
listen-own-port ok
listen-elsewhere ok
listen-privileged-port refused
raw-socket ok
packet-socket ok
load-module refused
talk-to-systemd refused
signal-others refused
see-others refused
writable-code refused
real-time refused
become-root refused
EOT
    exposed_at_most 2.0 lvs-director
}

PROBE=/usr/local/lib/sandbox_probe.py

# without_sandbox RUN_DIR PORT: root without a sandbox can do all of it here, so what is refused below the unit refuses. A container
# takes some of it from everybody.
without_sandbox() {
    local container='^(kernel-sysctl|vm-sysctl|load-module) ' refused
    install -D -m 755 "$LAB_REPO/tests/install/sandbox_probe.py" "$PROBE"
    python3 "$PROBE" "$@" >"$OUT/probe-root"
    refused=$(grep -v ' ok$' "$OUT/probe-root" || true)
    [[ $LAB_KIND == uml ]] || refused=$(grep -Ev "$container" <<<"$refused" || true)
    assert_eq "" "$refused" "what root may not do here"
}

# within_unit UNIT PORT: stands in for the daemon; standard input is what it is to print.
within_unit() {
    local unit=$1 drop_in=/run/systemd/system/$1.service.d
    cat >"$OUT/expected-$unit"
    mkdir -p "$drop_in"
    cat >"$drop_in/probe.conf" <<EOT
[Service]
Type=oneshot
ExecStart=
ExecStart=/usr/bin/python3 $PROBE /run/$unit $2
ExecStop=
WatchdogSec=0
Restart=no
StandardOutput=file:$OUT/probe-$unit
StandardError=journal
EOT
    systemctl daemon-reload
    systemctl start "$unit"
    journalctl -u "$unit" -o cat --no-pager
    diff -u "$OUT/expected-$unit" "$OUT/probe-$unit" || fail "$unit may do what it should not (+), or cannot do what it needs"
}

# Ports are a matter of systemd with BPF, which Debian 11 and 12 build without.
refused_by_bpf() {
    if [[ $(systemctl --version) == *+BPF_FRAMEWORK* ]]; then echo refused; else echo ok; fi
}

# exposed_at_most SCORE UNIT, where systemd can say so without having loaded the unit: from 250 on.
exposed_at_most() {
    [[ $ROOT_NAME != bullseye ]] || return 0
    systemd-analyze security --offline=true --threshold="${1/./}" "/usr/lib/systemd/system/$2.service" >"$OUT/security-$2" ||
        fail "systemd-analyze security gives $2 more than $1: $(tail -n 1 "$OUT/security-$2")"
}
