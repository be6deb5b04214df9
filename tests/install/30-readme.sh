# shellcheck shell=bash
# What the READMEs say, done as they say it.

# From source: README.md's lines but for `cargo build`, which has been done; the programs are those of the packages.
case_readme_source() {
    mkdir -p "$WORK/tree/target"
    ln -s "$LAB_BIN" "$WORK/tree/target/release"
    ln -s "$LAB_REPO/systemd" "$WORK/tree/systemd"
    source_block >"$WORK/block"
    assert_contains "$(cat "$WORK/block")" systemctl "the source way of README.md"
    (cd "$WORK/tree" && bash -euxo pipefail "$WORK/block")
    write_agent_config
    systemctl enable --now lvs-rs-agent
    prepared
    systemd-analyze verify /etc/systemd/system/lvs-{rs-agent,director}.service
}

# By apt and by dnf: README.md's lines, here for both daemons on one machine.
case_readme_apt() {
    cp /lab/packages/*-1_*.deb "$WORK"
    echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/yes
    installed_as_said '^Debian and Ubuntu:' "apt install"
    apt remove lvs-rs-agent lvs-director
    assert_eq "" "$(ip -o addr show to "$VIP/32")" "the VIP after the removal"
}

# machine: root=coexist
case_readme_dnf() {
    cp /lab/packages/*-1.x86_64.rpm "$WORK"
    distribution_rpm
    echo assumeyes=True >>/etc/dnf/dnf.conf
    dnf install "$WORK"/distribution/noarch/*.rpm
    installed_as_said '^RHEL and its kin' "dnf install"
    dnf remove lvs-rs-agent lvs-director
    assert_eq "" "$(ip -o addr show to "$VIP/32")" "the VIP after the removal"
}

# installed_as_said LINE COMMAND: by README.md's block after that line; nothing is started, and the agent can be.
installed_as_said() {
    first_block "$1" >"$WORK/block"
    assert_contains "$(cat "$WORK/block")" "$2" "that way of README.md"
    (cd "$WORK" && bash -euxo pipefail "$WORK/block")
    assert_eq "disabled inactive" "$(unit_state lvs-rs-agent)" "the agent's unit"
    assert_eq "disabled inactive" "$(unit_state lvs-director)" "the director's unit"
    write_agent_config
    systemctl enable --now lvs-rs-agent
    prepared
}

# A package that stands for the distribution: it provides what ours require and this machine, a Debian, has otherwise.
distribution_rpm() {
    {
        printf '%s\n' 'Name: distribution' 'Version: 1' 'Release: 1' 'Summary: What dnf is to know of' 'License: MIT' 'BuildArch: noarch'
        rpm -qp --requires "$WORK"/*.rpm | grep -vE '^(rpmlib|config)\(' | sort -u | sed 's/^/Provides: /'
        printf '%%description\nIt stands for a distribution.\n%%files\n'
    } >"$WORK/distribution.spec"
    rpmbuild -bb --quiet --define "_rpmdir $WORK/distribution" "$WORK/distribution.spec"
}

source_block() { first_block '^From source' | grep -v '^cargo build '; }

# first_block PATTERN: of README.md, the first after a line like this.
first_block() {
    awk -v start="$1" '$0 ~ start { found = 1 } found && /^```/ { inside++ } inside == 1 && !/^```/ { print } inside == 2 { exit }' \
        "$LAB_REPO/README.md"
}

# The Chinese quick start: every block marked `sh`, on the machine that its first line names, and every file.
case_readme_zh_rs01() {
    start_web rs02
    agent_config rs02
    start_agent rs02
    paired_service | director_config lvs01
    start_director lvs01
    readme_zh RS01
}

# machine: host=lvs01
case_readme_zh_lvs01() {
    real_servers_up
    readme_zh LVS01
}

readme_zh() {
    local before=$OUT/files-before number=0
    modprobe ip_vs
    keep_clock
    file_state >"$before"
    host_state >"$OUT/host-before"
    mkdir -p "$WORK/blocks"
    python3 "$LAB_REPO/tests/install/blocks.py" "$LAB_REPO/README.zh-CN.md" "$1" "$WORK/blocks"
    cp /lab/packages/*-1_*.deb "$WORK"
    for block in "$WORK"/blocks/*; do
        echo "== $block"
        (cd "$WORK" && bash -euxo pipefail "$block")
        number=$((number + 1))
    done
    ((number > 5)) || fail "README.zh-CN.md has $number blocks for $1"
    host_state >"$OUT/host-after"
    same_after "the host after the last block" "$OUT"/host-{before,after}
    file_state >"$OUT/files-after"
    same_after "the files after the last block" "$OUT"/files-{before,after}
}

# As chrony does it, for the kernel: STA_UNSYNC is off, and the error small. adjtimex(2): modes ADJ_MAXERROR, ADJ_ESTERROR, ADJ_STATUS.
keep_clock() {
    python3 -c '
import ctypes, struct
timex = ctypes.create_string_buffer(struct.pack("@Illlli", 0x1C, 0, 0, 0, 0, 0), 208)
assert ctypes.CDLL(None).adjtimex(timex) == 0'
}
