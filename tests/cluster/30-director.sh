# shellcheck shell=bash
# lvs-director on LVS01: the note's services.

# S6: httpd, rr, persistence 20 s, TCP check and HTTP check with MD5 digest and status code.
case_httpd_of_the_note() {
    local machine
    real_servers_up
    {
        printf '[[service]]\nname = "web"\naddress = "%s:80"\nscheduler = "rr"\npersistence = "20s"\n' "$VIP"
        for machine in rs01 rs02; do
            cat <<EOT
[[service.real]]
address = "$(rip "$machine")"
[[service.real.check]]
type = "tcp"
interval = "500ms"
[[service.real.check]]
type = "http"
path = "/"
status = [200]
digest = "$(md5sum <"$WORK/web-$machine/index.html" | cut -d' ' -f1)"
interval = "500ms"
fall = 1
EOT
        done
    } | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
    assert_eq "-A -t $VIP:80 -s rr -p 20
-a -t $VIP:80 -r $(rip rs01):80 -g -w 1
-a -t $VIP:80 -r $(rip rs02):80 -g -w 1" "$(table lvs01)" "the table"
    start_client c
    more_requests c 40
    stop_client c
    assert_no_failures c
    assert_eq 1 "$(grep -cE '^rs0[12]=' "$WORK/count-c")" "real servers that one persistent client met"
    # the digest pins the page
    echo edited >"$WORK/web-rs02/index.html"
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    has_real lvs01 "$(rip rs01):80"
}

# S7: MySQL, wlc, weight 3; a stopped server leaves the table and clients go on.
case_mysql_of_the_note() {
    mysql_cluster_up
    assert_eq "-A -t $VIP:3306 -s wlc
-a -t $VIP:3306 -r $(rip rs01):3306 -g -w 3
-a -t $VIP:3306 -r $(rip rs02):3306 -g -w 3" "$(table lvs01)" "the table"
    assert_contains "$(mysql_query 'SHOW DATABASES')" test1 "databases"
    stop mysql-rs02
    wait_until "! has_real lvs01 $(rip rs02):3306" 20
    for _ in 1 2 3 4 5; do
        assert_eq rs01 "$(mysql_query 'SELECT @@report_host')" "who answers"
    done
    start_mysql rs02
    wait_until "has_real lvs01 $(rip rs02):3306 3" 20
    wait_until "[[ \$(mysql_query 'SELECT @@report_host') == rs02 ]]" 20
}

case_director_balances() {
    cluster_up
    start_client c
    more_requests c 100
    stop_client c
    assert_no_failures c
    local one two
    one=$(count c rs01) two=$(count c rs02)
    ((one - two <= 2 && two - one <= 2)) || fail "rr gave rs01 $one and rs02 $two"
}

# A dead server leaves; from then on clients see nothing. It returns by its first good check.
case_director_dead_server() {
    cluster_up
    start_client c
    stop web-rs02 KILL
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    local failed
    more_requests c 1 # the request under way at that moment
    failed=$(count c failed)
    more_requests c 100
    assert_eq "$failed" "$(count c failed)" "failed requests after the server had left"
    assert_contains "$(director lvs01 status)" "refused" "status: why"
    start_web rs02
    wait_until "has_real lvs01 $(rip rs02):80" 20
    local before
    before=$(count c rs02)
    wait_until "(( \$(count c rs02) > $before ))" 20
    assert_eq "$failed" "$(count c failed)" "failed requests after it had returned"
}

# Two checks fail, and pass again, in turn: who debugs is told of the second.
case_director_one_line_for_each_turn() {
    local log=$WORK/director-lvs01.log
    real_servers_up
    web_service | sed 's/^check = \(.*\)/check = [\1, { type = "tcp", interval = "500ms", fall = 3 }]/' | director_config lvs01
    RUST_LOG=info,lvs_director::turns=debug start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
    assert_eq 1 "$(grep -c "real server up .*real_server=$(rip rs02) " "$log")" "lines: it enters"
    stop web-rs02 KILL
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    wait_until "grep -q 'DEBUG check .*to=Down' $log" 20
    assert_eq 1 "$(grep -c "real server down .*real_server=$(rip rs02) .*reason=" "$log")" "lines: it leaves"
    start_web rs02
    wait_until "has_real lvs01 $(rip rs02):80" 20
    assert_eq 2 "$(grep -c "real server up .*real_server=$(rip rs02) " "$log")" "lines: it is back"
    assert_eq 4 "$(grep -c "real_server=" "$log")" "lines about servers"
}

case_director_cable_out() {
    cluster_up
    unplug rs02
    wait_until "! has_real lvs01 $(rip rs02):80" 30
    plug rs02
    wait_until "has_real lvs01 $(rip rs02):80" 30
}

