# shellcheck shell=bash
# The agent's package on RS01, whose nginx is Debian's, among the note's other machines.

# machine: root=base,trixie,bullseye
case_agent_deb() { agent_installed deb; }
case_agent_deb__2() { agent_at_work deb; }
case_agent_rpm() { agent_installed rpm; }
case_agent_rpm__2() { agent_at_work rpm; }

agent_installed() {
    file_state >"$OUT/files-before"
    host_state >"$OUT/host-before"
    install_package "$1" lvs-rs-agent 1
    # no configuration, so nothing is done yet
    assert_eq "disabled inactive" "$(unit_state lvs-rs-agent)" "the unit"
    host_state >"$OUT/host-after"
    same_after "the host after the installation" "$OUT"/host-{before,after}
    write_agent_config
    lvs-rs-agent check
    systemctl enable --now lvs-rs-agent
    prepared
}

agent_at_work() {
    wait_until "agent_ready rs01" 60
    prepared
    cluster_around_rs01
    local before after
    before=$(invocation lvs-rs-agent)
    UNTIL=prepared undisturbed install_package "$1" lvs-rs-agent 2
    after=$(invocation lvs-rs-agent)
    [[ $before != "$after" ]] || fail "the upgrade did not restart the agent"
    UNTIL=prepared undisturbed systemctl restart lvs-rs-agent
    UNTIL=prepared undisturbed reload_tells_why lvs-rs-agent /etc/lvs-rs-agent/agent.toml
    agent_stops
    agent_removed "$1"
}

# In order: the director forgets RS01, then the VIP goes.
agent_stops() {
    systemctl stop lvs-rs-agent
    assert_eq "" "$(ip -o addr show to "$VIP/32")" "the VIP after a stop"
    ! in_table lvs01 rs01 || fail "rs01 is still in the director's table"
    assert_no_failures "$CASE"
    systemctl start lvs-rs-agent
    wait_until "has_real lvs01 $(rip rs01):80" 30
    prepared
}

# As it was before there was a package.
agent_removed() {
    remove_package "$1" lvs-rs-agent
    more_requests "$CASE" 20
    assert_no_failures "$CASE"
    stop_client "$CASE"
    ! active lvs-rs-agent || fail "the agent runs without its package"
    host_state >"$OUT/host-after"
    same_after "the host after the removal" "$OUT"/host-{before,after}
    compgen -G '/etc/lvs-rs-agent/agent.toml*' || fail "the removal took the operator's configuration along"
    forgotten "$1" lvs-rs-agent
}
