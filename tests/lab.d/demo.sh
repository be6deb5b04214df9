#!/usr/bin/env bash
# The note's httpd cluster at work: the ARP problem, balancing, a server that dies and returns, a director that dies and
# returns.
set -Eeuo pipefail
for part in net machines cluster routers show; do
    # shellcheck source=/dev/null
    source "tests/lab.d/$part.sh"
done
WORK=/run/lab
PATH=$LAB_BIN:$PATH
mkdir -p "$WORK" /run/netns
trap 'give_up "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR

main() {
    say "Five machines on one network, as in the note: client $(rip client), directors LVS01 $(rip lvs01) and
LVS02 $(rip lvs02), real servers RS01 $(rip rs01) and RS02 $(rip rs02). Clients know one address only, the VIP $VIP."
    build_network
    start_web rs01
    start_web rs02
    arp_problem
    arp_solved
    balancing
    server_dies
    server_returns
    server_drained
    director_killed
    director_dies
    director_returns
    director_stops
    black_hole
    no_black_hole
    say "That was all. \`tests/lab shell\` leaves you inside this cluster."
}

arp_problem() {
    chapter "1. The ARP problem"
    say "In direct routing the director and every real server hold the VIP. LVS01 has it on eth0, and here RS01 and RS02 got
it on lo by hand, nothing else. Three machines answer when the client asks who has it:"
    web_service | router_config lvs01 100
    start_director lvs01
    wait_until "[[ \$(ip -n lvs01 addr show dev eth0) == *$VIP* ]]" 20
    for machine in rs01 rs02; do
        on "$machine" ip addr add "$VIP/32" dev lo
    done
    show client arping -b -c 2 -I eth0 "$VIP" || true
    who_is_who
    say "Whoever answers last gets the traffic: the director is passed by, nothing is balanced, nothing is checked."
    for machine in rs01 rs02; do
        on "$machine" ip addr del "$VIP/32" dev lo
    done
}

arp_solved() {
    chapter "2. With lvs-rs-agent"
    say "The agent on RS01 and RS02 first sets arp_ignore=1 and arp_announce=2, reads them back, then puts the VIP on lo:0:"
    for machine in rs01 rs02; do
        agent_config "$machine"
        start_agent "$machine"
    done
    for machine in rs01 rs02; do
        wait_until "agent_ready $machine" 20
    done
    show rs01 lvs-rs-agent -c "$WORK/rs01.toml" --run-dir "$WORK/run-rs01" status
    show rs01 ip addr show dev lo
    say "Now one machine answers, LVS01:"
    on client ip neigh flush all
    show client arping -b -c 2 -I eth0 "$VIP"
    who_is_who
}

balancing() {
    chapter "3. Balancing"
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
    say "lvs-director on LVS01 has asked both web servers for a page and entered them into the kernel's table:"
    show lvs01 ipvsadm -Ln
    say "Six requests of the client to the VIP; each server answers with its name:"
    show client bash -c "for n in 1 2 3 4 5 6; do curl -s -m 5 http://$VIP/; done"
}

server_dies() {
    chapter "4. RS02's nginx stops"
    say "A client makes a new connection every 20 ms. RS02's nginx is killed:"
    start_client demo
    stop web-rs02 KILL
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    say "RS02 has left the table:"
    show lvs01 ipvsadm -Ln
    local failed ok
    failed=$(count demo failed) ok=$(count demo ok)
    more_requests demo 150
    say "$failed requests were refused before that. Of the next $(($(count demo ok) - ok)) requests failed:" \
        "$(($(count demo failed) - failed))."
}

server_returns() {
    chapter "5. It returns"
    start_web rs02
    wait_until "has_real lvs01 $(rip rs02):80" 20
    local before
    before=$(count demo rs02)
    wait_until "(( \$(count demo rs02) > $before + 20 ))" 20
    say "nginx runs again, its check is good, and RS02 has served $(($(count demo rs02) - before)) requests since:"
    show lvs01 ipvsadm -Ln
}

server_drained() {
    chapter "6. RS02 is drained"
    say "Six connections stay open and send a request ten times a second. RS02 gets no new ones and keeps those it has:"
    start_client held --hold 6 --every-ms 0
    show lvs01 lvs-director --run-dir "$WORK/run-lvs01" drain "$(rip rs02)"
    wait_until "has_real lvs01 $(rip rs02):80 0" 20
    show lvs01 ipvsadm -Ln
    more_requests held 60
    stop_client held
    say "Of six connections, $(count held broken) broke. Back again:"
    show lvs01 lvs-director --run-dir "$WORK/run-lvs01" undrain "$(rip rs02)"
    wait_until "has_real lvs01 $(rip rs02):80 1" 20
}

