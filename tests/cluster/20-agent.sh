# shellcheck shell=bash
# lvs-rs-agent on RS01.

ready_agent() {
    start_web rs01
    agent_config rs01
    start_agent rs01
    wait_until "agent_ready rs01" 20
}

healthz() { http_code rs01 "http://127.0.0.1:9781/healthz$1"; }

# follow: what the agent tells over /v1/watch, in $WORK/watch.log.
follow() {
    start watch rs01 curl -sN http://127.0.0.1:9781/v1/watch
    wait_until 'logged watch "\"ready\":true"' 20
}

case_agent_listener_decides_ready() {
    agent_config rs01
    start_agent rs01
    wait_until "has_address rs01 lo $VIP/32" 20
    assert_eq 503 "$(healthz "")" "/healthz while nothing listens"
    assert_contains "$(agent rs01 status || true)" "tcp/80" "status"
    # the classic mistake: on the RIP only
    start wrong rs01 python3 -m http.server --bind "$(rip rs01)" 80
    wait_until "listens rs01 80" 20
    wait_until "[[ \$(on rs01 curl -s http://127.0.0.1:9781/healthz) == *$(rip rs01)* ]]" 10
    assert_eq 503 "$(healthz "/$VIP?port=80")" "/healthz with a listener on the RIP only"
    stop wrong
    start_web rs01
    wait_until "agent_ready rs01" 10
    assert_eq "200 200 404" "$(healthz "/$VIP") $(healthz "/$VIP?port=80") $(healthz /192.0.2.1)" "/healthz"
    stop web-rs01
    wait_until '[[ $(healthz "") == 503 ]]' 10
}

case_agent_puts_the_address_back() {
    ready_agent
    follow
    monitor rs01
    ip -n rs01 addr del "$VIP/32" dev lo
    wait_until "has_address rs01 lo $VIP/32" 10
    wait_until "agent_ready rs01" 10
    wait_until 'logged watch "\"ready\":false"' 10
    assert_eq 2 "$(monitored rs01 "$VIP" | wc -l)" "changes of the VIP: off and on"
    logged agent-rs01 "$VIP" || fail "the log does not tell"
}

# turns: how often the log tells that the VIP is ready, and that it is not any more.
turns() {
    local log=$WORK/agent-rs01.log
    echo "$(grep -c "INFO ready vip=$VIP\$" "$log" || true) $(grep -c "WARN not ready any more vip=$VIP reason=" "$log" || true)"
}

case_agent_one_line_for_each_turn() {
    ready_agent
    assert_eq "1 0" "$(turns)" "ready, not ready: at the start"
    stop web-rs01
    wait_until '[[ $(healthz "") == 503 ]]' 10
    start_web rs01
    wait_until "agent_ready rs01" 10
    assert_eq "2 1" "$(turns)" "ready, not ready: the service went and came"
    ip -n rs01 addr del "$VIP/32" dev lo
    wait_until '[[ $(turns) == "3 2" ]]' 10
    # the next looks find nothing to tell
    wait_until "agent_ready rs01" 10
    sleep 2
    assert_eq "3 2" "$(turns)" "ready, not ready: the address went and came"
}

# Who asks for it hears all of it; the log has the first error.
case_agent_refused_reload_is_one_line() {
    ready_agent
    printf '[[vip]]\naddress = "%s"\nnonsense = 1\n' "$VIP" >"$WORK/rs01.toml"
    status_of 78 agent rs01 reload
    assert_contains "$OUTPUT" "rs01.toml:3:" "what the command prints"
    wait_until "logged agent-rs01 'reload refused'" 10
    assert_eq 1 "$(grep -c nonsense "$WORK/agent-rs01.log")" "lines of the log about it"
    logged agent-rs01 "rs01.toml:3: " || fail "the log does not tell where"
    : >"$WORK/agent-rs01.log"
    kill -HUP "${PIDS[agent-rs01]}"
    # nobody prints it: the log has the findings too
    wait_until "logged agent-rs01 'nonsense = 1'" 10
}

