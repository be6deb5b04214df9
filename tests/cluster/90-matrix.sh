# shellcheck shell=bash
# Every fault of the master and its way back, with three things asserted together: what a client loses, that no connection
# which stays open breaks, and who answers ARP for the VIP at every moment. Version 3, adverts each 100 ms, sync daemons.
#
# event NAME LOSS TWICE CONDITION COMMAND…, with LOSS
#   a number    of milliseconds without service: three adverts and the skew (0.36 s) until a backup knows, the attempt that
#               is under way (0.1 s), and patience for a busy machine
#   nothing     no request fails, but for the one under way at the moment, which belongs to one director and which the other
#               resets: the kernel's sync daemon tells of a connection with its third packet
# and TWICE
#   a number    of questions, one each 20 ms, that two machines may answer from here on. None, but at a hand-over between two
#               that live: the successor takes the VIP when it has said so, the other lets go when it hears that, which is
#               one packet's flight
#   lasting     two answer from the takeover on, and never nobody: a kernel goes on answering when its daemon cannot tell it
#               to stop

OUTAGE=1500
INTERVAL_MS=100
QUESTION_MS=20
UNSETTLED=20 # questions that arp_watch has not counted yet

case_matrix_power_lost() {
    serving
    event lost $OUTAGE 0 "moved_to lvs02" power_off lvs01
    event returned nothing 1 "moved_to lvs01" power_returns
    nothing_broken
}

power_returns() { power_on lvs01 && start_director lvs01; }

case_matrix_stopped() {
    serving
    event stopped nothing 1 "moved_to lvs02" stop director-lvs01
    event started nothing 1 "moved_to lvs01" start_director lvs01
    nothing_broken
}

case_matrix_cable_pulled() {
    serving
    event pulled $OUTAGE 0 "moved_to lvs02" unplug lvs01
    event plugged nothing 1 "moved_to lvs01" plug lvs01
    nothing_broken
}

case_matrix_frozen() {
    serving
    event frozen nothing lasting "moved_to lvs02" kill -STOP "${PIDS[director-lvs01]}"
    event thawed nothing 1 "moved_to lvs01" kill -CONT "${PIDS[director-lvs01]}"
    nothing_broken
}

case_matrix_partition() {
    serving
    event cut $OUTAGE 0 "moved_to lvs02" silence lvs01
    event healed 400 $((INTERVAL_MS / QUESTION_MS + 1)) "moved_to lvs01" unsilence lvs01
    nothing_broken
}

case_matrix_interface_down() {
    serving
    event down $OUTAGE 0 "moved_to lvs02" ip -n lvs01 link set eth0 down
    event up nothing 1 "moved_to lvs01" ip -n lvs01 link set eth0 up
    nothing_broken
}

case_matrix_addresses_flushed() {
    serving
    event flushed $OUTAGE 1 "moved_to lvs01" flush_like_networkd
    nothing_broken
}

flush_like_networkd() {
    printf '%s\n' "addr flush dev eth0" "addr add $(rip lvs01)/24 dev eth0" "addr add $(rip6 lvs01)/64 dev eth0 nodad" |
        ip -n lvs01 -batch -
}

case_matrix_daemon_killed() {
    serving
    event killed nothing lasting "moved_to lvs02" stop director-lvs01 KILL
    event started nothing $((OUTAGE / QUESTION_MS)) "moved_to lvs01" start_director lvs01
    nothing_broken
}

# serving: the pair, LVS01 is master, LVS02 knows of each of the six connections; who answers is watched from here on.
serving() {
    two_directors_up 'version = 3' "advert_interval = \"${INTERVAL_MS}ms\"" \
        '' '[[ipvs.sync]]' 'role = "vrrp"' 'vrrp = "VI_1"' 'interface = "eth0"' 'id = 51'
    wait_until "[[ \$(sync_role lvs01) == master && \$(sync_role lvs02) == backup ]]" 20
    # patient enough to see whatever comes late: a connection that gets no answer for so long is broken, too
    start_client held --hold 6 --every-ms 0 --timeout-ms 10000
    wait_until "(( \$(on lvs02 grep -c ESTABLISHED /proc/net/ip_vs_conn) == 6 ))" 20
    watch_arp all
    BEFORE=one
    printf '%-10s%8s%8s%8s%8s%12s\n' "" "gap ms" failed reset twice "unanswered"
}

sync_role() { on "$1" ipvsadm -Ln --daemon | awk '/syncid=51/ { print $1 }'; }

event() {
    local name=$1 loss=$2 twice=$3 condition=$4 asked two none
    "$([[ $loss == nothing ]] && echo patient || echo impatient)" "$name"
    more_arp all $UNSETTLED
    asked=$(arp_count all asked) two=$(arp_count all two) none=$(arp_count all none)
    "${@:5}"
    $condition
    more_requests "$name" 30
    stop_client "$name"
    served_afterwards "$name"
    more_arp all $UNSETTLED
    two=$(($(arp_count all two) - two)) none=$(($(arp_count all none) - none)) asked=$(($(arp_count all asked) - asked))
    judge
}

# served_afterwards NAME: whoever answers now serves everybody.
served_afterwards() {
    patient "$1-after"
    more_requests "$1-after" 50
    stop_client "$1-after"
    assert_no_failures "$1-after"
}

judge() {
    local gap failed reset
    gap=$(count "$name" gap_ms) failed=$(count "$name" failed) reset=$(grep -c 'reset by peer' "$WORK/client-$name.log" || true)
    # what was asked before the event, and is counted since, was answered by two as it should be
    [[ $BEFORE == one ]] || two=$((two > UNSETTLED ? two - UNSETTLED : 0))
    BEFORE=one
    printf '%-10s%8d%8d%8d%8d%12d\n' "$name" "$gap" "$failed" "$reset" "$two" "$none"
    judge_client
    judge_answers
}

judge_client() {
    if [[ $loss == nothing ]]; then
        ((failed == reset && reset <= 1)) || fail "$failed requests failed, $reset of them reset"
        return
    fi
    ((gap <= loss)) || fail "$gap ms without service, $loss ms are allowed"
    # each attempt lasts 100 ms: more of them were refused
    ((failed <= loss / 100)) || fail "$failed requests failed within $gap ms"
}

judge_answers() {
    if [[ $twice == lasting ]]; then
        BEFORE=two
        ((two > 0 && none == 0)) || fail "of $asked questions $two were answered twice, $none by nobody"
        return
    fi
    ((two <= twice)) || fail "$two of $asked questions were answered twice, $twice are allowed"
    ((none * QUESTION_MS <= OUTAGE)) || fail "$none of $asked questions were answered by nobody"
}

nothing_broken() {
    more_requests held 60
    stop_client held
    stop_arp all
    assert_eq "6 held, 0 broken" "$(count held held) held, $(count held broken) broken" "connections that stay open"
}