director_killed() {
    chapter "7. The director is killed"
    say "kill -9 of lvs-director. The kernel goes on alone, and the next lvs-director finds its table as it should be:"
    local failed
    failed=$(count demo failed)
    stop director-lvs01 KILL
    more_requests demo 50
    start_director lvs01
    more_requests demo 150
    stop_client demo
    show lvs01 ipvsadm -Ln
    say "Requests that failed meanwhile: $(($(count demo failed) - failed))."
}

director_dies() {
    chapter "8. A director dies"
    say "LVS02 joins with priority 90: the same file otherwise. Adverts go out each 100 ms, which is the default."
    web_service | router_config lvs02 90
    start_director lvs02
    wait_until "table_full lvs02" 20
    directors
    say "A client makes a new connection every 10 ms. LVS01 loses its power: every process killed, the cable dead."
    start_client failover --every-ms 10 --timeout-ms 250
    more_requests failover 50
    power_off lvs01
    wait_until "holds lvs02" 20
    more_requests failover 100
    show lvs02 lvs-director --run-dir "$WORK/run-lvs02" status
    stop_client failover
    say "Requests that failed: $(count failover failed). Longest time without service: $(count failover gap_ms) ms."
}

director_returns() {
    chapter "9. It returns"
    say "LVS01 starts, fills its table, checks both servers, and only then takes the VIP back:"
    start_client return --every-ms 10 --timeout-ms 250
    power_on lvs01
    start_director lvs01
    wait_until "only lvs01" 30
    more_requests return 100
    directors
    stop_client return
    say "Requests that failed: $(count return failed)."
}

director_stops() {
    chapter "10. It is stopped for maintenance"
    say "systemctl stop sends SIGTERM: LVS01 says that it stops, and goes on forwarding until LVS02 has taken over."
    start_client stopped --every-ms 10 --timeout-ms 250
    more_requests stopped 50
    stop director-lvs01
    wait_until "only lvs02" 20
    more_requests stopped 100
    stop_client stopped
    grep -F VI_1 "$WORK/director-lvs01.log" | tail -n 2 | sed 's/^/   /'
    say "Requests that failed: $(count stopped failed)."
}

black_hole() {
    chapter "11. The black hole"
    say "Now without us: keepalived on LVS01, the real servers prepared by hand. Something takes the VIP off RS02's lo, as \`netplan apply\`
or a restart of the network does. RS02's nginx is well, and so is keepalived's check of $(rip rs02):80:"
    stop director-lvs01
    stop director-lvs02
    for machine in lvs01 lvs02; do
        clean_up "$machine"
    done
    stop agent-rs02
    mount --bind /dev/null /dev/console # where keepalived's syslog goes when there is none
    { keepalived_instance 100 3 0.1 && keepalived_web; } | keepalived_config lvs01
    start_keepalived lvs01
    wait_until "holds lvs01 && table_full lvs01" 20
    start_client hole --timeout-ms 300
    more_requests hole 20
    ip -n rs02 addr del "$VIP/32" dev lo
    more_requests hole 30
    stop_client hole
    show lvs01 ipvsadm -Ln
    say "Of $(($(count hole ok) + $(count hole failed))) requests $(count hole failed) failed, and it would go on for ever: keepalived sends RS02 its share."
}

no_black_hole() {
    chapter "12. And its absence"
    say "The same with lvs-rs-agent on RS02 and lvs-director on LVS01, which follows the agents (agent_port = 9781). The VIP is taken away:"
    stop keepalived-lvs01
    web_service | sed 's/^forward = "dr"/&\nagent_port = 9781/' | router_config lvs01 100
    start_agent rs02
    wait_until "agent_ready rs02" 20
    start_director lvs01
    wait_until "holds lvs01 && table_full lvs01" 20
    start_client whole --timeout-ms 300
    more_requests whole 20
    ip -n rs02 addr del "$VIP/32" dev lo
    more_requests whole 50
    say "The agent put it back. Requests that failed: $(count whole failed). And when a script takes it away again and again:"
    start thief rs02 bash -c "while :; do ip addr del $VIP/32 dev lo 2>/dev/null; sleep 0.005; done"
    wait_until "has_real lvs01 $(rip rs02):80 0" 20
    more_requests whole 100
    show lvs01 lvs-director --run-dir "$WORK/run-lvs01" status
    stop_client whole
    say "Requests that failed in all: $(count whole failed)."
}

clean_up() { on "$1" lvs-director --run-dir "$WORK/run-$1" cleanup; }

directors() {
    show lvs01 lvs-director --run-dir "$WORK/run-lvs01" vrrp
    show lvs02 lvs-director --run-dir "$WORK/run-lvs02" vrrp
}

main
