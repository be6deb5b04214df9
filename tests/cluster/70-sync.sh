# shellcheck shell=bash
# What a director knows of connections that nobody uses at the moment. The kernel's sync daemon tells of a connection
# when packets of it arrive; the director sends all of them again and again.

# LVS02 comes back with an empty kernel and learns of an idle connection, which then survives the loss of LVS01.
case_sync_idle_connections() {
    local real
    SERVICES=persistent_web synced_directors_up 1s
    start_idle
    real=$(ask_idle 1)
    wait_until "knows lvs01 ESTABLISHED" 10
    # all that follows happens between two requests of that connection
    renew lvs02
    start_director lvs02
    wait_until "table_full lvs02 && [[ \$(on lvs02 ipvsadm -Ln --daemon) == *backup* ]]" 20
    wait_until "knows lvs02 ESTABLISHED" 10
    assert_eq "$(entry lvs01 ESTABLISHED)" "$(entry lvs02 ESTABLISHED)" "the connection"
    wait_until "knows lvs02 '(NONE|ASSURED)'" 10
    assert_eq "$(entry lvs01 '(NONE|ASSURED)')" "$(entry lvs02 '(NONE|ASSURED)')" "the template of the client"
    # it counts as active, and the entry belongs to the service
    wait_until "[[ \$(on lvs02 ipvsadm -Ln) =~ $(rip "$real"):80\ +Route\ +1\ +1\ +0 ]]" 10
    power_off lvs01
    moved_to lvs02
    assert_eq "$real" "$(ask_idle 2)" "who answers on the connection that was idle"
}

# With `catch_up = "never"` it learns of what is used, and of nothing else.
case_sync_without_catch_up() {
    synced_directors_up never
    start_idle
    ask_idle 1 >/dev/null
    # its third packet made the kernel tell of it, up to two seconds later: that must be over
    wait_until "knows lvs01 ESTABLISHED && knows lvs02 ESTABLISHED" 20
    renew lvs02
    start_director lvs02
    wait_until "table_full lvs02 && [[ \$(on lvs02 ipvsadm -Ln --daemon) == *backup* ]]" 20
    # more packets than net.ipv4.vs.sync_threshold, on connections of their own
    start_client other --hold 4
    more_requests other 50
    wait_until "(( \$(connections lvs02 | wc -l) > 2 ))" 10
    ! knows lvs02 ESTABLISHED || fail "LVS02 knows of the idle connection: $(entry lvs02 ESTABLISHED)"
}

# synced_directors_up CATCH_UP: the note's pair with connection sync.
synced_directors_up() {
    two_directors_up '' '[[ipvs.sync]]' 'role = "vrrp"' 'vrrp = "VI_1"' 'interface = "eth0"' 'id = 51' \
        "catch_up = \"$1\""
    wait_until "[[ \$(on lvs01 ipvsadm -Ln --daemon) == *master* ]]" 10
    wait_until "[[ \$(on lvs02 ipvsadm -Ln --daemon) == *backup* ]]" 10
}

persistent_web() { web_service | sed 's/^forward = .*/&\npersistence = "300s"/'; }

# One connection from port 40000, on which something is asked only when told to.
start_idle() {
    mkfifo "$WORK/idle-ask"
    start idle client python3 -c '
import socket, sys
vip, questions = sys.argv[1:]
connection = socket.create_connection((vip, 80), timeout=10, source_address=("", 40000))
for question in open(questions):
    connection.sendall(b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n")
    answer = connection.recv(65536).decode()
    print("answer", question.strip(), answer.rsplit(None, 1)[-1], flush=True)
' "$VIP" "$WORK/idle-ask"
    exec {IDLE}>"$WORK/idle-ask"
}

# ask_idle NUMBER: asks on that connection; the real server that answers.
ask_idle() {
    echo "$1" >&"$IDLE"
    wait_until "grep -q '^answer $1 ' '$WORK/idle.log'" 15
    awk -v number="$1" '$1 == "answer" && $2 == number { print $3 }' "$WORK/idle.log"
}

connections() { on "$1" cat /proc/net/ip_vs_conn; }

# entry MACHINE STATE: that connection, or in the states of a template its client's, without the time that it has.
entry() {
    local port=9C40
    [[ $2 == ESTABLISHED ]] || port=0000
    connections "$1" | awk -v port="$port" -v state="^$2$" '$3 == port && $8 ~ state { $9 = ""; print }' | sort
}

knows() { [[ $(entry "$1" "$2") ]]; }

# renew MACHINE: power off and on again, with another kernel's network.
renew() {
    power_off "$1"
    ip netns delete "$1"
    wait_until "! ip link show port-$1" 10
    printf '%s\n' "netns add $1" "link add port-$1 type veth peer name eth0 netns $1" \
        "link set port-$1 master switch up" | ip -batch -
    on "$1" bash -c "$(declare -f build_machine)"$'\n''build_machine "$@"' - "$(rip "$1")" "$(rip6 "$1")"
    rm -rf "$WORK/run-$1"
    assert_eq "" "$(on "$1" ipvsadm -Sn)" "the new kernel's table"
}
