# shellcheck shell=bash
# What a client loses when something befalls a real server: a pair of directors that follow its agent, with the defaults, and
# keepalived at its fastest beside it where it can play. Each case prints its rows: `matrix: …`. How long things take, the bench
# measures; bounds here tell "left at once" from "left after several checks" on a machine that may stand still for a moment.

# The VIP is gone for a moment: the agent says so, and puts it back.
case_pair_vip_removed() {
    pair_up
    start_client c --every-ms 10 --timeout-ms 500
    more_requests c 50
    ip -n rs02 addr del "$VIP/32" dev lo
    wait_until "has_address rs02 lo $VIP/32" 10
    none_fails c
    stop_client c
    tell "VIP removed from RS02's lo, once" lvs-rs c
    at_most 4 c
    wait_until "weights rs02 1" 10
}

# The VIP is gone and stays so: what nobody else sees.
case_pair_vip_kept_away() {
    pair_up
    start_client c --every-ms 10 --timeout-ms 500
    more_requests c 50
    keep_doing thief rs02 "ip addr del $VIP/32 dev lo 2>/dev/null"
    wait_until "weights rs02 0" 20
    wait_until "[[ \$(agent rs02 status || true) == *undoing* ]]" 30
    none_fails c
    stop_client c
    tell "VIP kept away from RS02's lo" lvs-rs c
    at_most 20 c
    stop thief
    wait_until "weights rs02 1" 60
    pair_down

    keepalived_pair_up
    start_client k --every-ms 10 --timeout-ms 500
    more_requests k 50
    ip -n rs02 addr del "$VIP/32" dev lo
    more_requests k 60
    stop_client k
    tell "VIP kept away from RS02's lo" keepalived k
    # the black hole: it never leaves, and every other request is lost
    has_real lvs01 "$(rip rs02):80" || fail "keepalived has noticed that the VIP is missing"
    (($(count k failed) > 15)) || fail "only $(count k failed) requests failed"
}

case_pair_arp_ignore_flipped() {
    pair_up
    local director
    director=$(mac lvs01)
    start_client c --every-ms 10 --timeout-ms 500
    conf rs02 all/arp_ignore 0
    wait_until "[[ \$(conf rs02 all/arp_ignore) == 1 ]]" 10
    assert_eq "$director" "$(arp_answers)" "who answers ARP"
    none_fails c
    stop_client c
    tell "arp_ignore flipped on RS02" lvs-rs c
    at_most 4 c
}

case_pair_web_server_killed() {
    pair_up
    start_client c --every-ms 10 --timeout-ms 500
    more_requests c 50
    stop web-rs02 KILL
    wait_until "out rs02" 10
    none_fails c
    tell "nginx of RS02 killed" lvs-rs c
    at_most 10 c
    start_web rs02
    wait_until "weights rs02 1" 10
    wait_until "(( \$(count c rs02) > 0 ))" 10
    none_fails c
    stop_client c
    tell "nginx of RS02 killed, and it is back" lvs-rs c
    pair_down

    keepalived_pair_up
    start_client k --every-ms 10 --timeout-ms 500
    more_requests k 50
    stop web-rs02 KILL
    wait_until "out rs02" 20
    more_requests k 100
    stop_client k
    tell "nginx of RS02 killed" keepalived k
}

# It takes connections and says nothing: only an own check sees that.
case_pair_web_server_hung() {
    export CHECK='{ type = "http", path = "/", interval = "500ms", timeout = "1s", fall = 1 }'
    pair_up
    start_client c --every-ms 20 --timeout-ms 500
    more_requests c 50
    kill -STOP "${PIDS[web-rs02]}"
    wait_until "out rs02" 20
    none_fails c
    stop_client c
    tell "nginx of RS02 hung (HTTP check, 0.5 s)" lvs-rs c
    kill -CONT "${PIDS[web-rs02]}"
    wait_until "weights rs02 1" 20
}

