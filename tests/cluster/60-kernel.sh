# shellcheck shell=bash
# A kernel that refuses, and what a kernel can be asked for.

case_kernel_without_capability() {
    web_service | director_config lvs01
    status_of 1 on lvs01 setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
        "$LAB_BIN/lvs-director" -c "$WORK/lvs01.toml" --run-dir "$WORK/run-lvs01" apply
    assert_contains "$OUTPUT" "CAP_NET_ADMIN" "the hint"
}

# The module is loaded when it is missing; where it cannot be, the hint says which and how.
case_kernel_without_ipvs() {
    [[ $LAB_KIND == uml ]] || skip "modules are unloaded under user-mode Linux only"
    unload_ipvs
    web_service | director_config lvs01
    local helper
    helper=$(cat /proc/sys/kernel/modprobe)
    echo /bin/false >/proc/sys/kernel/modprobe
    mount --bind /bin/false "$(realpath /sbin/modprobe)"
    status_of 1 director lvs01 apply
    umount "$(realpath /sbin/modprobe)"
    echo "$helper" >/proc/sys/kernel/modprobe
    assert_contains "$OUTPUT" "ip_vs" "the hint"
    assert_contains "$OUTPUT" "modprobe" "the hint"
    status_of 0 director lvs01 apply
    has_real lvs01 "$(rip rs01):80"
}

# Modules leave only when nothing holds them, scheduler modules first.
unload_ipvs() {
    wait_until 'modprobe -r $(awk "/^ip_vs_/ { print \$1 }" /proc/modules) ip_vs; [[ ! -e /proc/net/ip_vs ]]' 20
}

# A scheduler without a module: that service is refused, the others are there, and plan says what remains.
case_kernel_refuses_one_service() {
    [[ $LAB_KIND == uml ]] || skip "this kernel has the module twos"
    {
        web_service twos | sed 's/"web"/"unlucky"/'
        web_service | sed 's/"web"/"lucky"/; s/:80"/:81"/'
    } | director_config lvs01
    status_of 1 director lvs01 apply
    assert_contains "$OUTPUT" "ip_vs_twos" "the error"
    has_real lvs01 "$(rip rs01):81" && has_real lvs01 "$(rip rs02):81"
    status_of 3 director lvs01 plan --exit-code
    assert_contains "$OUTPUT" "twos" "what remains"
    [[ $OUTPUT != *:81* ]] || fail "plan asks for what is there: $OUTPUT"
}


case_kernel_hostile_http() {
    cluster_up
    start_hostile lvs01 127.0.0.1:9780
    for _ in 1 2 3 4 5; do
        assert_eq 200 "$(http_code lvs01 http://127.0.0.1:9780/v1/status)" "/v1/status beside them"
    done
    stop web-rs02 KILL
    wait_until "! has_real lvs01 $(rip rs02):80" 20
}
