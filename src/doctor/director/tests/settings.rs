use super::*;

const MH: &str = "[[service]]\nname = \"mh\"\naddress = \"192.168.100.240:81\"\nscheduler = \"mh\"\n[[service.real]]\naddress = \"192.168.100.8\"\n";
const SYNC: &str = "[[ipvs.sync]]\nrole = \"vrrp\"\nvrrp = \"VI_1\"\ninterface = \"eth0\"\n";
const PATH: &str = "check = { type = \"tcp\", path = \"dr\" }\n";

#[test]
fn each_setting_that_harms_is_found_with_its_cure() {
    let cases = [
        ("conntrack", "net/ipv4/vs/conntrack", "1", "sysctl -w net.ipv4.vs.conntrack=0"),
        ("conn-reuse-mode", "net/ipv4/vs/conn_reuse_mode", "0", "sysctl -w net.ipv4.vs.conn_reuse_mode=2"),
        (
            "conntrack-table",
            "net/netfilter/nf_conntrack_count",
            "60000",
            "sysctl -w net.netfilter.nf_conntrack_max=262144",
        ),
        (
            "send-redirects",
            "net/ipv4/ip_forward",
            "1",
            "sysctl -w net.ipv4.conf.all.send_redirects=0 'net.ipv4.conf.eth0.send_redirects=0'",
        ),
    ];
    for (id, path, value, cure) in cases {
        let mut host = prepared();
        host.fine(id);
        let wrong = host.set(path, value).wrong(id);
        assert!(wrong.contains(cure), "{wrong}");
    }
}

#[test]
fn an_interface_sends_no_redirects_at_the_next_boot_either() {
    let mut host = prepared();
    let wrong = host.set("net/ipv4/ip_forward", "1").wrong("send-redirects");
    let kept = "all.send_redirects = 0; net.ipv4.conf.default.send_redirects = 0; net.ipv4.conf.eth0.send_redirects = 0";
    assert!(wrong.contains(kept), "{wrong}");
}

#[test]
fn a_port_used_again_waits_on_old_kernels_with_conntrack() {
    let mut host = prepared();
    host.set("net/ipv4/vs/conntrack", "1").fine("conn-reuse-mode");
    host.host.release = Seen::Known(Release::parse("5.4.0").unwrap());
    assert!(host.wrong("conn-reuse-mode").contains("sysctl -w net.ipv4.vs.conntrack=0"));
    host.set("net/ipv4/vs/conntrack", "0").fine("conn-reuse-mode");
}

#[test]
fn nat_needs_forwarding_and_may_need_conntrack() {
    let mut host = prepared_with("", "forward = \"nat\"\n");
    assert!(host.wrong("ip-forward").contains("sysctl -w net.ipv4.ip_forward=1"));
    host.set("net/ipv4/ip_forward", "1").fine("ip-forward");
    host.set("net/ipv4/vs/conntrack", "1").fine("conntrack");
    prepared().set("net/ipv4/ip_forward", "1").fine("ip-forward");
}

#[test]
fn what_lvs_director_sets_itself_is_wrong_only_where_it_does_not() {
    let mut host = prepared();
    host.set("net/ipv4/vs/expire_nodest_conn", "0").fine("expire-nodest-conn");
    assert!(
        host.runs(&[]).wrong("expire-nodest-conn").contains("sysctl -w net.ipv4.vs.expire_nodest_conn=1")
    );
    let mut unmanaged = prepared_with("", "[ipvs]\nmanage_sysctls = false\n");
    unmanaged.set("net/ipv4/vs/expire_nodest_conn", "0");
    assert!(unmanaged.wrong("expire-nodest-conn").contains("hang"));
}

#[test]
fn persistence_needs_templates_that_expire() {
    prepared().not_applicable("expire-quiescent-template");
    let text = "[[service]]\nname = \"p\"\naddress = \"192.168.100.240:81\"\npersistence = \"20s\"\n[[service.real]]\naddress = \"192.168.100.8\"\n";
    let mut host = prepared_with("", text);
    host.fine("expire-quiescent-template");
    host.set("net/ipv4/vs/expire_quiescent_template", "0").runs(&[]);
    assert!(host.wrong("expire-quiescent-template").contains("expire_quiescent_template=1"));
}

#[test]
fn maglev_between_directors_begins_in_the_middle() {
    prepared().not_applicable("sloppy-tcp");
    prepared_with("", &format!("{SYNC}{MH}")).not_applicable("sloppy-tcp");
    let mut host = prepared_with("", MH);
    assert!(host.wrong("sloppy-tcp").contains("sysctl -w net.ipv4.vs.sloppy_tcp=1"));
    host.set("net/ipv4/vs/sloppy_tcp", "1").fine("sloppy-tcp");
}

#[test]
fn checks_of_the_true_path_need_ipvs_and_their_answers() {
    prepared().not_applicable("backup-only");
    prepared().not_applicable("path-checks");
    let mut host = prepared_with("", &format!("{PATH}{SYNC}"));
    host.fine("backup-only");
    host.fine("path-checks");
    assert!(host.set("net/ipv4/vs/backup_only", "1").wrong("backup-only").contains("backup_only=0"));
    let mut host = prepared_with("", &format!("{PATH}[ipvs]\nmanage_sysctls = false\n"));
    assert!(host.wrong("path-checks").contains("sysctl -w 'net.ipv4.conf.eth0.accept_local=1'"));
    host.set("net/ipv4/conf/all/accept_local", "1").fine("path-checks");
}

#[test]
fn answers_by_another_interface_than_the_vip_s_are_filtered() {
    let mut host = prepared_with("", PATH);
    host.links().push(Link { name: "eth1".to_owned(), ..eth0() });
    host.own.ways.insert(ip(RIP), Ok(Way { interface: "eth1".to_owned(), via: None }));
    host.set("net/ipv4/conf/eth1/rp_filter", "1").set("net/ipv4/conf/eth1/accept_local", "1");
    assert!(host.wrong("path-checks").contains("sysctl -w 'net.ipv4.conf.eth1.rp_filter=2'"));
    host.set("net/ipv4/conf/all/rp_filter", "2").fine("path-checks");
}

#[test]
fn without_the_module_there_are_no_settings() {
    let mut host = prepared();
    host.own.table = Seen::Known(None);
    host.host.sysctls = crate::Sysctls::default();
    host.set("net/ipv4/ip_forward", "0");
    for id in ["conntrack", "conn-reuse-mode", "expire-nodest-conn", "strange-services", "conntrack-table"] {
        host.not_applicable(id);
    }
}

#[test]
fn settings_that_cannot_be_read_are_unknown() {
    let mut host = prepared();
    let others =
        host.host.sysctls.iter().filter(|(path, _)| !path.contains("/vs/") && !path.contains("nf_conntrack"));
    host.host.sysctls = others.map(|(path, value)| (path.to_owned(), value.to_owned())).collect();
    host.not_applicable("conntrack");
    host.not_applicable("conntrack-table");
    host.host.sysctls.refuse("net/ipv4/vs", "not permitted");
    host.host.sysctls.refuse("net/netfilter/nf_conntrack_count", "not permitted");
    for id in ["conntrack", "conn-reuse-mode", "expire-nodest-conn", "conntrack-table"] {
        host.unknown(id);
    }
    host.host.modules.loaded = Seen::Known(BTreeSet::new());
    host.fine("ipvs-modules");
    host.host.sysctls.refuse("kernel/modules_disabled", "not permitted");
    host.unknown("ipvs-modules");
}