case_pair_power_off() {
    pair_up
    start_client c --every-ms 10 --timeout-ms 500
    more_requests c 50
    power_off rs02
    wait_until "out rs02" 10
    none_fails c
    stop_client c
    tell "RS02 loses its power" lvs-rs c
    power_on rs02
    ip -n rs02 addr flush dev lo scope host
    ip -n rs02 addr add 127.0.0.1/8 dev lo
    start_web rs02
    start_agent rs02
    wait_until "weights rs02 1" 20
}

# The same under keepalived, for the table beside ours. What each case holds is that keepalived played at all.
case_pair_peer_power_off() {
    keepalived_pair_up
    start_client k --every-ms 10 --timeout-ms 500
    more_requests k 50
    power_off rs02
    wait_until "out rs02" 20
    none_fails k
    stop_client k
    tell "RS02 loses its power" keepalived k
}

case_pair_peer_web_server_hung() {
    keepalived_pair_up
    keepalived_hears_http lvs01
    keepalived_hears_http lvs02
    start_client k --every-ms 20 --timeout-ms 500
    more_requests k 50
    kill -STOP "${PIDS[web-rs02]}"
    wait_until "out rs02" 20
    none_fails k
    stop_client k
    tell "nginx of RS02 hung (HTTP check, 1 s)" keepalived k
    kill -CONT "${PIDS[web-rs02]}"
    wait_until "weights rs02 1" 20
}

# keepalived_hears_http MACHINE: its checks ask for a page from here on.
keepalived_hears_http() {
    sed -i 's/^TCP_CHECK {/HTTP_GET {\nurl {\npath \/\nstatus_code 200\n}/' "$WORK/keepalived-$1.conf"
    kill -HUP "${PIDS[keepalived-$1]}"
    wait_until "logged keepalived-$1 Reloading || logged keepalived-$1 reload" 20
    wait_until "table_full $1" 20
}

case_pair_peer_arp_ignore_flipped() {
    keepalived_pair_up
    conf rs02 all/arp_ignore 0
    wait_until '(( $(arp_answers | wc -l) == 2 ))' 20
    start_client k --every-ms 10 --timeout-ms 500
    more_requests k 100
    stop_client k
    tell "arp_ignore flipped on RS02" keepalived k
    assert_eq 2 "$(arp_answers | wc -l)" "machines that answer ARP, and nobody notices"
}

# Clients come from ports that they have used before, and the director knows those connections to a server that is gone.
case_pair_ports_used_again() {
    pair_up
    assert_eq 0 "$(used_ports)" "requests that fail while all is well"
    power_off rs02
    wait_until "weights rs02 none" 60
    assert_eq 0 "$(used_ports)" "requests that fail after the dead server is gone"
}

# How many of 200 requests from 200 ports fail, the same ports each time.
used_ports() { on client python3 "$LAB_REPO/tests/bench/ports.py" "$VIP" 80; }

# The agent's death is nobody's business but the agent's: nothing is written, nothing fails.
case_pair_agent_killed() {
    pair_up
    record_writes lvs01
    start_client c --every-ms 10 --timeout-ms 500
    more_requests c 50
    stop agent-rs02 KILL
    wait_until "[[ \$(agent_says lvs01 rs02) == lost ]]" 10
    more_requests c 100
    assert_contains "$(director lvs01 status)" unverified "status"
    start_agent rs02
    wait_until "heard lvs01 rs02" 20
    more_requests c 50
    stop_client c
    tell "agent of RS02 killed" lvs-rs c
    assert_no_failures c
    assert_eq "" "$(writes lvs01)" "IPVS writes"
}

case_pair_agent_hung() {
    pair_up
    record_writes lvs01
    start_client c --every-ms 10 --timeout-ms 500
    kill -STOP "${PIDS[agent-rs02]}"
    wait_until "[[ \$(agent_says lvs01 rs02) == silent ]]" 10
    more_requests c 100
    kill -CONT "${PIDS[agent-rs02]}"
    wait_until "heard lvs01 rs02" 20
    stop_client c
    tell "agent of RS02 hung" lvs-rs c
    assert_no_failures c
    assert_eq "" "$(writes lvs01)" "IPVS writes"
}