case_agent_puts_sysctls_back() {
    ready_agent
    follow
    conf rs01 all/arp_ignore 0
    wait_until '[[ $(conf rs01 all/arp_ignore) == 1 ]]' 10
    wait_until 'logged watch "\"ready\":false"' 10
    wait_until "agent_ready rs01" 10
    logged agent-rs01 "arp_ignore" || fail "the log does not tell"
    assert_contains "$(on rs01 curl -s http://127.0.0.1:9781/metrics)" "repair" "/metrics"
}

# An interface that appears later is watched as the others are. arp_ignore=5 is reserved: the kernel takes it for 0.
case_agent_later_interface() {
    ready_agent
    ip -n rs01 link add eth1 type veth peer name peer1
    ip -n rs01 link set eth1 up
    assert_eq 200 "$(healthz "")" "/healthz: all/arp_ignore holds for the new interface"
    conf rs01 eth1/arp_ignore 5
    wait_until '[[ $(healthz "") == 503 ]]' 10
    assert_contains "$(agent rs01 status || true)" "eth1" "status"
    ip -n rs01 link del eth1
    wait_until "agent_ready rs01" 10
}

case_agent_many_vips() {
    cat >"$WORK/rs01.toml" <<EOT
[[vip]]
address = "192.168.100.240"
[[vip]]
address = "192.168.100.241"
[[vip]]
address = "$VIP6"
[[vip]]
address = "192.168.100.242"
device = "lvs0"
EOT
    start_agent rs01
    wait_until "agent_ready rs01" 20
    assert_contains "$(ip -n rs01 -o addr show dev lo)" "192.168.100.240/32 scope host lo:0" "lo"
    assert_contains "$(ip -n rs01 -o addr show dev lo)" "192.168.100.241/32 scope host lo:1" "lo"
    assert_contains "$(ip -n rs01 -o -6 addr show dev lo)" "$VIP6/128" "lo"
    assert_contains "$(ip -n rs01 -o -6 addr show dev lo)" "preferred_lft 0sec" "lifetime of the IPv6 VIP"
    assert_contains "$(ip -n rs01 -o addr show dev lvs0)" "192.168.100.242/32" "the dummy device"
    assert_eq "$(rip6 rs01)" "$(ip -n rs01 -6 -o route get "$(rip6 client)" | grep -oE 'src [^ ]+' | cut -d' ' -f2)" \
        "source address to the client"
    stop agent-rs01
    agent rs01 cleanup
    ! ip -n rs01 link show lvs0 2>/dev/null || fail "the dummy device is still there"
}

case_agent_cleanup_restores() {
    conf rs01 lo/arp_announce 1
    conf rs01 eth0/arp_ignore 1
    ip -n rs01 addr add 10.9.9.9/32 dev lo
    local before
    before=$(snapshot rs01)
    ready_agent
    stop agent-rs01
    has_address rs01 lo "$VIP/32" || fail "SIGTERM took the VIP off"
    agent rs01 cleanup
    assert_eq "$before" "$(snapshot rs01)" "addresses and sysctls before and after"
}

# Ownership survives a crash: what the dead agent did is undone, what was there before is not.
case_agent_cleanup_after_crash() {
    local before
    ip -n rs01 addr add 10.9.9.9/32 dev lo
    before=$(snapshot rs01)
    ready_agent
    stop agent-rs01 KILL
    has_address rs01 lo "$VIP/32" || fail "the VIP went with the agent"
    agent rs01 cleanup
    assert_eq "$before" "$(snapshot rs01)" "addresses and sysctls before and after"
}

# What a stranger still relies on stays, and goes back when he has gone.
case_agent_cleanup_again() {
    local before
    before=$(snapshot rs01)
    ready_agent
    ip -n rs01 addr add 10.9.9.9/32 dev lo
    stop agent-rs01
    status_of 0 agent rs01 cleanup
    assert_contains "$OUTPUT" "stays 1 instead of 0" "the first cleanup"
    ip -n rs01 addr del 10.9.9.9/32 dev lo
    agent rs01 cleanup
    assert_eq "$before" "$(snapshot rs01)" "addresses and sysctls before and after"
}

