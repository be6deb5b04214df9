#!/usr/bin/env bash
# The note's MySQL cluster at work: two MariaDB servers, wlc, weight 3; one of them stops.
set -Eeuo pipefail
for part in net machines cluster show; do
    # shellcheck source=/dev/null
    source "tests/lab.d/$part.sh"
done
WORK=/run/lab
mkdir -p "$WORK" /run/netns
trap 'give_up "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR

main() {
    say "The note's MySQL cluster: client $(rip client), director LVS01 $(rip lvs01), MariaDB on RS01 $(rip rs01) and
RS02 $(rip rs02), one address for all, $VIP:3306. Starting two MariaDB servers; each tells its name as @@report_host."
    build_network
    mysql_cluster_up
    chapter "1. The table"
    show lvs01 ipvsadm -Ln
    chapter "2. The client queries through the VIP"
    queries 6
    show client mariadb --no-defaults -h "$VIP" -uroot -poldboy -e 'SHOW DATABASES'
    chapter "3. RS02's MariaDB stops"
    stop mysql-rs02
    wait_until "! has_real lvs01 $(rip rs02):3306" 30
    say "It has left the table, and queries go on:"
    show lvs01 ipvsadm -Ln
    queries 6
    chapter "4. It returns"
    start_mysql rs02
    wait_until "has_real lvs01 $(rip rs02):3306" 30
    show lvs01 ipvsadm -Ln
    queries 6
    say "That was all."
}

queries() {
    printf '\n   client# mariadb -h %s -uroot -poldboy -e "SELECT @@report_host"   (%s times)\n' "$VIP" "$1"
    local n
    for ((n = 0; n < $1; n++)); do
        mysql_query 'SELECT @@report_host' | sed 's/^/   /'
    done
}

main