# What the agent says arrives nowhere, while the service is well.
case_pair_agent_cut_off() {
    pair_up
    record_writes lvs01
    start_client c --every-ms 10 --timeout-ms 500
    ip -n rs02 rule add pref 1 ipproto tcp sport 9781 blackhole
    wait_until "! heard lvs01 rs02 && ! heard lvs02 rs02" 20
    more_requests c 200
    ip -n rs02 rule del pref 1
    wait_until "heard lvs01 rs02 && heard lvs02 rs02" 30
    stop_client c
    tell "agent's network cut, service reachable" lvs-rs c
    assert_no_failures c
    assert_eq "" "$(writes lvs01)" "IPVS writes"
}

# One director with the VIP, so that nothing moves: its agents' words are taken up where they were.
case_pair_director_restarted() {
    lone_director_up
    record_writes lvs01
    start_client c --every-ms 10 --timeout-ms 500 --hold 4
    more_requests c 50
    stop director-lvs01 KILL
    more_requests c 30
    start_director lvs01
    wait_until "heard lvs01 rs01 && heard lvs01 rs02" 30
    more_requests c 100
    stop_client c
    tell "director killed and started again" lvs-rs c
    assert_no_failures c
    assert_eq "" "$(writes lvs01)" "IPVS writes"
}

# A server that drains stays out over restarts of both.
case_pair_drain_survives_restarts() {
    lone_director_up
    start_client held --hold 4 --every-ms 0
    agent rs02 drain --deadline 5m
    wait_until "has_real lvs01 $(rip rs02):80 0" 10
    stop director-lvs01 KILL
    record_writes lvs01
    start_director lvs01
    wait_until "heard lvs01 rs02" 20
    stop agent-rs02 KILL
    start_agent rs02
    wait_until "heard lvs01 rs02 && [[ \$(agent rs02 status || true) == *connections* ]]" 20
    more_requests held 40
    has_real lvs01 "$(rip rs02):80" 0 || fail "the drained server is back: $(table lvs01)"
    assert_eq "" "$(writes lvs01)" "IPVS writes"
    stop_client held
    assert_no_failures held
    agent rs02 undrain
    wait_until "has_real lvs01 $(rip rs02):80 1" 10
}

lone_director_up() {
    real_servers_up
    paired_service | director_config lvs01
    start_director lvs01
    wait_until "table_full lvs01 && heard lvs01 rs01 && heard lvs01 rs02" 20
}

# In order: weight 0 on both directors, connections end, the entry goes, then the VIP. Nothing is lost.
case_pair_drain_under_load() {
    pair_up
    monitor rs02
    start_client c --every-ms 4 --timeout-ms 2000 --hold 60 --life-ms 3000
    more_requests c 200
    status_of 0 agent rs02 drain --wait --deadline 60s
    echo "$OUTPUT"
    ! has_address rs02 lo "$VIP/32" || fail "the VIP is still there"
    weights rs02 none || fail "an entry is left: $(table lvs01) $(table lvs02)"
    assert_eq "0 0" "$(conf rs02 all/arp_ignore) $(conf rs02 all/arp_announce)" "the sysctls"
    assert_eq 1 "$(monitored rs02 "$VIP" | grep -c Deleted)" "times that the VIP went"
    none_fails c
    agent rs02 undrain
    wait_until "weights rs02 1" 20
    wait_until "has_address rs02 lo $VIP/32" 10
    more_requests c 200
    stop_client c
    tell "drain of RS02 under load, and back" lvs-rs c
    assert_no_failures c
}

# Connections that never end: the deadline does, and nobody new is hurt.
case_pair_drain_deadline() {
    pair_up
    start_client held --hold 6 --every-ms 0
    start_client c --every-ms 10 --timeout-ms 1000
    more_requests held 30
    status_of 0 agent rs02 drain --wait --deadline 2s
    weights rs02 none
    none_fails c
    stop_client c
    stop_client held
    tell "drain that meets its deadline (2 s)" lvs-rs c
    tell "its long connections, which never end" lvs-rs held
    assert_no_failures c
    (($(count held broken) <= 3)) || fail "$(count held broken) connections broke: three were RS02's"
}

