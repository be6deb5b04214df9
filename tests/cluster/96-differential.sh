# shellcheck shell=bash
# The same keepalived.conf under keepalived and under lvs-director, one after the other on LVS01: the same table, the same
# addresses, and the same when RS02 fails and returns.

# same_under_both: the file comes from standard input. $PORT is where the web servers listen. What RS02's failure must
# change is $GONE, by default that its entries leave; its return brings back what was before.
same_under_both() {
    local program text state
    cat >"$WORK/it.conf"
    for program in keepalived director; do
        echo "under $program"
        start_web rs01 rs01 "${PORT:-80}"
        start_web rs02 rs02 "${PORT:-80}"
        "under_$program"
        # three adverts are waited for, longer than anything else takes to come to rest
        ! grep -q vrrp_instance "$WORK/it.conf" || wait_until "holds lvs01" 30
        steady "$program" >"$WORK/$program-all"
        "${FAIL:-fail_rs02}"
        wait_until "${GONE:-! has_entry $(rip rs02)}" 60
        steady "$program" >"$WORK/$program-failed"
        "${RETURN:-return_rs02}"
        wait_until "[[ \$(state) == \"\$(cat $WORK/$program-all)\" ]]" 60 || fail "it was: $(state)"
        stop "$program-lvs01"
        stop web-rs01
        stop web-rs02
        clean_slate
    done
    for state in all failed; do
        text=$(cat "$WORK/keepalived-$state")
        echo "$text"
        [[ $text == *-a* ]] || fail "an empty table"
        assert_eq "$text" "$(cat "$WORK/director-$state")" "what is there ($state)"
    done
}

fail_rs02() { stop web-rs02; }
return_rs02() { start_web rs02 rs02 "${PORT:-80}"; }
has_entry() { [[ $(table lvs01) == *"-r $1:"* || $(table lvs01) == *"-r [$1]:"* ]]; }

under_keepalived() {
    cp "$WORK/it.conf" "$WORK/keepalived-lvs01.conf"
    local at=$WORK/keepalived-lvs01
    start keepalived-lvs01 lvs01 keepalived --dont-fork --log-console --log-detail --use-file "$at.conf" \
        --pid "$at.pid" --vrrp_pid "$at.vrrp.pid" --checkers_pid "$at.checkers.pid"
    wait_until "[[ \$(table lvs01) == *-a* ]]" 30
}

under_director() {
    start director-lvs01 lvs01 "$LAB_BIN/lvs-director" -c "$WORK/it.conf" --run-dir "$WORK/run-lvs01" run
    wait_until "[[ \$(table lvs01) == *-a* ]]" 30
}

# The table, and the addresses of eth0. The order says nothing.
state() {
    table lvs01 | sort
    ip -n lvs01 -o addr show dev eth0 | sed -E 's/^[0-9]+: //; s/\\? *valid_lft.*//; s/ +/ /g' | sort
    on lvs01 ipvsadm -L --timeout
}

# steady PROGRAM: when it has been the same for three seconds, longer than any interval here.
steady() {
    local before='' now since=$SECONDS end=$((SECONDS + 60))
    until ((SECONDS - since > 3)); do
        now=$(state)
        [[ $now == "$before" ]] || since=$SECONDS
        before=$now
        ((SECONDS < end)) || fail "$1 does not come to rest"
        pause
    done
    echo "$before"
}

clean_slate() {
    on lvs01 ipvsadm -C
    on lvs01 ipvsadm --set 900 120 300
    ip -n lvs01 addr flush dev eth0
    printf '%s\n' "addr add $(rip lvs01)/24 dev eth0" "addr add $(rip6 lvs01)/64 dev eth0 nodad" | ip -n lvs01 -batch -
    rm -rf "$WORK/run-lvs01"
}

