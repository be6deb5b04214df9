# shellcheck shell=bash
# Restarts and reloads of the director are invisible.

VIP_CHANGES="changes of the VIP"

# kill -9 and restart under load: no failed request, no IPVS write, the VIP never gone.
case_restart_killed_under_load() {
    cluster_up
    monitor lvs01
    record_writes lvs01
    start_client c --hold 6
    more_requests c 50
    stop director-lvs01 KILL
    more_requests c 50
    start_director lvs01
    wait_until "director lvs01 status" 20
    more_requests c 150
    stop_client c
    assert_no_failures c
    assert_eq "" "$(writes lvs01)" "IPVS writes"
    assert_eq "" "$(monitored lvs01 "$VIP")" "$VIP_CHANGES"
}

# SIGTERM leaves the kernel's state in place, as a stop of the service for an upgrade needs it.
case_restart_stop_leaves_state() {
    cluster_up
    local before
    before=$(table lvs01)
    stop director-lvs01
    assert_eq "$before" "$(table lvs01)" "the table after SIGTERM"
    has_address lvs01 eth0 "$VIP/32"
}

# What the edited file no longer has is gone after the restart, and the new weights are in.
case_restart_on_an_edited_file() {
    real_servers_up
    {
        web_service
        web_service | sed 's/"web"/"second"/; s/:80"/:81"/; s/^check = .*/check = { type = "tcp", port = 80, interval = "500ms" }/'
        web_service | sed 's/"web"/"third"/; s/:80"/:82"/; s/^check = .*/check = { type = "tcp", port = 80, interval = "500ms" }/'
    } | director_config lvs01
    start_director lvs01
    wait_until '(( $(table lvs01 | wc -l) == 9 ))' 20
    stop director-lvs01 KILL
    {
        web_service | sed '0,/weight = 1/s//weight = 3/'
        web_service | sed 's/"web"/"second"/; s/:80"/:81"/; s/^check = .*/check = { type = "tcp", port = 80, interval = "500ms" }/' |
            head -n -4
    } | director_config lvs01
    start_director lvs01
    wait_until '(( $(table lvs01 | wc -l) == 5 ))' 20
    assert_eq "-A -t $VIP:80 -s rr
-a -t $VIP:80 -r $(rip rs01):80 -g -w 3
-a -t $VIP:80 -r $(rip rs02):80 -g -w 1
-A -t $VIP:81 -s rr
-a -t $VIP:81 -r $(rip rs01):81 -g -w 1" "$(table lvs01 | sort -k3,3 -s)" "the table"
}

# A server that died while the director was dead leaves soon after its start, and is never added.
case_restart_server_died_meanwhile() {
    cluster_up
    stop director-lvs01 KILL
    stop web-rs02 KILL
    record_writes lvs01
    start_director lvs01
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    assert_eq "DEL_DEST 1" "$(writes lvs01)" "IPVS writes"
}

# A reload is a diff: one service more is one service written, and counters and connections live on.
case_reload_adds_one_service() {
    cluster_up
    start_client c --hold 4
    more_requests c 50
    record_writes lvs01
    local before
    before=$(scheduled)
    ((before > 0)) || fail "nothing was scheduled"
    {
        web_service
        web_service | sed 's/"web"/"second"/; s/:80"/:81"/; s/^check = .*/check = { type = "tcp", port = 80, interval = "500ms" }/'
    } | director_config lvs01
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until '(( $(table lvs01 | wc -l) == 6 ))' 20
    more_requests c 50
    stop_client c
    assert_no_failures c
    assert_eq $'NEW_DEST 2\nNEW_SERVICE 1' "$(writes lvs01)" "IPVS writes"
    (($(scheduled) > before)) || fail "the counter of the old service was reset: $(scheduled), before $before"
}

# Connections that the service has scheduled since it was made.
scheduled() { on lvs01 ipvsadm -Ln --stats --exact -t "$VIP:80" | awk '$1 == "TCP" { print $3 }'; }

# Who asks for it hears all of it; the log has the first error.
case_reload_refused_is_one_line() {
    local log=$WORK/director-lvs01.log
    cluster_up
    cp "$WORK/lvs01.toml" "$WORK/good.toml"
    echo 'nonsense = 1' >>"$WORK/lvs01.toml"
    : >"$log"
    status_of 78 director lvs01 reload
    assert_contains "$OUTPUT" "nonsense = 1" "what the command prints"
    wait_until "logged director-lvs01 'reload refused'" 20
    assert_eq 1 "$(grep -c nonsense "$log")" "lines of the log about it"
    grep -qE 'reload refused.* reason=.*lvs01\.toml:[0-9]+: ' "$log" || fail "the log does not tell where"
    cp "$WORK/good.toml" "$WORK/lvs01.toml"
    : >"$log"
    status_of 0 director lvs01 reload
    wait_until "logged director-lvs01 'configuration reloaded'" 20
    assert_eq 1 "$(wc -l <"$log")" "lines of the log about a good file"
}

# A broken, empty or missing file changes nothing and says why.
case_reload_bad_file_changes_nothing() {
    cluster_up
    monitor lvs01
    record_writes lvs01
    local before good text
    before=$(table lvs01)
    good=$(cat "$WORK/lvs01.toml")
    for text in '[[service' '' "${good//scheduler/schedular}" "${good//\"dr\"/\"direct\"}"; do
        printf '%s' "$text" >"$WORK/lvs01.toml"
        : >"$WORK/director-lvs01.log"
        kill -HUP "${PIDS[director-lvs01]}"
        wait_until "logged director-lvs01 refused" 20
        status_of 78 director lvs01 check
    done
    assert_contains "$OUTPUT" "forward" "check names the key"
    rm "$WORK/lvs01.toml"
    : >"$WORK/director-lvs01.log"
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "logged director-lvs01 refused && logged director-lvs01 lvs01.toml" 20
    assert_eq "$before" "$(table lvs01)" "the table"
    assert_eq "" "$(writes lvs01)" "IPVS writes"
    assert_eq "" "$(monitored lvs01 "$VIP")" "$VIP_CHANGES"
    running director-lvs01
    # and the next good file is taken
    web_service wrr | director_config lvs01
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "[[ \$(table lvs01) == *'-A -t $VIP:80 -s wrr'* ]]" 20
}