# Nobody may have the VIP taken from under him: a director that does not answer keeps it where it is.
case_pair_drain_waits_for_directors() {
    pair_up
    kill -STOP "${PIDS[director-lvs02]}"
    status_of 1 agent rs02 drain --wait --deadline 1s
    assert_contains "${OUTPUT^^}" LVS02 "whom it waits for"
    has_address rs02 lo "$VIP/32" || fail "the VIP left before LVS02 knew"
    kill -CONT "${PIDS[director-lvs02]}"
    wait_until "! has_address rs02 lo $VIP/32 && weights rs02 none" 30
}

# Both directors drain it, its own agent too, and whoever undrains last brings it back.
case_pair_drained_by_all() {
    pair_up
    start_client c --every-ms 10 --timeout-ms 1000
    director lvs01 drain "$(rip rs02)" --wait --deadline 20s
    director lvs02 drain "$(rip rs02)" --wait --deadline 20s
    weights rs02 0
    status_of 0 agent rs02 drain --wait --deadline 20s
    weights rs02 none
    agent rs02 undrain
    wait_until "agent_ready rs02" 10
    wait_until "weights rs02 0" 10
    director lvs01 undrain "$(rip rs02)"
    director lvs02 undrain "$(rip rs02)"
    wait_until "weights rs02 1" 10
    none_fails c
    stop_client c
    tell "both directors drain it, and its agent" lvs-rs c
    assert_no_failures c
}

# An agent of the version before says less, and what it says is believed.
case_pair_older_agent() {
    real_servers_up
    stop agent-rs02
    prepare_by_hand rs02
    start_fake old
    paired_service | router_config lvs01 100
    start_director lvs01
    wait_until "heard lvs01 rs02 && table_full lvs01" 20
    stop fake-old KILL
    start_fake unready
    wait_until "has_real lvs01 $(rip rs02):80 0" 20
}

# A director of the version before, or curl: asks for nothing, says nothing back, and hears a heartbeat each second.
case_pair_older_director() {
    start_web rs01
    agent_config rs01
    start_agent rs01
    wait_until "agent_ready rs01" 20
    start curl client curl -sN "http://$(rip rs01):9781/v1/watch"
    wait_until "(( \$(grep -c 'event: heartbeat' $WORK/curl.log) >= 2 ))" 20
    agent rs01 drain --deadline 1s
    wait_until "grep -q '\"draining_since\":[0-9]' $WORK/curl.log" 10
    wait_until "[[ \$(agent rs01 status || true) == *director* ]]" 20
    has_address rs01 lo "$VIP/32" || fail "no director said that it had deleted the entry"
}

# Whatever an agent does, only its own server suffers, and a director neither grows nor stops.
case_pair_hostile_agents() {
    real_servers_up
    stop agent-rs02
    prepare_by_hand rs02
    paired_service | router_config lvs01 100
    start_director lvs01
    wait_until "heard lvs01 rs01 && has_real lvs01 $(rip rs01):80" 20
    start_client c --every-ms 10 --timeout-ms 1000
    local mode
    for mode in garbage endless flood slow flapping clocks other; do
        : >"$WORK/fake-$mode.log"
        start_fake "$mode"
        wait_until "grep -q followed $WORK/fake-$mode.log" 20
        more_requests c 100
        has_real lvs01 "$(rip rs01):80" || fail "$mode: RS01 has left the table"
        stop "fake-$mode" KILL
    done
    # the last one spoke of another VIP: no black hole
    start_fake other
    wait_until "has_real lvs01 $(rip rs02):80 0" 20
    stop fake-other KILL
    wait_until "has_real lvs01 $(rip rs02):80 1" 20
    stop_client c
    tell "an agent that lies or is broken" lvs-rs c
    assert_no_failures c
    (($(rss_mb lvs01) < 80)) || fail "the director takes $(rss_mb lvs01) MB"
    director lvs01 status >/dev/null
}

