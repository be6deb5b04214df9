# shellcheck shell=bash
# The ARP problem: several machines hold the VIP, one may say so.

case_arp_problem_without_agent() {
    local machine expected
    for machine in lvs01 rs01 rs02; do
        on "$machine" ip addr add "$VIP/32" dev lo
    done
    expected=$(for machine in lvs01 rs01 rs02; do mac "$machine"; done | sort)
    assert_eq "$expected" "$(arp_answers)" "who answers ARP for the VIP"
}

case_arp_one_answer_with_agent() {
    cluster_up
    assert_eq "$(mac lvs01)" "$(arp_answers)" "who answers ARP for the VIP"
    # Real servers that open connections themselves do not tell the VIP as theirs either (arp_announce).
    start_client c
    more_requests c 20
    assert_eq "$(mac lvs01)" "$(ip -n client neigh show "$VIP" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')" \
        "the client's neighbour entry"
}

# The four lines of lvs_realserver.sh, and its address.
case_arp_agent_does_the_hand_work() {
    start_web rs01
    agent_config rs01
    start_agent rs01
    wait_until "agent_ready rs01" 20
    assert_eq "1 2 1 2" "$(conf rs01 lo/arp_ignore) $(conf rs01 lo/arp_announce) $(conf rs01 all/arp_ignore) $(
        conf rs01 all/arp_announce)" "lo and all: arp_ignore, arp_announce"
    assert_contains "$(ip -n rs01 -o addr show dev lo)" "inet $VIP/32 scope host lo:0" "addresses of lo"
    assert_contains "$(ip -n rs01 route show table local)" "local $VIP dev lo" "table local"
}

# A VIP that is bound first would be answered for in the gap.
case_arp_sysctls_before_address() {
    printf '[[vip]]\naddress = "%s"\nservices = []\n' "$VIP" >"$WORK/rs01.toml"
    on rs01 strace -f -y -o "$WORK/trace" -e trace=write,pwrite64,sendto,sendmsg \
        "$LAB_BIN/lvs-rs-agent" -c "$WORK/rs01.toml" --run-dir "$WORK/run-rs01" apply
    local order
    order=$(grep -oE 'conf/(all|lo)/arp_(ignore|announce)|RTM_NEWADDR' "$WORK/trace" | tail -n 1)
    assert_eq RTM_NEWADDR "$order" "the last write of apply"
    assert_eq 4 "$(grep -cE 'conf/(all|lo)/arp_(ignore|announce)>' "$WORK/trace")" "sysctls written before it"
}