case_director_inhibit() {
    real_servers_up
    web_service | sed 's/^forward = .*/&\ninhibit = true/' | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs02):80" 20
    stop web-rs02 KILL
    wait_until "has_real lvs01 $(rip rs02):80 0" 20
    start_web rs02
    wait_until "has_real lvs01 $(rip rs02):80 1" 20
}

# A new server enters after its first good check; one that was found in the kernel stays until a check fails it.
case_director_new_and_found_servers() {
    start_web rs01
    web_service | director_config lvs01
    record_writes lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80" 20
    wait_until "logged director-lvs01 'server down'" 20
    assert_eq $'NEW_DEST 1\nNEW_SERVICE 1' "$(writes lvs01)" "IPVS writes"
    stop director-lvs01
    table lvs01 >"$WORK/before"
    on lvs01 ipvsadm -a -t "$VIP:80" -r "$(rip rs02):80" -g -w 1
    start_director lvs01
    wait_until "! has_real lvs01 $(rip rs02):80" 20
    assert_eq "$(cat "$WORK/before")" "$(table lvs01)" "the table"
}

case_director_sorry_server() {
    real_servers_up
    start_web lvs02 sorry
    ip -n lvs02 addr add "$VIP/32" dev lo
    conf lvs02 all/arp_ignore 1
    conf lvs02 all/arp_announce 2
    web_service | sed "s/^forward = .*/&\nsorry_server = \"$(rip lvs02)\"/" | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
    ! has_real lvs01 "$(rip lvs02):80" || fail "the sorry server serves while others do"
    stop web-rs01 KILL
    stop web-rs02 KILL
    wait_until "has_real lvs01 $(rip lvs02):80" 20
    assert_eq sorry "$(on client curl -s -m 5 "http://$VIP/")" "who answers"
    start_web rs01
    wait_until "has_real lvs01 $(rip rs01):80 && ! has_real lvs01 $(rip lvs02):80" 20
    assert_eq rs01 "$(on client curl -s -m 5 "http://$VIP/")" "who answers"
}

# With a quorum of 2, one server of two is not enough.
case_director_quorum() {
    real_servers_up
    web_service | sed "s/^forward = .*/&\nquorum = 2\nsorry_server = \"$(rip lvs02)\"/" | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
    stop web-rs02 KILL
    # new connections go to the sorry server alone, those of RS01 may end in peace
    wait_until "has_real lvs01 $(rip lvs02):80 && has_real lvs01 $(rip rs01):80 0" 20
    start_web rs02
    wait_until "has_real lvs01 $(rip rs01):80 1 && has_real lvs01 $(rip rs02):80 1" 20
    ! has_real lvs01 "$(rip lvs02):80" || fail "the sorry server is still there"
}

case_director_drain() {
    cluster_up
    start_client c --hold 6
    more_requests c 50
    director lvs01 drain "$(rip rs02)"
    wait_until "has_real lvs01 $(rip rs02):80 0" 10
    more_requests c 100
    director lvs01 undrain "$(rip rs02)"
    wait_until "has_real lvs01 $(rip rs02):80 1" 10
    stop_client c
    assert_no_failures c
}

# Twenty services with the same real servers: each server is checked once, not twenty times.
case_director_shares_checks() {
    local number
    start_web rs01
    start_web rs02
    {
        printf '[[address]]\naddress = "%s"\ninterface = "eth0"\n' "$VIP"
        for ((number = 1; number <= 20; number++)); do
            web_service | sed "s/^address = \"$VIP:80\"/address = \"10.1.0.$number:80\"/; s/\"web\"/\"web$number\"/"
        done
    } >"$WORK/lvs01.toml"
    start_director lvs01
    wait_until '(( $(table lvs01 | wc -l) == 60 ))' 20
    start capture rs01 timeout 4 tcpdump -lni eth0 "tcp[tcpflags] & tcp-syn != 0 and dst port 80"
    wait_until "! running capture" 20
    local seen
    seen=$(grep -c " > $(rip rs01).80: Flags \[S\]" "$WORK/capture.log")
    ((seen >= 2 && seen <= 20)) || fail "$seen checks in four seconds; shared it is 8, else 160"
}

case_director_fwmark_and_tunnel() {
    start_web rs01
    cat >"$WORK/lvs01.toml" <<EOT
[[service]]
fwmark = 7
scheduler = "wrr"
[[service.real]]
address = "$(rip rs01)"
weight = 5
check = { type = "tcp", port = 80, interval = "500ms" }
EOT
    start_director lvs01
    wait_until "[[ \$(table lvs01) == *'-a -f 7 -r $(rip rs01):'* ]]" 20
    assert_contains "$(table lvs01)" "-A -f 7 -s wrr" "the table"
}