# Both agents say at one moment that they are not ready, and both web servers answer: the service is not emptied on their word.
case_pair_mass_failure() {
    local machine
    for machine in rs01 rs02; do
        start_web "$machine"
        prepare_by_hand "$machine"
    done
    paired_service | router_config lvs01 100
    start rs01-ready rs01 python3 "$LAB_REPO/tests/cluster/fake_agent.py" ready "$(rip rs01):9781" "$VIP"
    start_fake ready
    start_director lvs01
    wait_until "heard lvs01 rs01 && heard lvs01 rs02 && table_full lvs01" 20
    start_client c --every-ms 10 --timeout-ms 1000
    stop rs01-ready KILL
    stop fake-ready KILL
    start rs01-unready rs01 python3 "$LAB_REPO/tests/cluster/fake_agent.py" unready "$(rip rs01):9781" "$VIP"
    start_fake unready
    wait_until "heard lvs01 rs01 && heard lvs01 rs02 && [[ \$(director lvs01 status) == *held* ]]" 20
    more_requests c 100
    assert_eq 1 "$(table lvs01 | grep -c -- '-w 1')" "servers that stay"
    # and now the one that stayed really goes
    stop web-rs01 KILL
    stop web-rs02 KILL
    wait_until "[[ \$(table lvs01) != *'-w 1'* ]]" 40
    stop_client c
}

# Three hundred VIPs on forty real servers: one stream, one check for each server and port.
case_pair_many_instances() {
    many_real_servers
    { many_routers 100 90 && many_services; } >"$WORK/lvs01.toml"
    { many_routers 90 100 && many_services; } >"$WORK/lvs02.toml"
    start_director lvs01
    start_director lvs02
    wait_until '(( $(table lvs01 | wc -l) == 12300 && $(table lvs02 | wc -l) == 12300 ))' 90
    # half of them are mastered on each side
    wait_until '[[ $(held_of lvs01 10.3.0) == 150 && $(held_of lvs01 10.3.1) == 0 ]]' 60
    wait_until '[[ $(held_of lvs02 10.3.0) == 0 && $(held_of lvs02 10.3.1) == 150 ]]' 60
    wait_until '(( $(streams) == 80 ))' 60
    # seen on the wire too: as many connections to each web server in an interval as it has addresses
    logged director-lvs01 "services=300 reals=12000 checks=40"
    local before after
    before=$(accepted rs01)
    wait_until '(( $(accepted rs01) >= before + 40 ))' 60
    after=$(accepted rs01)
    ((after < before + 400)) || fail "$((after - before)) checks: one for each VIP?"
    agent rs02 drain --vip 10.3.0.7
    # nobody is connected: both directors delete the twenty entries at once
    wait_until '(( $(table lvs01 | wc -l) == 12280 && $(table lvs02 | wc -l) == 12280 ))' 30
    wait_until "! has_address rs02 lo 10.3.0.7/32" 30
    stop web-rs02 KILL
    wait_until "[[ \$(table lvs01 | grep -cE -- '-r 10.2.1.[0-9]+:80 -g -w 1') == 0 ]]" 30
}

# Each machine is twenty real servers: twenty addresses, one agent that listens on all of them.
many_real_servers() {
    local machine net=0 number
    for machine in rs01 rs02; do
        for number in {1..20}; do
            echo "addr add 10.2.$net.$number/32 dev eth0"
        done | ip -n "$machine" -batch -
        start_web "$machine"
        {
            printf '[health]\nlisten = ["127.0.0.1:9781"'
            printf ", \"10.2.$net.%s:9781\"" {1..20}
            printf ']\n'
            many_vips | sed 's/.*/[[vip]]\naddress = "&"\nservices = ["tcp\/80"]/'
        } >"$WORK/$machine.toml"
        start_agent "$machine"
        ip -n lvs01 route add "10.2.$net.0/24" via "$(rip "$machine")"
        ip -n lvs02 route add "10.2.$net.0/24" via "$(rip "$machine")"
        net=1
    done
    for machine in rs01 rs02; do
        wait_until "agent_ready $machine" 60
    done
}

