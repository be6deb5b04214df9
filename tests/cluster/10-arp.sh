# shellcheck shell=bash
# The ARP problem: two real servers that hold the VIP, with and without the agent.

# Without the four sysctls every holder of the VIP answers, and clients meet whoever was first.
case_arp_problem_without_agent() {
    local machine expected
    for machine in lvs01 rs01 rs02; do
        on "$machine" ip addr add "$VIP/32" dev lo
    done
    expected=$(for machine in lvs01 rs01 rs02; do mac "$machine"; done | sort)
    assert_eq "$expected" "$(arp_answers)" "who answers ARP for the VIP"
}

case_plain_ipvs() {
    start_web rs01; start_web rs02
    for m in rs01 rs02; do
    echo 1 | on $m tee /proc/sys/net/ipv4/conf/all/arp_ignore
    on $m ip addr add $VIP/32 dev lo
    done
    on lvs01 ip addr add $VIP/32 dev eth0
    on lvs01 ipvsadm -A -t $VIP:80 -s rr
    on lvs01 ipvsadm -a -t $VIP:80 -r 192.168.100.8 -g
    on lvs01 ipvsadm -a -t $VIP:80 -r 192.168.100.9 -g
    start_client c --hold 4; on client ip neigh
    wait_until '(( $(count c ok) > 100 ))' 20
    stop_client c
    cat $WORK/count-c
arp_answers; mac lvs01; mac rs01; mac rs02; on rs01 ip a; on rs02 ip a; on rs02 sysctl -a 2>&1 | grep arp_ig
    table lvs01
    on lvs01 ipvsadm -Ln
    fail see
}
case_mysql_infra() {
 LAB_TAIL=60; 
   start_mysql rs01; start_mysql rs02
    on client mariadb --no-defaults --connect-timeout=3 -h 192.168.100.9 -uroot -poldboy -Ne 'select @@report_host; show databases'
 fail see
}
