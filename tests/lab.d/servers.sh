# shellcheck shell=bash
# The servers that checks and mail are tried on, the distribution's own, on the machines. State is in $WORK, in memory.

# start_https MACHINE CERTIFICATE [LINE…]: nginx on 443 with $WORK/tls/CERTIFICATE.{pem,key}; more lines of its server.
start_https() {
    local machine=$1 certificate=$WORK/tls/$2 dir=$WORK/https-$1
    mkdir -p "$dir"
    printf '%s\n' "$machine" >"$dir/index.html"
    cat >"$dir/nginx.conf" <<EOT
daemon off; master_process off; user root; pid $dir/pid; error_log stderr error;
events { }
http {
    access_log $dir/access.log;
    client_body_temp_path $dir/tmp; proxy_temp_path $dir/tmp; fastcgi_temp_path $dir/tmp;
    uwsgi_temp_path $dir/tmp; scgi_temp_path $dir/tmp;
    server {
        listen 443 ssl; root $dir; default_type text/plain;
        ssl_certificate $certificate.pem; ssl_certificate_key $certificate.key;
        $(printf '%s\n' "${@:3}")
    }
}
EOT
    mkdir -p "$dir/tmp"
    start "https-$machine" "$machine" nginx -p "$dir" -e stderr -c "$dir/nginx.conf"
    wait_until "listens $machine 443" 20
}

# private_ca: $WORK/tls/ca.pem.
# certificate NAME HOST [DAYS [KEY]]: one of its server certificates; a negative number of days has expired.
private_ca() {
    mkdir -p "$WORK/tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=the lab's CA" \
        -keyout "$WORK/tls/ca.key" -out "$WORK/tls/ca.pem" 2>>"$WORK/openssl.log"
}

certificate() {
    local at=$WORK/tls/$1
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
    [[ ! ${4-} ]] || key=(-newkey "$4")
    openssl req "${key[@]}" -nodes -subj "/CN=$2" -keyout "$at.key" -out "$at.csr" 2>>"$WORK/openssl.log"
    openssl x509 -req -in "$at.csr" -CA "$WORK/tls/ca.pem" -CAkey "$WORK/tls/ca.key" -CAcreateserial \
        -days "${3:-1}" -extfile <(echo "subjectAltName=DNS:$2") -out "$at.pem" 2>>"$WORK/openssl.log"
}

# start_redis MACHINE [OPTION…]
start_redis() {
    start "redis-$1" "$1" redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --save '' --dir "$WORK" "${@:2}"
    wait_until "listens $1 6379" 30
}

start_memcached() {
    start "memcached-$1" "$1" memcached -u root -m 4 -t 1 -l 0.0.0.0
    wait_until "listens $1 11211" 30
}

# start_postgres MACHINE: user lvs, password oldboy, by SCRAM. It refuses to be root.
start_postgres() {
    local machine=$1 dir=$WORK/postgres-$1 bin
    bin=$(postgres_programs)
    if [[ ! -d $dir ]]; then
        mkdir -p "$dir"
        echo oldboy >"$dir.password"
        chown postgres "$dir" "$dir.password"
        as_postgres "$bin/initdb" -D "$dir/data" -U lvs --pwfile "$dir.password" -A scram-sha-256 --no-sync \
            >"$WORK/initdb-$machine.log" 2>&1
        echo "host all all 0.0.0.0/0 scram-sha-256" >>"$dir/data/pg_hba.conf"
    fi
    start "postgres-$machine" "$machine" setpriv --reuid postgres --regid postgres --clear-groups \
        "$bin/postgres" -D "$dir/data" -c listen_addresses='*' -c unix_socket_directories='' -c fsync=off \
        -c shared_buffers=1MB -c max_connections=10 -c dynamic_shared_memory_type=mmap
    wait_until "listens $machine 5432" 60
}

as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }

# Debian's place, by version, and that of Fedora and its kin.
postgres_programs() {
    local program
    for program in /usr/bin/postgres /usr/lib/postgresql/*/bin/postgres; do
        [[ ! -x $program ]] || dirname "$program"
    done | tail -n 1
}

# start_dns MACHINE: knows www.example.org, and nothing else.
start_dns() {
    start "dns-$1" "$1" dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --user=root \
        --pid-file="$WORK/dns-$1.pid" --local=/example.org/ --address=/www.example.org/192.0.2.1
    wait_until "[[ \$(on $1 ss -Hlun 'sport = :53') ]]" 20
}

# start_smtp MACHINE: Exim on 25, with STARTTLS and login on 587, with TLS and login on 465; user lvs, password oldboy. What it
# takes is in $WORK/smtp-MACHINE/inbox. Its certificate is $WORK/tls/mail.{pem,key}.
start_smtp() {
    local machine=$1 dir=$WORK/smtp-$1 user
    user=$(id -un Debian-exim 2>/dev/null || id -un exim)
    mkdir -p "$dir"/{spool,log}
    cp "$WORK"/tls/mail.{pem,key} "$dir"
    cat >"$dir/exim.conf" <<EOT
primary_hostname = mail.lab
spool_directory = $dir/spool
log_file_path = $dir/log/%s
daemon_smtp_ports = 25 : 465 : 587
tls_on_connect_ports = 465
tls_advertise_hosts = \${if eq{\$received_port}{587}{*}{}}
tls_certificate = $dir/mail.pem
tls_privatekey = $dir/mail.key
auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = check
keep_environment =
begin acl
check:
  require condition = \${if or{{eq{\$received_port}{25}}{def:authenticated_id}}}
  accept
begin routers
all:
  driver = accept
  transport = inbox
begin transports
inbox:
  driver = appendfile
  file = $dir/inbox
  user = $user
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if and{{eq{\$auth2}{lvs}}{eq{\$auth3}{oldboy}}}}
  server_set_id = \$auth2
EOT
    chown -R "$user" "$dir"
    chown root "$dir/exim.conf"
    start "smtp-$machine" "$machine" "$(command -v exim4 || command -v exim)" -bdf -C "$dir/exim.conf"
    wait_until "listens $machine 25 && listens $machine 465 && listens $machine 587" 30
}

# mails MACHINE: all that came.
mails() { cat "$WORK/smtp-$1/inbox" 2>/dev/null || true; }