case_agent_leaves_a_strangers_vip() {
    ip -n rs01 addr add "$VIP/32" dev lo
    ready_agent
    stop agent-rs01
    agent rs01 cleanup
    has_address rs01 lo "$VIP/32" || fail "cleanup removed an address that was there before"
}

case_agent_removes_what_the_file_no_longer_has() {
    printf '[[vip]]\naddress = "192.168.100.240"\n[[vip]]\naddress = "192.168.100.241"\n' >"$WORK/rs01.toml"
    start_agent rs01
    wait_until "agent_ready rs01" 20
    stop agent-rs01 KILL
    printf '[[vip]]\naddress = "192.168.100.240"\n' >"$WORK/rs01.toml"
    start_agent rs01
    wait_until "! has_address rs01 lo 192.168.100.241/32" 10
    has_address rs01 lo 192.168.100.240/32
    printf '[[vip]]\naddress = "192.168.100.242"\n' >"$WORK/rs01.toml"
    kill -HUP "${PIDS[agent-rs01]}"
    wait_until "has_address rs01 lo 192.168.100.242/32 && ! has_address rs01 lo 192.168.100.240/32" 10
}

# The labels that nobody asked for move no address, however the file is edited.
case_agent_removed_vip_leaves_its_neighbour() {
    printf '[[vip]]\naddress = "192.168.100.240"\n[[vip]]\naddress = "192.168.100.241"\n' >"$WORK/rs01.toml"
    start_agent rs01
    wait_until "agent_ready rs01" 20
    monitor rs01
    printf '[[vip]]\naddress = "192.168.100.241"\n' >"$WORK/rs01.toml"
    kill -HUP "${PIDS[agent-rs01]}"
    wait_until "! has_address rs01 lo 192.168.100.240/32" 10
    printf '[[vip]]\naddress = "192.168.100.239"\n[[vip]]\naddress = "192.168.100.241"\n' >"$WORK/rs01.toml"
    stop agent-rs01
    start_agent rs01
    wait_until "has_address rs01 lo 192.168.100.239/32" 10
    assert_eq "" "$(monitored rs01 192.168.100.241)" "changes of the VIP that stays"
}

case_agent_drain() {
    ready_agent
    agent rs01 drain
    wait_until '[[ $(healthz "") == 503 ]]' 10
    has_address rs01 lo "$VIP/32" || fail "a draining server keeps the VIP: established connections need it"
    assert_contains "$(agent rs01 status || true)" "drain" "status"
    stop agent-rs01 KILL
    start_agent rs01
    wait_until '[[ $(healthz "") == 503 ]]' 10
    agent rs01 undrain
    wait_until "agent_ready rs01" 10
}

case_agent_plan_and_apply() {
    printf '[[vip]]\naddress = "%s"\n' "$VIP" >"$WORK/rs01.toml"
    local before
    before=$(snapshot rs01)
    status_of 3 agent rs01 plan --exit-code
    assert_contains "$OUTPUT" "$VIP" "plan"
    assert_eq "$before" "$(snapshot rs01)" "after plan"
    agent rs01 apply
    has_address rs01 lo "$VIP/32"
    monitor rs01
    status_of 0 agent rs01 plan --exit-code
    agent rs01 apply
    assert_eq "" "$(monitored rs01 "$VIP")" "a second apply"
    start_agent rs01
    wait_until "agent_ready rs01" 10
    status_of 1 agent rs01 apply
    assert_contains "$OUTPUT" "run" "apply beside the daemon"
}

