# shellcheck shell=bash
# What the cases of agents and directors share.

# paired_service [CHECK-KEY…]: the note's service as ours comes, with the agents followed; more keys go into the check.
paired_service() {
    cat <<EOT
[[service]]
name = "web"
address = "$VIP:80"
scheduler = "rr"
forward = "dr"
agent_port = 9781
${CHECK+check = $CHECK}
${SERVICE_KEYS-}

[[service.real]]
address = "$(rip rs01)"
[[service.real]]
address = "$(rip rs02)"
EOT
}

# pair_up: two directors that follow the agents of two real servers, with the defaults.
pair_up() {
    SERVICES=paired_service two_directors_up "$@"
    local machine
    for machine in lvs01 lvs02; do
        wait_until "heard $machine rs01 && heard $machine rs02" 20
    done
}

# agent_says DIRECTOR MACHINE: what the director knows of that agent.
agent_says() {
    director "$1" status --json | python3 -c 'import json, sys
print(*(one["state"] for one in json.load(sys.stdin)["agents"] if one["address"] == sys.argv[1]))' "$(rip "$2"):9781"
}

# heard DIRECTOR MACHINE
heard() { [[ $(agent_says "$1" "$2") == heard ]]; }

# weights MACHINE WEIGHT: rs02 has that weight on both directors; "none": it is in no table.
weights() {
    local director
    for director in lvs01 lvs02; do
        if [[ $2 == none ]]; then
            ! in_table "$director" "$1" || return 1
        else
            has_real "$director" "$(rip "$1"):80" "$2" || return 1
        fi
    done
}

in_table() { [[ $(table "$1") == *" -r $(rip "$2"):"* ]]; }

# out MACHINE: it gets no new connections from either director.
out() { weights "$1" none || weights "$1" 0 || { ! has_real lvs01 "$(rip "$1"):80" && ! has_real lvs02 "$(rip "$1"):80"; }; }

# keepalived_pair_up: the peer at its fastest, before real servers that were prepared by hand, as the note does it.
keepalived_pair_up() {
    local machine
    for machine in rs01 rs02; do
        running "web-$machine" || start_web "$machine"
        prepare_by_hand "$machine"
    done
    { keepalived_instance 100 3 0.1 && keepalived_fast; } | keepalived_config lvs01
    { keepalived_instance 90 3 0.1 && keepalived_fast; } | keepalived_config lvs02
    start_keepalived lvs01
    wait_until "holds lvs01 && table_full lvs01" 20
    start_keepalived lvs02
    wait_until "table_full lvs02" 20
}

keepalived_fast() { keepalived_web | sed 's/^TCP_CHECK {/TCP_CHECK {\nretry 0/; s/connect_timeout 2/connect_timeout 1/'; }

prepare_by_hand() {
    conf "$1" all/arp_ignore 1
    conf "$1" all/arp_announce 2
    has_address "$1" lo "$VIP/32" || ip -n "$1" addr add "$VIP/32" dev lo
}

# pair_down: everything of ours ends, and the machines are as they were, for the peer's turn in the same kernel.
pair_down() {
    local machine
    for machine in lvs01 lvs02; do
        stop "director-$machine"
        director "$machine" cleanup
    done
    for machine in rs01 rs02; do
        stop "agent-$machine"
        agent "$machine" cleanup
    done
}

# tell ROW WHO CLIENT: a line of the matrix, for people.
tell() {
    printf 'matrix: %-44s %-11s %4s failed %3s broken %5s ms longest gap\n' "$1" "$2" "$(count "$3" failed)" "$(count "$3" broken)" "$(count "$3" gap_ms)"
}

# at_most NUMBER CLIENT: so many of its requests may have failed.
at_most() {
    local failed=$(($(count "$2" failed) + $(count "$2" broken)))
    ((failed <= $1)) || fail "$failed requests failed, $1 may"
}

# none_fails CLIENT [NUMBER]: of its next requests.
none_fails() {
    local before
    # what was under way is over
    more_requests "$1" 20
    before=$(count "$1" failed)
    more_requests "$1" "${2:-100}"
    assert_eq 0 $(($(count "$1" failed) - before)) "requests that fail from here on"
}

# keep_doing NAME MACHINE COMMAND: again and again, as a script of somebody's that fights the agent.
keep_doing() { start "$1" "$2" bash -c "while :; do $3; sleep 0.005; done"; }

# start_fake MODE [ADDRESS]: an agent on RS02 that is none (fake_agent.py says which).
start_fake() {
    start "fake-$1" rs02 python3 "$LAB_REPO/tests/cluster/fake_agent.py" "$1" "${2:-$(rip rs02):9781}" "$VIP"
    wait_until "logged fake-$1 ready" 20
}

rss_mb() { awk '/^VmRSS:/ { print int($2 / 1024) }' "/proc/${PIDS[director-$1]}/status"; }