# service KEY [LINE…]: a virtual_server with RS01 and RS02, checked each second; $CHECK is the check, $SERVER
# a server's own lines.
service() {
    local machine check=${CHECK-}
    [[ $check ]] || check=$(printf '%s\n' 'TCP_CHECK {' 'connect_timeout 1' 'retry 0' '}')
    printf '%s\n' "virtual_server $1 {" "delay_loop 1" "lb_algo ${ALGO:-rr}" "lb_kind DR" "protocol TCP" "${@:2}"
    for machine in ${SERVERS:-rs01 rs02}; do
        printf '%s\n' "real_server $(rip "$machine") ${PORT:-80} {" "${SERVER:-weight 1}" "$check" "}"
    done
    echo "}"
}

case_same_httpd_of_the_note() {
    local first second
    first=$(echo rs01 | md5sum | cut -d' ' -f1) second=$(echo rs02 | md5sum | cut -d' ' -f1)
    sed -e "s/ff873bb2146020d8406ec84a21c2a5af/$first/" -e "s/188f5b91d80b994efae5f53165e6247d/$second/" \
        "$LAB_REPO/src/keepalived/tests/seed/3-httpd-vip240.conf" | same_under_both
}

case_same_mysql_of_the_note() {
    PORT=3306 same_under_both <"$LAB_REPO/src/keepalived/tests/seed/4-mysql-vip240.conf"
}

case_same_persistence_and_timeouts() {
    {
        printf '%s\n' 'global_defs {' 'lvs_timeouts tcp 800 tcpfin 60 udp 200' '}'
        ALGO=wrr SERVER='weight 7' service "$VIP 80" 'persistence_timeout 600' 'persistence_granularity 255.255.255.0'
    } | same_under_both
}

case_same_fwmark() {
    PORT=80 service 'fwmark 7' 'persistence_timeout 50' | sed 's/^protocol TCP$//' | same_under_both
}

case_same_group() {
    {
        printf '%s\n' 'virtual_server_group FRONT {' "$VIP 80" '192.168.100.241-243 80' '192.168.101.0/30 80' '}'
        service 'group FRONT'
    } | same_under_both
}

case_same_inhibit() {
    SERVER='weight 3
inhibit_on_failure' service "$VIP 80" >"$WORK/text"
    GONE='has_real lvs01 192.168.100.9:80 0' same_under_both <"$WORK/text"
}

# Without RS02 there is nobody but the sorry server.
case_same_sorry_server() {
    SERVERS=rs02 service "$VIP 80" "sorry_server 192.168.100.7 80" >"$WORK/text"
    same_under_both <"$WORK/text"
}

# The exit code is the weight, less 2.
case_same_misc_dynamic() {
    mkdir -p /run/scripts
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexit $(cat %s/code-$1)\n' "$WORK" >/run/scripts/check
    chmod 755 /run/scripts/check
    echo 12 >"$WORK/code-$(rip rs01)"
    echo 22 >"$WORK/code-$(rip rs02)"
    {
        printf '%s\n' 'global_defs {' 'script_user root' 'enable_script_security' '}' "virtual_server $VIP 80 {" 'delay_loop 1' \
            'lb_algo wrr' 'lb_kind DR' 'protocol TCP'
        for machine in rs01 rs02; do
            printf '%s\n' "real_server $(rip $machine) 80 {" 'weight 1' 'MISC_CHECK {' \
                "misc_path \"/run/scripts/check $(rip $machine)\"" 'misc_dynamic' '}' '}'
        done
        echo '}'
    } >"$WORK/text"
    FAIL=lower_weight GONE="has_real lvs01 $(rip rs02):80 3" RETURN=raise_weight same_under_both <"$WORK/text"
}

lower_weight() { echo 5 >"$WORK/code-$(rip rs02)"; }
raise_weight() { echo 22 >"$WORK/code-$(rip rs02)"; }

case_same_ipv6() {
    local machine
    {
        printf '%s\n' "virtual_server $VIP6 80 {" 'delay_loop 1' 'lb_algo wlc' 'lb_kind DR' 'protocol TCP'
        for machine in rs01 rs02; do
            printf '%s\n' "real_server $(rip6 $machine) 80 {" 'weight 2' 'TCP_CHECK {' 'connect_timeout 1' 'retry 0' '}' '}'
        done
        echo '}'
    } >"$WORK/text"
    GONE="! has_entry $(rip6 rs02)" same_under_both <"$WORK/text"
}