# many_routers PRIORITY PRIORITY: one router for each half of the VIPs.
many_routers() {
    local number
    for number in 0 1; do
        printf '[[vrrp]]\nname = "VI_%s"\ninterface = "eth0"\nvirtual_router_id = %s\npriority = %s\naddresses = [' \
            "$number" "$((51 + number))" "$1"
        many_vips | grep "^10.3.$number" | sed 's/.*/"&", /' | tr -d '\n'
        printf ']\n'
        set -- "$2" "$1"
    done
}

# held_of MACHINE NET: how many of its VIPs are on eth0.
held_of() { ip -n "$1" -o addr show dev eth0 | grep -cF " $2." || true; }

many_vips() { for ((n = 0; n < 300; n++)); do echo "10.3.$((n / 150)).$((n % 150 + 1))"; done; }

many_services() {
    printf '[[service]]\nname = "many"\naddresses = ['
    many_vips | sed 's/.*/"&:80", /' | tr -d '\n'
    printf ']\nscheduler = "rr"\nforward = "dr"\nagent_port = 9781\n'
    local net number
    for net in 0 1; do
        for number in {1..20}; do
            printf '[[service.real]]\naddress = "10.2.%s.%s"\n' "$net" "$number"
        done
    done
}

# TCP connections that a machine has taken.
accepted() { on "$1" nstat -az TcpPassiveOpens | awk '/^Tcp/ { print $2 }'; }

streams() { for machine in rs01 rs02; do on "$machine" ss -Htn state established "sport = :9781"; done | wc -l; }

# Certificates on both sides: who has none hears nothing, and says nothing that is believed.
case_pair_tls() {
    certificates
    real_servers_up
    local machine
    for machine in rs01 rs02; do
        sed -i "s|^\[health\]|&\ntls = { certificate = \"$WORK/$machine.pem\", key = \"$WORK/$machine.key\", clients = \"$WORK/ca.pem\" }|" "$WORK/$machine.toml"
        kill -HUP "${PIDS[agent-$machine]}"
    done
    wait_until "! on client curl -s -m 2 http://$(rip rs02):9781/healthz" 10
    {
        paired_service
        printf '[agents]\ntls = { ca = "%s", certificate = "%s", key = "%s" }\n' "$WORK/ca.pem" "$WORK/lvs01.pem" "$WORK/lvs01.key"
    } | router_config lvs01 100
    start_director lvs01
    wait_until "heard lvs01 rs01 && heard lvs01 rs02 && table_full lvs01" 20
    stop web-rs02 KILL
    wait_until "! has_real lvs01 $(rip rs02):80" 10
    start_web rs02
    wait_until "has_real lvs01 $(rip rs02):80" 10
    # a director without a certificate is not spoken to: its own checks decide
    paired_service | router_config lvs02 90
    start_director lvs02
    wait_until "table_full lvs02" 20
    ! heard lvs02 rs02 || fail "the agent speaks to a director without a certificate"
    # drained over it too
    stop director-lvs02
    status_of 0 agent rs02 drain --wait --deadline 20s
    ! in_table lvs01 rs02 || fail "rs02 is drained and still in the table"
}

certificates() {
    local at=$WORK name address
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lab-ca -keyout "$at/ca.key" -out "$at/ca.pem" 2>/dev/null
    for name in rs01 rs02 lvs01; do
        address=$(rip "$name")
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout "$at/$name.key" -out "$at/$name.csr" 2>/dev/null
        openssl x509 -req -in "$at/$name.csr" -CA "$at/ca.pem" -CAkey "$at/ca.key" -CAcreateserial -days 2 -out "$at/$name.pem" \
            -extfile <(printf 'subjectAltName=IP:%s\n' "$address") 2>/dev/null
        chmod 600 "$at/$name.key"
    done
}

