# shellcheck shell=bash
# What others do to a router: the same address, the same VRID, packets that are none, and files that cannot be meant.

# Somebody takes the VIP by hand while LVS01 is master: named by its hardware address.
case_stranger_has_the_vip() {
    two_directors_up
    ip -n client addr add "$VIP/32" dev eth0
    wait_until "[[ \$(director lvs01 status) == *$(mac client)* ]]" 30
    wait_until "logged director-lvs01 $(mac client)" 10
    assert_contains "$(grep "$(mac client)" "$WORK/director-lvs01.log" | sed 's/\x1b\[[0-9;]*m//g')" "WARN" "the log"
    only lvs01
    assert_eq 1 "$(grep -c "$(mac client)" "$WORK/director-lvs01.log")" "lines about it"
}

# A keepalived with the same VRID and another password: both are masters, and ours says why.
case_stranger_has_another_password() {
    router_up lvs01 100 'version = 2' 'auth = { type = "pass", password = "1111" }'
    wait_until "holds lvs01" 20
    keepalived_up lvs02 90 2 1 "authentication {" "auth_type PASS" "auth_pass 2222" "}"
    wait_until "[[ \$(director lvs01 status) == *password* && \$(director lvs01 status) == *$(rip lvs02)* ]]" 20
    wait_until "logged director-lvs01 'adverts of $(rip lvs02) are refused (password)'" 20
    holds lvs01
}

# Packets of every length: the router lives, counts them, and goes on.
case_stranger_sends_anything() {
    local seed
    # an advert that is right, whoever sends it, is obeyed; these have a password to guess
    router_up lvs01 100 'version = 2' 'auth = { type = "pass", password = "1111" }'
    wait_until "holds lvs01" 20
    monitor lvs01
    capture_adverts lvs02
    for seed in 1 2 3; do
        on client python3 "$LAB_REPO/tests/cluster/hostile_vrrp.py" 224.0.0.18 "$seed"
        on client python3 "$LAB_REPO/tests/cluster/hostile_vrrp.py" "$(rip lvs01)" "$seed"
    done
    more_adverts lvs02 "$(rip lvs01)" 3
    running director-lvs01 || fail "the director is gone"
    assert_eq "" "$(monitored lvs01 "$VIP")" "changes of the VIP"
    local refused
    refused=$(director lvs01 status)
    assert_contains "$refused" "checksum" "what was refused"
    assert_contains "$refused" "version" "what was refused"
    assert_contains "$refused" "length" "what was refused"
}

case_stranger_sends_anything_v6() {
    local seed
    link_local lvs01
    link_local client
    ADDRESSES=$VIP6 router_up lvs01 255
    wait_until "holds lvs01 $VIP6/128" 20
    monitor lvs01
    capture_adverts lvs02
    for seed in 4 5; do
        on client python3 "$LAB_REPO/tests/cluster/hostile_vrrp.py" ff02::12 "$seed"
    done
    more_adverts lvs02 "fe80::${ADDRESS[lvs01]}" 5
    running director-lvs01 || fail "the director is gone"
    holds lvs01 "$VIP6/128"
    assert_eq "" "$(monitored lvs01 "$VIP6")" "changes of the VIP"
}

# Adverts from further than the next switch are nobody's: another TTL is refused.
case_stranger_has_another_ttl() {
    router_up lvs01 100
    wait_until "holds lvs01" 20
    monitor lvs01
    on client python3 -c '
import socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_RAW, 112) as out:
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 254)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    for _ in range(20):
        out.sendto(bytes((0x31, 51, 255, 1, 0, 10, 0, 0, 192, 168, 100, 240)), ("224.0.0.18", 0))'
    wait_until "[[ \$(director lvs01 status) == *ttl* ]]" 20
    assert_eq "" "$(monitored lvs01 "$VIP")" "changes of the VIP"
}

# refused TEXT: director.toml with this is refused by `check`, and a running director keeps what it has.
refused() {
    printf '%s\n' "$1" >"$WORK/lvs01.toml"
    status_of 78 director lvs01 check
    assert_contains "$OUTPUT" "$2" "check"
    : >"$WORK/director-lvs01.log"
    kill -HUP "${PIDS[director-lvs01]}"
    wait_until "logged director-lvs01 refused" 20
}

case_strange_files_refused() {
    router_up lvs01 100
    wait_until "holds lvs01" 20
    monitor lvs01
    local good
    good=$(vrrp_section 100)
    refused "$good"$'\n'"${good/VI_1/VI_2}" "twice"
    refused "${good//'= 51'/'= 0'}" "virtual_router_id"
    refused "$good"$'\nversion = 2\nadvert_interval = "100ms"' "advert interval"
    refused "$good"$'\nadvert_interval = "60s"' "advert interval"
    refused "$good"$'\nversion = 2\nauth = { type = "pass", password = "123456789" }' "8 bytes"
    refused "$good"$'\nauth = { type = "pass", password = "1111" }' "version 3"
    refused "$good"$'\ntrack_scripts = ["nobody"]' "nobody"
    refused "${good/priority = 100/priority = 0}" "priority"
    refused "$(sed "s|^addresses.*|addresses = [$(four_hundred_addresses)]|" <<<"$good")" "advert"
    running director-lvs01
    assert_eq "" "$(monitored lvs01 "$VIP")" "changes of the VIP"
}

four_hundred_addresses() { printf '"10.9.1.%d", ' {1..200} && printf '"10.9.2.%d", ' {1..200}; }
