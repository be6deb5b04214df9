# shellcheck shell=bash
# Every option of director.toml: ipvsadm shows exactly the configuration, and plan after apply is empty.

# Without checks: nobody is there to answer them.
every_option() {
    options | sed 's/^\[\[service\]\]$/&\ncheck = []/'
}

options() {
    cat <<'EOT'
[ipvs]
timeouts = { tcp = "14m", tcp_fin = "70s", udp = "250s" }

[[ipvs.sync]]
role = "master"
interface = "eth0"
id = 7
group = "224.0.0.82"
port = 8849
ttl = 2
max_len = 1400

[[ipvs.sync]]
role = "backup"
interface = "eth0"
id = 8

[[service]]
address = "192.168.100.240:80"
scheduler = "wrr"
persistence = "50s"
persistence_granularity = 24
[[service.real]]
address = "192.168.100.8"
weight = 3
upper_threshold = 1000
lower_threshold = 700
[[service.real]]
address = "192.168.100.9"
weight = 0

[[service]]
address = "192.168.100.240:53"
protocol = "udp"
scheduler = "rr"
one_packet = true
[[service.real]]
address = "192.168.100.8"
forward = "tun"
[[service.real]]
address = "192.168.100.9"
forward = "nat"
[[service.real]]
address = "192.168.100.10:5353"
forward = "nat"

[[service]]
address = "192.168.100.240:5060"
protocol = "udp"
scheduler = "lc"
persistence = "2m"
persistence_engine = "sip"
[[service.real]]
address = "192.168.100.8"

[[service]]
address = "192.168.100.240:9899"
protocol = "sctp"
scheduler = "sed"
[[service.real]]
address = "192.168.100.8"

[[service]]
address = "192.168.100.241"
scheduler = "nq"
persistence = "5m"
[[service.real]]
address = "192.168.100.8"

[[service]]
address = "192.168.100.240:81"
scheduler = "sh"
scheduler_flags = ["sh-port", "sh-fallback"]
forward = "tun"
tunnel = { type = "gue", port = 6080, checksum = "full" }
[[service.real]]
address = "192.168.100.8"
[[service.real]]
address = "192.168.100.9"
tunnel = { type = "gre", checksum = "full" }
[[service.real]]
address = "192.168.100.10"
tunnel = { type = "gue", port = 6081, checksum = "remote" }

[[service]]
fwmark = 7
scheduler = "mh"
scheduler_flags = ["mh-port", "mh-fallback"]
[[service.real]]
address = "192.168.100.8"

[[service]]
fwmark = 7
family = "ipv6"
scheduler = "dh"
[[service.real]]
address = "2001:db8:100::8"

[[service]]
address = "[2001:db8:100::240]:80"
scheduler = "lblc"
persistence = "60s"
persistence_granularity = 64
[[service.real]]
address = "2001:db8:100::8"
weight = 2147483647
EOT
    local scheduler port=1000
    for scheduler in lblcr fo ovf wlc; do
        printf '[[service]]\naddress = "192.168.100.240:%s"\nscheduler = "%s"\n' $((++port)) "$scheduler"
        printf '[[service.real]]\naddress = "192.168.100.8"\n'
    done
}

# As `ipvsadm -Sn` prints it, written by hand; sorted, for the kernel's order is that of its hash table.
every_option_saved() {
    sort <<'EOT'
-A -t 192.168.100.240:80 -s wrr -p 50 -M 255.255.255.0
-a -t 192.168.100.240:80 -r 192.168.100.8:80 -g -w 3
-a -t 192.168.100.240:80 -r 192.168.100.9:80 -g -w 0
-A -u 192.168.100.240:53 -s rr -o
-a -u 192.168.100.240:53 -r 192.168.100.8:53 -i -w 1 --tun-type ipip
-a -u 192.168.100.240:53 -r 192.168.100.9:53 -m -w 1
-a -u 192.168.100.240:53 -r 192.168.100.10:5353 -m -w 1
-A -u 192.168.100.240:5060 -s lc -p 120 --pe sip
-a -u 192.168.100.240:5060 -r 192.168.100.8:5060 -g -w 1
-A --sctp-service 192.168.100.240:9899 -s sed
-a --sctp-service 192.168.100.240:9899 -r 192.168.100.8:9899 -g -w 1
-A -t 192.168.100.241:0 -s nq -p 300
-a -t 192.168.100.241:0 -r 192.168.100.8:0 -g -w 1
-A -t 192.168.100.240:81 -s sh -b sh-fallback,sh-port
-a -t 192.168.100.240:81 -r 192.168.100.8:81 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum
-a -t 192.168.100.240:81 -r 192.168.100.9:81 -i -w 1 --tun-type gre --tun-csum
-a -t 192.168.100.240:81 -r 192.168.100.10:81 -i -w 1 --tun-type gue --tun-port 6081 --tun-remcsum
-A -f 7 -s mh -b mh-fallback,mh-port
-a -f 7 -r 192.168.100.8:0 -g -w 1
-A -f 7 -6 -s dh
-a -f 7 -6 -r [2001:db8:100::8]:0 -g -w 1
-A -t [2001:db8:100::240]:80 -s lblc -p 60 -M 64
-a -t [2001:db8:100::240]:80 -r [2001:db8:100::8]:80 -g -w 2147483647
-A -t 192.168.100.240:1001 -s lblcr
-a -t 192.168.100.240:1001 -r 192.168.100.8:1001 -g -w 1
-A -t 192.168.100.240:1002 -s fo
-a -t 192.168.100.240:1002 -r 192.168.100.8:1002 -g -w 1
-A -t 192.168.100.240:1003 -s ovf
-a -t 192.168.100.240:1003 -r 192.168.100.8:1003 -g -w 1
-A -t 192.168.100.240:1004 -s wlc
-a -t 192.168.100.240:1004 -r 192.168.100.8:1004 -g -w 1
EOT
}