# What a server says it can carry is its weight, as smooth and as bounded as it was told.
case_pair_weight() {
    start_web rs01
    agent_config rs01
    echo 40 >"$WORK/carry"
    printf '[weight]\ntype = "file"\npath = "%s"\ninterval = "1s"\nsmooth = "0s"\n' "$WORK/carry" >>"$WORK/rs01.toml"
    start_agent rs01
    start_web rs02
    agent_config rs02
    start_agent rs02
    paired_service | sed 's/^scheduler = "rr"/&\nweight = 100/' | router_config lvs01 100
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 40 && has_real lvs01 $(rip rs02):80 100" 20
    echo 75 >"$WORK/carry"
    wait_until "has_real lvs01 $(rip rs01):80 75" 20
    # 0 is below `least`, which keeps a measurement from taking the server out
    echo 0 >"$WORK/carry"
    wait_until "has_real lvs01 $(rip rs01):80 1" 20
    # what cannot be read changes nothing
    echo nonsense >"$WORK/carry"
    wait_until "logged agent-rs01 carry" 20
    has_real lvs01 "$(rip rs01):80" 1
}

# A process that must run beside the web server.
case_pair_named_process() {
    start_web rs01
    agent_config rs01
    cp "$(command -v sleep)" "$WORK/worker"
    sed -i '0,/^services.*/s//&\nprocess = "worker"/' "$WORK/rs01.toml"
    start worker rs01 "$WORK/worker" 1000
    start_agent rs01
    start_web rs02
    agent_config rs02
    start_agent rs02
    paired_service | router_config lvs01 100
    start_director lvs01
    wait_until "heard lvs01 rs01 && table_full lvs01" 20
    stop worker KILL
    wait_until "has_real lvs01 $(rip rs01):80 0" 10
    start worker rs01 "$WORK/worker" 1000
    wait_until "has_real lvs01 $(rip rs01):80 1" 10
}

# `agent = "require"`: without its word no new connections, but a restart of the agent is invisible.
case_pair_required_agent() {
    export SERVICE_KEYS='agent = "require"'
    pair_up
    record_writes lvs01
    stop agent-rs02
    start_agent rs02
    wait_until "heard lvs01 rs02 && heard lvs02 rs02" 20
    assert_eq "" "$(writes lvs01)" "IPVS writes"
    stop agent-rs02
    wait_until "weights rs02 0" 30
    start_agent rs02
    wait_until "weights rs02 1" 20
}

# A real server that answers ARP for the VIP is named, by its hardware address and its own.
case_pair_arp_leak() {
    real_servers_up
    paired_service | router_config lvs01 100
    start_director lvs01
    wait_until "heard lvs01 rs02 && table_full lvs01" 20
    keep_doing flip rs02 'echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo 0 >/proc/sys/net/ipv4/conf/lo/arp_ignore'
    kill -STOP "${PIDS[agent-rs02]}"
    wait_until "[[ \$(director lvs01 status) == *$(mac rs02)* ]]" 40
    wait_until "logged director-lvs01 $(mac rs02)" 20
    assert_contains "$(director lvs01 status)" "$(rip rs02)" "status names the real server"
}

# The database of the note, S7: the same in TCP.
case_pair_mysql() {
    local machine
    for machine in rs01 rs02; do
        start_mysql "$machine"
        agent_config "$machine" 3306
        start_agent "$machine"
    done
    paired_service | sed 's/:80"/:3306"/' | router_config lvs01 100
    start_director lvs01
    wait_until "heard lvs01 rs01 && heard lvs01 rs02 && table_full lvs01 3306" 30
    stop mysql-rs02 KILL
    wait_until "[[ \$(table lvs01) =~ $(rip rs02):3306.*-w.0 ]] || ! in_table lvs01 rs02" 10
    local n
    for n in {1..10}; do
        assert_eq rs01 "$(mysql_query 'SELECT @@report_host')" "who answers"
    done
    start_mysql rs02
    wait_until "has_real lvs01 $(rip rs02):3306" 30
}