case_same_nat_and_tunnel() {
    PORT=8080 same_under_both <<EOT
virtual_server $VIP 80 {
    delay_loop 1
    lvs_sched lc
    lvs_method NAT
    protocol TCP
    real_server $(rip rs01) 8080 {
        weight 4
        uthreshold 100
        lthreshold 50
    }
    real_server $(rip rs02) 8080 {
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }
}
virtual_server $VIP 8080 {
    delay_loop 1
    lvs_sched sh
    sh-port
    sh-fallback
    lvs_method TUN
    protocol TCP
    real_server $(rip rs01) 8080 {
    }
    real_server $(rip rs02) 8080 {
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }
}
EOT
}

case_same_http_with_alpha() {
    CHECK="HTTP_GET {
url {
path /
status_code 200
regex rs0
}
connect_timeout 1
retry 0
}" service "$VIP 80" 'alpha' >"$WORK/text"
    FAIL=edit_page RETURN=mend_page same_under_both <"$WORK/text"
}

edit_page() { echo "another page" >"$WORK/web-rs02/index.html"; }
mend_page() { echo rs02 >"$WORK/web-rs02/index.html"; }

case_same_udp() {
    local machine
    {
        printf '%s\n' "virtual_server $VIP 53 {" 'delay_loop 1' 'lb_algo rr' 'lb_kind DR' 'ops' 'protocol UDP'
        for machine in rs01 rs02; do
            printf '%s\n' "real_server $(rip $machine) 53 {" 'weight 1' 'TCP_CHECK {' 'connect_port 80' 'connect_timeout 1' \
                'retry 0' '}' '}'
        done
        echo '}'
    } | same_under_both
}

# A router with a label, a mask, and addresses that its adverts do not have; a group of two; what stays.
case_same_vrrp_addresses() {
    {
        cat <<EOT
static_ipaddress {
    192.168.100.250/32 dev eth0
}
vrrp_sync_group VG {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        $VIP
        192.168.100.241/24 dev eth0 label eth0:1
    }
    virtual_ipaddress_excluded {
        2001:db8:100::241/128
        192.168.100.242/32 scope link
    }
}
vrrp_instance VI_2 {
    state BACKUP
    version 3
    interface eth0
    virtual_router_id 52
    priority 100
    advert_int 0.2
    virtual_ipaddress {
        192.168.100.244
    }
}
EOT
        service "$VIP 80"
    } >"$WORK/text"
    # the addresses come after three adverts
    same_under_both <"$WORK/text"
    assert_contains "$(cat "$WORK/director-all")" "192.168.100.244" "addresses of the routers"
}

# Programs run at the same moments: what they write down is the same.
case_same_programs() {
    mkdir -p /run/scripts
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "$@" >>%s/told\n' "$WORK" >/run/scripts/tell
    chmod 755 /run/scripts/tell
    {
        printf '%s\n' 'global_defs {' 'script_user root' 'enable_script_security' '}'
        service "$VIP 80" 'quorum 2' "quorum_up \"/run/scripts/tell quorum up\"" "quorum_down \"/run/scripts/tell quorum down\"" |
            awk -v tell=/run/scripts/tell '
                { print }
                /^real_server/ { print "notify_up \"" tell " " $2 " up\""; print "notify_down \"" tell " " $2 " down\"" }'
    } >"$WORK/text"
    RETURN=return_and_keep same_under_both <"$WORK/text"
    assert_contains "$(cat "$WORK/told-keepalived")" "$(rip rs02) down" "what keepalived's programs wrote"
    assert_eq "$(sort "$WORK/told-keepalived")" "$(sort "$WORK/told-director")" "what the programs wrote"
}

return_and_keep() {
    return_rs02
    # shellcheck disable=SC2154 # same_under_both's
    wait_until "[[ \$(tail -n 2 $WORK/told) == *'quorum up'* && \$(grep -c ' up' $WORK/told) -ge 2 ]]" 60
    mv "$WORK/told" "$WORK/told-$program"
}
