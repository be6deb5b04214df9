# shellcheck shell=bash
# Every check against the real server: it is in the table while the server is good, and leaves with the reason when it is not.

# checked PORT CHECK [PROTOCOL]: LVS01 has one service with RS01 as its server; the check is TOML's inner part.
checked() {
    local service="$VIP:$1"
    PORT=$1
    director_config lvs01 <<EOT
[[service]]
name = "it"
address = "$service"
protocol = "${3:-tcp}"
check = { $2, interval = "300ms", timeout = "5s", fall = 1 }

[[service.real]]
address = "$(rip rs01)"
EOT
    if running director-lvs01; then
        kill -HUP "${PIDS[director-lvs01]}"
    else
        start_director lvs01
    fi
}

good() { wait_until "has_real lvs01 $(rip rs01):$PORT" 30; }

# bad REASON: what the director says, and that the server is out.
bad() {
    wait_until "! has_real lvs01 $(rip rs01):$PORT && [[ \$(director lvs01 status --json) == *'$1'* ]]" 30 ||
        fail "$(director lvs01 status)"
}

case_check_https() {
    private_ca
    certificate good www.example.org
    certificate other www.example.net
    certificate old www.example.org -1
    local ca="type = \"https\", host = \"www.example.org\", verify = \"$WORK/tls/ca.pem\""
    start_https rs01 good
    checked 443 "$ca"
    good
    echo "a certificate for another name, then one that is over"
    stop https-rs01
    start_https rs01 other
    bad 'www.example.net'
    stop https-rs01
    start_https rs01 old
    bad 'expired'
    echo "nobody looks at it"
    checked 443 'type = "https", host = "www.example.org", verify = false'
    good
    echo "an authority that this machine does not know"
    stop https-rs01
    start_https rs01 good
    checked 443 'type = "https", host = "www.example.org"'
    bad 'certificate'
}

# The server wants a certificate of the client, and chooses its own by SNI.
case_check_https_client_certificate() {
    private_ca
    certificate good www.example.org
    certificate me lvs01.example.org
    start_https rs01 good "ssl_client_certificate $WORK/tls/ca.pem; ssl_verify_client on;"
    local https="type = \"https\", host = \"www.example.org\", verify = \"$WORK/tls/ca.pem\""
    checked 443 "$https"
    bad 'status 400'
    checked 443 "$https, certificate = \"$WORK/tls/me.pem\", key = \"$WORK/tls/me.key\""
    good
}

case_check_http_body() {
    start_web rs01 "all is well"
    checked 80 'type = "http", match = "is w.ll", match_offset = [0, 10]'
    good
    echo "all is lost" >"$WORK/web-rs01/index.html"
    bad 'is w.ll'
    checked 80 'type = "http", not_match = "(?i)LOST"'
    bad 'LOST'
    checked 80 'type = "http", path = "/nothing", status = ["200-299", 404]'
    good
    checked 80 'type = "http", version = "1.0", path = "/nothing"'
    bad 'status 404'
}

# The digest is what keepalived's genhash prints, and ours prints the same, over TLS too.
case_check_digest_and_genhash() {
    start_web rs01 "the page"
    private_ca
    certificate good www.example.org
    start_https rs01 good
    local theirs ours
    theirs=$(on lvs01 genhash -s "$(rip rs01)" -p 80 -u /)
    ours=$(on lvs01 "$LAB_BIN/lvs-director" genhash -s "$(rip rs01)" -p 80 -u /)
    assert_eq "$(md5sum <"$WORK/web-rs01/index.html" | cut -d' ' -f1)" "$theirs" "genhash of keepalived"
    assert_eq "$theirs" "$ours" "genhash of http"
    checked 80 "type = \"http\", digest = \"$ours\""
    good
    theirs=$(on lvs01 genhash -S -s "$(rip rs01)" -p 443 -u / -V www.example.org)
    ours=$(on lvs01 "$LAB_BIN/lvs-director" genhash -S -s "$(rip rs01)" -p 443 -u / -V www.example.org)
    assert_eq "$theirs" "$ours" "genhash of https"
}

# The server blocks hosts whose connections go wrong three times: one that only reads the greeting, but never the director.
case_check_mysql() {
    printf '%s client\n%s lvs01\n%s rs01\n' "$(rip client)" "$(rip lvs01)" "$(rip rs01)" >"$WORK/hosts"
    mount --bind "$WORK/hosts" /etc/hosts # it counts for hosts that have a name
    start_mysql rs01 --skip-name-resolve=OFF --max-connect-errors=3
    checked 3306 'type = "mysql"'
    good
    local -i before
    # shellcheck disable=SC2034 # wait_until reads it
    before=$(server_says "SHOW GLOBAL STATUS LIKE 'Connections'")
    wait_until "(( \$(server_says \"SHOW GLOBAL STATUS LIKE 'Connections'\") > before + 12 ))" 60
    for _ in 1 2 3 4; do
        on client bash -c "exec 3<>/dev/tcp/$(rip rs01)/3306; read -rn 5 -t 5 <&3" || true
    done
    # shellcheck disable=SC2016
    wait_until '[[ $(on client mariadb --no-defaults -uroot -poldboy -h $(rip rs01) -Ne "SELECT 1" 2>&1) == *blocked* ]]' 20
    good
    stop mysql-rs01
    bad 'connect: connection refused'
}

server_says() { on rs01 mariadb --no-defaults -uroot -poldboy -h "$(rip rs01)" -Ne "$1" | awk '{ print $NF }'; }

