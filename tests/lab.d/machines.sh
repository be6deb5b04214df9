# shellcheck shell=bash
# What runs on the machines: web servers, databases, the two daemons, clients. State is in $WORK, in memory.

declare -A PIDS=()
exec {PAUSE}<> <(:)

# A short wait without a process.
pause() { read -rt 0.1 -u "$PAUSE" || true; }

# wait_until CONDITION SECONDS: evaluates until it is true.
wait_until() {
    local end=$((SECONDS + $2))
    until eval "$1" >/dev/null 2>&1; do
        if ((SECONDS >= end)); then
            echo "not within $2 s: $1" >&2
            return 1
        fi
        pause
    done
}

# logged NAME TEXT: in the log of something that was started.
logged() { [[ $(sed 's/\x1b\[[0-9;]*m//g' "$WORK/$1.log") == *"$2"* ]]; }

# start NAME MACHINE COMMAND…: in the background, log in $WORK/NAME.log.
start() {
    local name=$1 machine=$2
    shift 2
    nsenter --net="/run/netns/$machine" -- "$@" >>"$WORK/$name.log" 2>&1 </dev/null &
    PIDS[$name]=$!
}

# stop NAME [SIGNAL]: until it is gone.
stop() {
    local pid=${PIDS[$1]-}
    [[ -n $pid ]] || return 0
    kill -"${2:-TERM}" "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do pause; done # the shell is not everyone's parent
    unset "PIDS[$1]"
}

running() { [[ -n ${PIDS[$1]-} ]] && kill -0 "${PIDS[$1]}" 2>/dev/null; }

# start_web MACHINE [BODY]: answers every request with the machine's name, on every address.
start_web() {
    local machine=$1 dir=$WORK/web-$1
    mkdir -p "$dir/tmp"
    printf '%s\n' "${2:-$machine}" >"$dir/index.html"
    cat >"$dir/nginx.conf" <<EOT
daemon off; master_process off; user root; pid $dir/pid; error_log stderr error;
events { worker_connections 4096; }
http {
    access_log off; keepalive_timeout 600s; keepalive_requests 1000000; default_type text/plain;
    client_body_temp_path $dir/tmp; proxy_temp_path $dir/tmp; fastcgi_temp_path $dir/tmp;
    uwsgi_temp_path $dir/tmp; scgi_temp_path $dir/tmp;
    server { listen ${3:-80}; listen [::]:${3:-80}; root $dir; }
}
EOT
    # shellcheck disable=SC2046 # two words, or none
    start "web-$machine" "$machine" nginx -p "$dir" $(nginx_early_log) -c "$dir/nginx.conf"
    wait_until "listens $machine ${3:-80}" 20
}

# Where it writes before it has read its configuration, from 1.19.5 on.
nginx_early_log() { ! nginx -h 2>&1 | grep '^ *-e ' >/dev/null || printf '%s\n' -e stderr; }

listens() { [[ $(on "$1" ss -Hltn "sport = :$2") ]]; }

# Small, and without the 8 TB of address space that newer ones reserve: user-mode Linux has not so much.
MYSQL_OPTIONS=(--no-defaults --user=root --skip-name-resolve --innodb-log-file-size=4M
    --innodb-buffer-pool-size=8M --loose-innodb-buffer-pool-size-max=8M --key-buffer-size=1M)

# start_mysql MACHINE [OPTION…]: MariaDB that says the machine's name as @@report_host; user root, password oldboy, as in the note.
start_mysql() {
    local machine=$1 dir=$WORK/mysql-$1
    [[ -d $dir ]] || new_database "$dir"
    start "mysql-$machine" "$machine" "$(mariadb_server)" "${MYSQL_OPTIONS[@]}" --datadir="$dir" \
        --socket="$dir.sock" --pid-file="$dir.pid" --bind-address='*' --report-host="$machine" \
        --performance-schema=OFF --init-file="$WORK/mysql.init" "${@:2}"
    wait_until "listens $machine 3306" 60
}

mariadb_server() { command -v mariadbd || echo /usr/libexec/mariadbd; }

# Made once, then copied.
new_database() {
    if [[ ! -d $WORK/mysql.template ]]; then
        mariadb-install-db "${MYSQL_OPTIONS[@]}" --datadir="$WORK/mysql.template" --force --skip-test-db \
            --auth-root-authentication-method=normal >"$WORK/mysql-install.log" 2>&1
        cat >"$WORK/mysql.init" <<'EOT'
CREATE USER IF NOT EXISTS root@'%' IDENTIFIED BY 'oldboy';
GRANT ALL ON *.* TO root@'%';
CREATE DATABASE IF NOT EXISTS test1;
EOT
    fi
    cp -a "$WORK/mysql.template" "$1"
}

# mysql_query SQL: one new connection from the client through the VIP.
mysql_query() { on client mariadb --no-defaults --connect-timeout=3 -h "$VIP" -uroot -poldboy -Ne "$1"; }

# start_agent MACHINE, start_director MACHINE [OPTION…]: configuration in $WORK/MACHINE.toml.
start_agent() { start "agent-$1" "$1" "$LAB_BIN/lvs-rs-agent" -c "$WORK/$1.toml" --run-dir "$WORK/run-$1" run; }
start_director() { start "director-$1" "$1" "$LAB_BIN/lvs-director" -c "$WORK/$1.toml" --run-dir "$WORK/run-$1" run; }

# agent MACHINE COMMAND…, director MACHINE COMMAND…
agent() { on "$1" "$LAB_BIN/lvs-rs-agent" -c "$WORK/$1.toml" --run-dir "$WORK/run-$1" "${@:2}"; }
director() { on "$1" "$LAB_BIN/lvs-director" -c "$WORK/$1.toml" --run-dir "$WORK/run-$1" "${@:2}"; }

# start_client NAME OPTION…: counts what happens to its requests (lab.d/client.py says how).
start_client() {
    start "client-$1" client python3 "$LAB_REPO/tests/lab.d/client.py" --out "$WORK/count-$1" "${@:2}"
    wait_until "(( \$(count $1 ok) > 0 ))" 20
}

stop_client() { stop "client-$1"; }

# count NAME WHAT: ok, failed, broken, or a server's name.
count() { awk -F= -v key="$2" '$1 == key { n = $2 } END { print n + 0 }' "$WORK/count-$1" 2>/dev/null || echo 0; }

# more_requests CLIENT NUMBER: waits until so many more were answered.
more_requests() {
    local goal=$(($(count "$1" ok) + $2))
    wait_until "(( \$(count $1 ok) >= $goal ))" 90
}

# has_address MACHINE DEVICE ADDRESS
has_address() { [[ $(ip -n "$1" -o addr show dev "$2") == *" $3 "* ]]; }

# Who answers ARP for an address, as seen by the client: one hardware address a line.
arp_answers() {
    # its status tells whether there were as many answers as questions, which is not the question here
    { on client arping -b -c 3 -w 4 -I eth0 "${1:-$VIP}" || true; } |
        grep -oE '\[[0-9A-F:]{17}\]' | tr -d '[]' | tr 'A-F' 'a-f' | sort -u
}

mac() { ip -n "$1" -o link show dev eth0 | grep -oE 'ether [0-9a-f:]{17}' | cut -d' ' -f2; }
