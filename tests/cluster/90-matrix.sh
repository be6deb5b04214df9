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
#   a number    of questions, one each 20 ms, that two machines may answer from here on. 0 where one of the two cannot be
#               heard. $MOVE at a hand-over between two that live: the successor says that it takes the VIP and takes it,
#               the other hears that and lets it go: a packet, two threads and two system calls, done before the successor's
#               next advert. $HEARD where two answer before anything happens: until one advert is heard, and then that
#   lasting     two answer from the takeover on, and never nobody: a kernel goes on answering when its daemon cannot tell it
#               to stop. Both serve
# Afterwards, whoever answers serves every request.

# Who asks is a machine of its own: a client takes answers in that somebody else on it has asked for.
MACHINES+=(watcher)
# shellcheck disable=SC2034 # net.sh reads it
ADDRESS+=([watcher]=104)

OUTAGE=3000
INTERVAL_MS=100
QUESTION_MS=20
UNSETTLED=24 # questions that are asked, and that arp_watch has not written down yet
MOVE=$((3 * INTERVAL_MS / QUESTION_MS)) # a move takes less than an interval; the machine may be busy
HEARD=$((2 * MOVE))

case_matrix_power_lost() {
    serving
    event lost $OUTAGE 0 "moved_to lvs02" power_off lvs01
    event returned nothing $MOVE moved_back power_returns
    nothing_broken
}

power_returns() { power_on lvs01 && start_director lvs01; }

case_matrix_stopped() {
    serving
    event stopped nothing $MOVE "moved_to lvs02" stop director-lvs01
    event started nothing $MOVE moved_back start_director lvs01
    nothing_broken
}

case_matrix_cable_pulled() {
    serving
    event pulled $OUTAGE 0 "moved_to lvs02" unplug lvs01
    event plugged nothing $MOVE moved_back plug lvs01
    nothing_broken
}

case_matrix_frozen() {
    serving
    event frozen nothing lasting "moved_to lvs02" kill -STOP "${PIDS[director-lvs01]}"
    event thawed nothing $HEARD moved_back kill -CONT "${PIDS[director-lvs01]}"
    nothing_broken
}

# Cut off, LVS01 is master without servers, and drops its connections to them. When it hears of LVS02 it gives way, knows
# all connections after a round of the sync master, and takes over like one that returns: heard once, moved once.
case_matrix_partition() {
    serving
    event cut $OUTAGE 0 "moved_to lvs02" silence lvs01
    wait_until "logged director-lvs01 'quorum lost'" 20
    event healed 1500 $((HEARD + MOVE)) taken_back unsilence lvs01
    nothing_broken
}

taken_back() { wait_until "logged director-lvs01 'took over from $(rip lvs02)'" 30 && moved_back; }
moved_back() { wait_until "only lvs01" 30 && moved_to lvs01; }

# Cut off, LVS02 is a master that nobody hears, until it hears LVS01.
case_matrix_partition_of_the_backup() {
    serving
    event cut nothing 0 "wait_until \"holds lvs02\" 20" silence lvs02
    event healed 1500 $HEARD moved_back unsilence lvs02
    nothing_broken
}

case_matrix_interface_down() {
    serving
    event down $OUTAGE 0 "moved_to lvs02" ip -n lvs01 link set eth0 down
    event up nothing $MOVE moved_back ip -n lvs01 link set eth0 up
    nothing_broken
}

case_matrix_addresses_flushed() {
    serving
    event flushed $OUTAGE $MOVE moved_back flush_like_networkd
    nothing_broken
}

flush_like_networkd() {
    printf '%s\n' "addr flush dev eth0" "addr add $(rip lvs01)/24 dev eth0" "addr add $(rip6 lvs01)/64 dev eth0 nodad" |
        ip -n lvs01 -batch -
}

case_matrix_daemon_killed() {
    serving
    event killed nothing lasting "moved_to lvs02" stop director-lvs01 KILL
    # until it runs and has heard an advert
    event started nothing $((OUTAGE / QUESTION_MS)) moved_back start_director lvs01
    nothing_broken
}

# serving: the pair, LVS01 is master, LVS02 knows of each of the six connections; who answers is watched from here on.
serving() {
    two_directors_up 'version = 3' "advert_interval = \"${INTERVAL_MS}ms\"" \
        '' '[[ipvs.sync]]' 'role = "vrrp"' 'vrrp = "VI_1"' 'interface = "eth0"' 'id = 51' 'catch_up = "1s"'
    wait_until "[[ \$(sync_role lvs01) == master && \$(sync_role lvs02) == backup ]]" 20
    # patient enough to see whatever comes late: a connection that gets no answer for so long is broken, too
    start_client held --hold 6 --every-ms 0 --timeout-ms 10000
    wait_until "(( \$(on lvs02 grep -c ESTABLISHED /proc/net/ip_vs_conn) == 6 ))" 20
    start arp-all watcher python3 "$LAB_REPO/tests/lab.d/arp_watch.py" --out "$WORK/arp-all"
    more_arp all $UNSETTLED
    BEFORE=one
    printf '%-10s%8s%8s%8s%8s%12s\n' "" "gap ms" failed reset twice "unanswered"
}

sync_role() { on "$1" ipvsadm -Ln --daemon | awk '/syncid=51/ { print $1 }'; }

event() {
    local name=$1 loss=$2 twice=$3 condition=$4
    local -A before after
    "$([[ $loss == nothing ]] && echo patient || echo impatient)" "$name"
    more_arp all $UNSETTLED
    read_counts before
    "${@:5}"
    eval "$condition"
    more_requests "$name" 30
    stop_client "$name"
    served_afterwards "$name"
    more_arp all $UNSETTLED
    read_counts after
    judge
}

# read_counts VARIABLE: what arp_watch has counted, without a process: the event follows at once.
read_counts() {
    local -n into=$1
    local key value
    # shellcheck disable=SC2034 # its caller reads it
    while IFS='=' read -r key value; do into["$key"]=$value; done <"$WORK/arp-all"
}

# served_afterwards NAME: whoever answers now serves everybody.
served_afterwards() {
    patient "$1-after"
    more_requests "$1-after" 30
    stop_client "$1-after"
    assert_no_failures "$1-after"
}

judge() {
    local asked=$((after[asked] - before[asked])) two=$((after[two] - before[two])) none=$((after[none] - before[none]))
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