case_check_mysql_role() {
    start_mysql rs01
    checked 3306 'type = "mysql", login = { user = "root", password = "oldboy" }, role = "writable"'
    good
    server_says 'SET GLOBAL read_only = 1'
    bad 'read_only'
    server_says 'SET GLOBAL read_only = 0'
    good
    checked 3306 'type = "mysql", login = { user = "root", password = "wrong" }'
    bad 'Access denied'
    checked 3306 'type = "mysql", login = { user = "root", password = "oldboy" }, role = "replica"'
    bad 'replica'
    assert_eq 0 "$(server_says "SHOW GLOBAL STATUS LIKE 'Aborted_clients'")" "clients that the server counts as aborted"
}

case_check_redis() {
    start_redis rs01 --requirepass oldboy
    checked 6379 'type = "redis", login = { user = "default", password = "oldboy" }, role = "master"'
    good
    on rs01 redis-cli --no-auth-warning -a oldboy replicaof "$(rip rs02)" 6379
    bad 'replica'
    on rs01 redis-cli --no-auth-warning -a oldboy replicaof no one
    good
    checked 6379 'type = "redis", login = { user = "default", password = "wrong" }'
    bad 'WRONGPASS'
    stop redis-rs01
    bad 'connect: connection refused'
}

case_check_memcached() {
    start_memcached rs01
    checked 11211 'type = "memcached"'
    good
    kill -STOP "${PIDS[memcached-rs01]}"
    bad 'timed out after 5s'
    kill -CONT "${PIDS[memcached-rs01]}"
    good
    stop memcached-rs01
    bad 'connect: connection refused'
}

case_check_postgresql() {
    start_postgres rs01
    checked 5432 'type = "postgresql"'
    good
    checked 5432 'type = "postgresql", login = { user = "lvs", password = "oldboy" }, database = "postgres", role = "writable"'
    good
    checked 5432 'type = "postgresql", login = { user = "lvs", password = "wrong" }, database = "postgres"'
    bad 'password authentication failed'
    checked 5432 'type = "postgresql", login = { user = "lvs", password = "oldboy" }, database = "postgres", role = "replica"'
    bad 'replica'
    stop postgres-rs01 INT
    bad 'connect: connection refused'
}

case_check_smtp() {
    private_ca
    certificate mail mail.lab
    start_smtp rs01
    checked 25 'type = "smtp", helo = "lvs01.lab"'
    good
    assert_eq "" "$(grep -iE 'lost|unexpected|dropped|rejected' "$WORK"/smtp-rs01/log/main* || true)" "what the server complains of"
    stop smtp-rs01 KILL
    bad 'connect: connection refused'
}

case_check_dns() {
    start_dns rs01
    checked 53 'type = "dns", name = "www.example.org", record = "A"' udp
    good
    checked 53 'type = "dns", name = "nothing.example.org", record = "A"' udp
    bad 'NXDOMAIN'
    checked 53 'type = "dns", name = "www.example.org", record = "A"' udp
    good
    stop dns-rs01
    bad 'connection refused'
}

# By UDP the name server is only bytes: its answer to a question for www.example.org begins with the question's number.
case_check_udp() {
    start_dns rs01
    local question=4c56010000010000000000000377777707
    question+=6578616d706c65036f72670000010001
    checked 53 "type = \"udp\", payload_hex = \"$question\", require_reply = true, reply_length = \"12-512\", expect = \"LV\"" udp
    good
    checked 53 "type = \"udp\", payload_hex = \"$question\", require_reply = true, reply_length = \"1-11\"" udp
    bad 'bytes'
    checked 53 "type = \"udp\", payload_hex = \"$question\"" udp
    good
    stop dns-rs01
    bad 'connection refused'
}

case_check_ping() {
    start_web rs01
    checked 80 'type = "ping"'
    good
    unplug rs01
    bad ''
    plug rs01
    good
}

case_check_tcp_expect() {
    start_redis rs01
    checked 6379 'type = "tcp", send = "PING\r\n", expect = "+PONG"'
    good
    on rs01 redis-cli config set requirepass oldboy
    bad '+PONG'
}

# The exit code is the weight, less 2.
case_check_script_weight() {
    mkdir -p /run/scripts
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexit $(cat %s)\n' "$WORK/code" >/run/scripts/check
    chmod 755 /run/scripts/check
    echo 0 >"$WORK/code"
    checked 80 "type = \"script\", command = [\"/run/scripts/check\"], weight = true"
    wait_until "has_real lvs01 $(rip rs01):80 1" 20
    echo 12 >"$WORK/code"
    wait_until "has_real lvs01 $(rip rs01):80 10" 20
    echo 1 >"$WORK/code"
    bad 'exit'
    echo 2 >"$WORK/code"
    wait_until "has_real lvs01 $(rip rs01):80 0" 20
}

case_check_file() {
    echo 0 >"$WORK/number"
    checked 80 "type = \"file\", path = \"$WORK/number\", weight = 2"
    wait_until "has_real lvs01 $(rip rs01):80 1" 20
    echo 4 >"$WORK/number"
    wait_until "has_real lvs01 $(rip rs01):80 9" 20
    checked 80 "type = \"file\", path = \"$WORK/number\""
    bad '4'
    echo 0 >"$WORK/number"
    good
}

# Source address and mark of a check's packets, as the server and the routing see them.
case_check_source_and_mark() {
    start_web rs01
    ip -n lvs01 addr add 192.168.100.77/24 dev eth0
    # what carries the mark is routed to where nobody is: the check fails by that alone
    ip -n lvs01 rule add fwmark 7 lookup 77
    ip -n lvs01 route add unreachable default table 77
    checked 80 'type = "http", source = "192.168.100.77", mark = 8, interface = "eth0"'
    good
    wait_until "[[ \$(on rs01 ss -Htan 'sport = :80') == *192.168.100.77:* ]]" 20
    checked 80 'type = "http", mark = 7'
    bad 'no route to host'
}
