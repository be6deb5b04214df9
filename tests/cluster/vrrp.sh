# shellcheck shell=bash
# What the cases of VRRP share: a client's outage, answers to ARP, adverts as tcpdump reads them.

# impatient NAME [OPTION…]: a new connection each 10 ms, given up after 100 ms, so that an outage is measured closely.
impatient() { start_client "$1" --every-ms 10 --timeout-ms 100 "${@:2}"; }

# patient NAME [OPTION…]: given up after 500 ms, which a busy machine stays below, and a lost SYN, sent again after a second,
# does not: for what must not fail.
patient() { start_client "$1" --every-ms 10 --timeout-ms 500 "${@:2}"; }

# assert_outage CLIENT MS: stops the client; the longest gap in its service. The bound tells a move from a black hole, on a machine
# that may stand still for a moment; how fast a move is, the bench measures.
assert_outage() {
    more_requests "$1" 30
    stop_client "$1"
    echo "$1: $(count "$1" gap_ms) ms without service, $(count "$1" failed) failed, $(count "$1" broken) broken"
    (($(count "$1" gap_ms) <= $2)) || fail "$(count "$1" gap_ms) ms without service, $2 ms are allowed"
}

# assert_served CLIENT [MOVES]: stops the client; it has noticed nothing of so many moves of the VIP. The one connection that
# is under way at a move belongs to one director alone where no sync daemons run, and the other resets it; nobody is ever
# refused, and nobody waits.
assert_served() {
    more_requests "$1" 30
    stop_client "$1"
    local reset
    reset=$(grep -c 'reset by peer' "$WORK/client-$1.log" || true)
    echo "$1: $(count "$1" gap_ms) ms between two answers at most, $reset under way at a move"
    assert_eq "$reset failed, 0 broken" "$(count "$1" failed) failed, $(count "$1" broken) broken" "requests of the client"
    ((reset <= ${2:-1})) || fail "$reset connections were reset"
}

# moved_to MACHINE: it holds the VIP, and the client sends there if it sends at all.
moved_to() { wait_until "holds $1 && [[ \$(on client ip neigh show $VIP) =~ ^(.*$(mac "$1").*|[^:]*)\$ ]]" 20; }

# assert_never_two WATCH [HAND-OVERS]: no two machines answered for the address at one moment, but for the moment of a hand-over
# itself: the successor takes the address when it has said so, and the leaving one lets go when it hears that. That is one
# packet's flight and two threads' turns, milliseconds on an idle machine. On one that is busy compiling they may wait: eight
# questions at 20 ms are allowed for each, where a machine that does not let go would have hundreds.
assert_never_two() {
    local two
    two=$(arp_count "$1" two)
    echo "ARP: $(arp_count "$1" asked) questions, $two answered twice, at most $(arp_count "$1" none_ms) ms unanswered"
    ((two <= 8 * ${2:-1})) || fail "$two of $(arp_count "$1" asked) questions were answered by two machines, $(
        arp_count "$1" two_ms) ms in a row"
}

# capture_adverts MACHINE: what tcpdump makes of every VRRP packet it sees there.
capture_adverts() {
    start "adverts-$1" "$1" tcpdump --immediate-mode -lnvvi eth0 'ip proto 112 or ip6 proto 112'
    wait_until "logged adverts-$1 'listening on'" 20
}

# adverts MACHINE FROM: how many of a sender were seen.
adverts() { grep -c " $2 > " "$WORK/adverts-$1.log" || true; }

# more_adverts MACHINE FROM NUMBER
more_adverts() {
    local goal=$(($(adverts "$1" "$2") + $3))
    wait_until "(( \$(adverts $1 $2) >= $goal ))" 30
}

# assert_adverts MACHINE TEXT: tcpdump has read every packet as correct, and each of ours is as it should be.
assert_adverts() {
    # a flow label may be 0xbadfd
    assert_eq "" "$(sed 's/flowlabel 0x[0-9a-f]*//' "$WORK/adverts-$1.log" | grep -iE 'bad|wrong|invalid|trunc' || true)" "what tcpdump complains of"
    assert_contains "$(cat "$WORK/adverts-$1.log")" "$2" "tcpdump"
}

# says_priority NUMBER: LVS01, in its last advert.
says_priority() { [[ $(grep " $(rip lvs01) > " "$WORK/adverts-lvs02.log" | tail -n 1) == *"prio $1,"* ]]; }

# second_section PRIORITY [LINE…]: VI_2 on eth1.
second_section() {
    vrrp_section "$@" | sed "s/VI_1/VI_2/; s/eth0/eth1/; s/= 51/= 52/; s/$VIP/192.168.200.240/"
}
