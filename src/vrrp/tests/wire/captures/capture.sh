#!/bin/bash
# Records adverts of keepalived and of FRR's vrrpd for the tests beside this file: one file for each kind, one IP packet in hex
# a line. Needs root, keepalived, frr, tcpdump. Everything happens in namespaces of its own; this machine's network is not touched.
#   src/vrrp/tests/wire/captures/capture.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != inside ]; then
    exec unshare --net --mount --pid --fork --mount-proc -- "$0" inside
fi

mount -t tmpfs none /run
mount -t tmpfs none /tmp
mount -t tmpfs none /var/tmp
ip link set lo up
ip link add left type veth peer name right
ip link set left up
ip link set right up
ip addr add 192.0.2.1/24 dev left
ip -6 addr add fe80::1/64 dev left nodad

keepalived_conf() {
    echo 'global_defs { router_id captures }'
    router 11 2 1 '192.0.2.240' ''
    router 12 2 1 '192.0.2.241
        192.0.2.242' 'authentication {
        auth_type PASS
        auth_pass s3cret
    }'
    router 13 3 0.1 '192.0.2.243' ''
    router 14 3 0.5 'fe80::14
        2001:db8::14' ''
}
router() { # VRID VERSION INTERVAL ADDRESSES AUTHENTICATION
    cat <<END
vrrp_instance VI_$1 {
    state MASTER
    interface left
    virtual_router_id $1
    version $2
    priority 200
    advert_int $3
    $5
    virtual_ipaddress {
        $4
    }
}
END
}

# FRR wants a macvlan with the virtual router's MAC for each family
macvlan() { # NAME MAC ADDRESS
    ip link add "$1" link left type macvlan mode bridge
    ip link set "$1" address "$2"
    ip addr add "$3" dev "$1"
    ip link set "$1" up
}
frr_conf() {
    cat <<END
interface left
 vrrp 21 version 2
 vrrp 21 priority 150
 vrrp 21 advertisement-interval 1000
 vrrp 21 ip 192.0.2.245
 vrrp 22 version 3
 vrrp 22 priority 151
 vrrp 22 advertisement-interval 200
 vrrp 22 ip 192.0.2.246
 vrrp 22 ip 192.0.2.247
 vrrp 22 ipv6 2001:db8::22
END
}

tcpdump -i right -U -w /tmp/adverts.pcap 'ip proto 112 or ip6 proto 112' 2>/tmp/tcpdump.log &
tcpdump=$!
sleep 1

keepalived_conf > /tmp/keepalived.conf
keepalived --dont-fork --log-console --use-file /tmp/keepalived.conf > /tmp/keepalived.log 2>&1 &
keepalived=$!
sleep 7
kill $keepalived
wait $keepalived || true

macvlan v4-21 00:00:5e:00:01:15 192.0.2.245/24
macvlan v4-22 00:00:5e:00:01:16 192.0.2.246/24
ip addr add 192.0.2.247/24 dev v4-22
macvlan v6-22 00:00:5e:00:02:16 2001:db8::22/64
install -d -o frr -g frr /run/frr
frr_conf > /tmp/frr.conf
chmod 644 /tmp/frr.conf
/usr/lib/frr/zebra -d -f /tmp/frr.conf -i /run/frr/zebra.pid
/usr/lib/frr/vrrpd -d -f /tmp/frr.conf -i /run/frr/vrrpd.pid
sleep 8
kill "$(cat /run/frr/vrrpd.pid)"
sleep 1
kill $tcpdump
wait $tcpdump || true

packets() { # one IP packet in hex a line
    tcpdump -r /tmp/adverts.pcap -n -x "$@" 2>/dev/null | awk '
        /^\t0x/ { sub(/^\t0x[0-9a-f]+: */, ""); gsub(/ /, ""); line = line $0; next }
        { if (line != "") print line; line = "" }
        END { if (line != "") print line }'
}
record() { # FILE WHAT FAMILY VRID stops|lives
    local at=ip
    [ "$3" = 6 ] && at=ip6
    local payload=20
    [ "$3" = 6 ] && payload=40
    local priority='!='
    [ "$5" = stops ] && priority='='
    {
        echo "# $2"
        packets "$at proto 112 and $at[$((payload + 1))] = $4 and $at[$((payload + 2))] $priority 0" | sed -n 1,2p
    } > "$here/$1.txt"
    [ "$(wc -l < "$here/$1.txt")" -gt 1 ] || { echo "nothing for $1" >&2; cat /tmp/*.log >&2; exit 1; }
}
keepalived_is="$(keepalived --version 2>&1 | head -1)"
frr_is="$(/usr/lib/frr/vrrpd --version | head -1)"
record keepalived-v2-none "$keepalived_is: version 2, no authentication" 4 11 lives
record keepalived-v2-none-stops "$keepalived_is: version 2, no authentication, SIGTERM" 4 11 stops
record keepalived-v2-pass "$keepalived_is: version 2, password s3cret, two addresses" 4 12 lives
record keepalived-v2-pass-stops "$keepalived_is: version 2, password s3cret, SIGTERM" 4 12 stops
record keepalived-v3-v4 "$keepalived_is: version 3, IPv4, 100 ms" 4 13 lives
record keepalived-v3-v4-stops "$keepalived_is: version 3, IPv4, SIGTERM" 4 13 stops
record keepalived-v3-v6 "$keepalived_is: version 3, IPv6, 500 ms, two addresses" 6 14 lives
record keepalived-v3-v6-stops "$keepalived_is: version 3, IPv6, SIGTERM" 6 14 stops
record frr-v2 "$frr_is: version 2" 4 21 lives
record frr-v3-v4 "$frr_is: version 3, IPv4, 200 ms, two addresses" 4 22 lives
record frr-v3-v6 "$frr_is: version 3, IPv6, 200 ms" 6 22 lives