case_agent_bad_reload_changes_nothing() {
    ready_agent
    monitor rs01
    local before text
    before=$(snapshot rs01)
    for text in '[[vip]' '' $'[[vip]]\naddress = "192.168.100.241"\nservises = []'; do
        printf '%s' "$text" >"$WORK/rs01.toml"
        : >"$WORK/agent-rs01.log"
        kill -HUP "${PIDS[agent-rs01]}"
        wait_until "logged agent-rs01 refused" 10
    done
    rm "$WORK/rs01.toml"
    : >"$WORK/agent-rs01.log"
    kill -HUP "${PIDS[agent-rs01]}"
    wait_until "logged agent-rs01 rs01.toml" 10
    assert_eq 200 "$(healthz "")" "/healthz"
    assert_eq "$before" "$(snapshot rs01)" "addresses and sysctls"
    assert_eq "" "$(monitored rs01 "$VIP")" "changes of the VIP"
}

# By hand it is refused; the daemon serves the other VIPs and is not ready for this one.
case_agent_vip_on_another_interface() {
    local other=192.168.100.241 command
    ip -n rs01 addr add "$VIP/24" dev eth0
    printf '[[vip]]\naddress = "%s"\n[[vip]]\naddress = "%s"\n' "$VIP" "$other" >"$WORK/rs01.toml"
    for command in check plan apply; do
        status_of 78 agent rs01 "$command"
        assert_contains "$OUTPUT" "eth0" "the diagnostic of $command"
    done
    start_agent rs01
    wait_until "has_address rs01 lo $other/32" 10
    wait_until '[[ $(healthz "") == 503 ]]' 10
    assert_eq "200 503" "$(healthz "/$other") $(healthz "/$VIP")" "/healthz of each VIP"
    assert_contains "$(agent rs01 status || true)" "eth0" "status"
    logged agent-rs01 "WARN" || fail "the log does not tell"
    ! has_address rs01 lo "$VIP/32" || fail "the VIP is on lo beside eth0"
    has_address rs01 eth0 "$VIP/24" || fail "an address of somebody else was removed"
    ip -n rs01 addr del "$VIP/24" dev eth0
    wait_until "agent_ready rs01" 10
    ip -n rs01 addr add "$VIP/24" dev eth0
    wait_until '[[ $(healthz "") == 503 ]]' 10
    assert_contains "$(agent rs01 status || true)" "eth0" "status"
    has_address rs01 eth0 "$VIP/24" || fail "an address of somebody else was removed"
}

case_agent_without_capability() {
    printf '[[vip]]\naddress = "%s"\n' "$VIP" >"$WORK/rs01.toml"
    status_of 1 on rs01 setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
        "$LAB_BIN/lvs-rs-agent" -c "$WORK/rs01.toml" --run-dir "$WORK/run-rs01" apply
    assert_contains "$OUTPUT" "CAP_NET_ADMIN" "the hint"
}

case_agent_config_writable_by_others() {
    printf '[[vip]]\naddress = "%s"\n' "$VIP" >"$WORK/rs01.toml"
    chmod 666 "$WORK/rs01.toml"
    status_of 78 agent rs01 apply
    ! has_address rs01 lo "$VIP/32" || fail "the VIP is on"
}

# Garbage, half a request, and 1,000 connections that say nothing: health goes on.
case_agent_hostile_http() {
    ready_agent
    local before
    before=$(healthz "")
    start_hostile rs01 127.0.0.1:9781
    for _ in 1 2 3 4 5; do
        assert_eq "$before" "$(healthz "")" "/healthz beside them"
    done
    running agent-rs01 || fail "the agent is gone"
    stop hostile
    assert_eq 200 "$(healthz "")" "/healthz after them"
}

# kill -9 and restart under load: no change of the VIP, no lost request.
case_agent_killed_under_load() {
    cluster_up
    monitor rs01
    start_client c --hold 4
    stop agent-rs01 KILL
    more_requests c 50
    start_agent rs01
    wait_until "agent_ready rs01" 20
    more_requests c 50
    stop_client c
    assert_no_failures c
    assert_eq "" "$(monitored rs01 "$VIP")" "changes of the VIP"
}
