# shellcheck shell=bash
# Installs what is missing, from the distribution's own packages.

# command : Debian package : package on Fedora, RHEL and their kin
BASE_PACKAGES='
    cc:gcc libc6-dev:gcc
    ip:iproute2:iproute
    ipvsadm:ipvsadm:ipvsadm
    keepalived:keepalived:keepalived
    nginx:nginx-light:nginx
    arping:iputils-arping:iputils
    curl:curl:curl
    modprobe:kmod:kmod
    python3:python3:python3
    ps:procps:procps-ng
    unshare:util-linux:util-linux'
TEST_PACKAGES='
    vtysh:frr:frr
    tcpdump:tcpdump:tcpdump
    nft:nftables:nftables
    strace:strace:strace
    openssl:openssl:openssl
    redis-server:redis-server:redis
    memcached:memcached:memcached
    postgres:postgresql:postgresql-server
    dnsmasq:dnsmasq-base:dnsmasq
    exim:exim4-daemon-light:exim'
MYSQL_PACKAGES='
    mariadbd:mariadb-server-core:mariadb-server
    mariadb:mariadb-client-core:mariadb'

install_packages() {
    local wanted=$BASE_PACKAGES$MYSQL_PACKAGES missing
    [[ $1 == demo ]] || wanted+=$TEST_PACKAGES
    if command -v apt-get >/dev/null; then
        missing=$(missing_packages "$wanted" 2)
        kernel_has_ipvs || command -v linux.uml >/dev/null || missing+=' user-mode-linux'
        [[ -z ${missing// /} ]] || install_with_apt "$missing"
    elif command -v dnf >/dev/null; then
        missing=$(missing_packages "$wanted" 3)
        [[ -z ${missing// /} ]] || install_with_dnf "$missing"
    fi
}

# The packages (column $2 of the table $1) whose command is not here.
missing_packages() {
    local line command packages
    while read -r line; do
        [[ -n $line ]] || continue
        command=${line%%:*}
        packages=$(cut -d: -f"$2" <<<"$line")
        command -v "$command" >/dev/null || [[ -x /usr/libexec/$command ]] ||
            compgen -G "/usr/lib/postgresql/*/bin/$command" >/dev/null || printf '%s ' "$packages"
    done <<<"$1"
}

install_with_apt() {
    local packages
    read -ra packages <<<"$1"
    echo "lab: installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    without_services apt-get install -y -qq --no-install-recommends "${packages[@]}" >"$LAB_OUT/packages.log" 2>&1 ||
        die "apt-get could not install: ${packages[*]} (see $LAB_OUT/packages.log)"
}

install_with_dnf() {
    local packages
    read -ra packages <<<"$1"
    echo "lab: installing ${packages[*]}"
    dnf install -y -q "${packages[@]}" >"$LAB_OUT/packages.log" 2>&1 ||
        die "dnf could not install: ${packages[*]} (see $LAB_OUT/packages.log)"
}

# Debian starts a service when its package is installed. The lab wants the program, not the service.
without_services() {
    local policy=/usr/sbin/policy-rc.d status=0
    if [[ -e $policy ]]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    "$@" || status=$?
    rm -f "$policy"
    return "$status"
}