case_options_every_one() {
    every_option >"$WORK/lvs01.toml"
    status_of 3 director lvs01 plan --exit-code
    assert_eq "" "$(table lvs01)" "the table after plan"
    director lvs01 apply
    assert_eq "$(every_option_saved)" "$(table lvs01 | sort)" "ipvsadm -Sn"
    assert_contains "$(on lvs01 ipvsadm -Ln --thresholds -t "$VIP:80")" \
        "$(printf '  -> %-28s %-10s %-10s' "$(rip rs01):80" 1000 700)" "thresholds"
    assert_contains "$(on lvs01 ipvsadm -Ln --timeout)" "840 70 250" "timeouts"
    local daemons
    daemons=$(on lvs01 ipvsadm -Ln --daemon)
    assert_contains "$daemons" "master sync daemon (mcast=eth0, syncid=7, maxlen=1400, group=224.0.0.82, port=8849, ttl=2)" \
        "sync daemons"
    assert_contains "$daemons" "backup sync daemon (mcast=eth0, syncid=8" "sync daemons"
    status_of 0 director lvs01 plan --exit-code
    record_writes lvs01
    director lvs01 apply
    assert_eq "" "$(writes lvs01)" "IPVS writes of a second apply"
    director lvs01 cleanup
    assert_eq "" "$(table lvs01)" "the table after cleanup"
    assert_contains "$(on lvs01 ipvsadm -Ln --timeout)" "900 120 300" "timeouts after cleanup"
    assert_eq "" "$(on lvs01 ipvsadm -Ln --daemon)" "sync daemons after cleanup"
}

# What the plan prints is what a person can type: ipvsadm takes it and makes the same table.
case_options_plan_is_typed() {
    every_option >"$WORK/lvs01.toml"
    director lvs01 plan | grep '^ipvsadm -[Aa] ' >"$WORK/commands"
    on lvs01 bash -e "$WORK/commands"
    assert_eq "$(every_option_saved)" "$(table lvs01 | sort)" "ipvsadm -Sn"
}

# A tunnel crosses families; the kernel takes that only without a sync daemon.
case_options_mixed_families() {
    cat >"$WORK/lvs01.toml" <<'EOT'
[[service]]
address = "[2001:db8:100::240]:80"
[[service.real]]
address = "192.168.100.9"
forward = "tun"
EOT
    director lvs01 apply
    assert_eq "-A -t [2001:db8:100::240]:80 -s wlc
-a -t [2001:db8:100::240]:80 -r 192.168.100.9:80 -i -w 1 --tun-type ipip" "$(table lvs01)" "ipvsadm -Sn"
    status_of 0 director lvs01 plan --exit-code
}

# The running director holds it all, too, and a table edited by hand in any option comes back.
case_options_edited_by_hand() {
    every_option >"$WORK/lvs01.toml"
    start_director lvs01
    wait_until '[[ $(table lvs01 | sort) == "$(every_option_saved)" ]]' 20
    on lvs01 ipvsadm -E -t 192.168.100.240:80 -s rr
    on lvs01 ipvsadm -E -u 192.168.100.240:53 -s rr
    on lvs01 ipvsadm -e -t 192.168.100.240:81 -r 192.168.100.8:81 -i --tun-type ipip
    on lvs01 ipvsadm -d -f 7 -r 192.168.100.8:0
    on lvs01 ipvsadm -e -t 192.168.100.240:80 -r 192.168.100.8:80 -g -w 3 -x 5 -y 4
    wait_until '[[ $(table lvs01 | sort) == "$(every_option_saved)" ]]' 20
    wait_until '[[ $(on lvs01 ipvsadm -Ln --thresholds -t 192.168.100.240:80) == *" 1000 "* ]]' 20
}
