# shellcheck shell=bash
# The note's httpd cluster, S6, ready to serve: two nginx, two agents, one director with the VIP.

agent_config() {
    cat >"$WORK/$1.toml" <<EOT
[[vip]]
address = "$VIP"
services = ["tcp/${2:-80}"]

[health]
listen = ["127.0.0.1:9781", "$(rip "$1"):9781"]
EOT
}

# director_config MACHINE: the service's own lines come from standard input.
director_config() {
    {
        printf 'router_id = "%s"\n\n' "${1^^}"
        printf '[[address]]\naddress = "%s"\ninterface = "eth0"\n\n' "$VIP"
        cat
    } >"$WORK/$1.toml"
}

# Checks faster than the note's six seconds: nobody wants to wait in a lab.
web_service() {
    cat <<EOT
[[service]]
name = "web"
address = "$VIP:80"
scheduler = "${1:-rr}"
forward = "dr"
check = { type = "http", path = "/", status = [200], interval = "500ms", timeout = "2s", fall = 1, rise = 1 }

[[service.real]]
address = "$(rip rs01)"
weight = 1

[[service.real]]
address = "$(rip rs02)"
weight = 1
EOT
}

real_servers_up() {
    local machine
    for machine in rs01 rs02; do
        start_web "$machine"
        agent_config "$machine"
        start_agent "$machine"
    done
    for machine in rs01 rs02; do
        wait_until "agent_ready $machine" 20
    done
}

director_up() {
    web_service "$@" | director_config lvs01
    start_director lvs01
    wait_until "has_real lvs01 $(rip rs01):80 && has_real lvs01 $(rip rs02):80" 20
}

cluster_up() {
    real_servers_up
    director_up "$@"
}

agent_ready() { [[ $(http_code "$1" http://127.0.0.1:9781/healthz) == 200 ]]; }

# S7 of the note: wlc, weight 3, TCP check.
mysql_service() {
    cat <<EOT
[[service]]
name = "mysql"
address = "$VIP:3306"
scheduler = "wlc"
forward = "dr"
check = { type = "tcp", interval = "500ms", timeout = "2s", fall = 1, rise = 1 }

[[service.real]]
address = "$(rip rs01)"
weight = 3

[[service.real]]
address = "$(rip rs02)"
weight = 3
EOT
}

mysql_cluster_up() {
    local machine
    for machine in rs01 rs02; do
        start_mysql "$machine"
        agent_config "$machine" 3306
        start_agent "$machine"
    done
    mysql_service | director_config lvs01
    start_director lvs01
    for machine in rs01 rs02; do
        wait_until "agent_ready $machine && has_real lvs01 $(rip "$machine"):3306" 30
    done
}

# The IPVS table as ipvsadm -R would take it.
table() { on "$1" ipvsadm -Sn; }

# has_real MACHINE ADDRESS:PORT [WEIGHT]
has_real() { [[ $(table "$1") =~ -r\ "$2"\ [^$'\n']*-w\ ${3:-[1-9]} ]]; }

# http_code MACHINE URL
http_code() { on "$1" curl -s -m 5 -o /dev/null -w '%{http_code}' "$2"; }
