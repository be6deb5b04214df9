use super::*;

fn sysctls(test: &str, values: &[(&str, i32)]) -> (std::path::PathBuf, Sysctls) {
    let root = std::env::temp_dir().join(format!("lvs-answers-{test}-{}", std::process::id()));
    for (path, value) in values {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    }
    (root.clone(), Sysctls::new(&root))
}

fn answers(interface: &str, vip: [u8; 4]) -> Answers {
    let server = Ipv4Addr::new(192, 0, 2, 8);
    Answers {
        paths: BTreeSet::from([(server.into(), IpAddr::from(vip))]),
        towards: BTreeMap::from([(server, interface.to_owned())]),
        ..Answers::default()
    }
}

fn in_the_way(answers: &mut Answers, sysctls: &Sysctls, managed: bool) -> Vec<String> {
    answers.warn(sysctls, managed);
    answers.obstacles.keys().cloned().collect()
}

#[test]
fn what_is_not_ours_to_set_is_said() {
    let (root, sysctls) = sysctls(
        "managed",
        &[("net/ipv4/conf/all/accept_local", 0), ("net/ipv4/conf/eth0.100/accept_local", 0)],
    );
    let mut answers = answers("eth0.100", [192, 0, 2, 240]);
    assert_eq!(in_the_way(&mut answers, &sysctls, true), [""; 0]);
    assert_eq!(in_the_way(&mut answers, &sysctls, false), ["net.ipv4.conf.eth0/100.accept_local=1"]);
    std::fs::write(root.join("net/ipv4/conf/all/accept_local"), "1").unwrap();
    assert_eq!(in_the_way(&mut answers, &sysctls, false), [""; 0], "either will do");
    std::fs::remove_dir_all(root).unwrap();
}

/// 127.0.0.1 is on `lo`: whoever is reached by eth0 and has it as VIP is not heard.
#[test]
fn a_strict_filter_matters_where_the_vip_is_on_another_interface() {
    let strict = [("net/ipv4/conf/all/rp_filter", 0), ("net/ipv4/conf/eth0/rp_filter", 1)];
    let (root, sysctls) = sysctls("filter", &strict);
    let cure = ["net.ipv4.conf.eth0.rp_filter=2"];
    assert_eq!(in_the_way(&mut answers("eth0", [127, 0, 0, 1]), &sysctls, true), cure);
    assert_eq!(in_the_way(&mut answers("lo", [127, 0, 0, 1]), &sysctls, true), [""; 0]);
    assert_eq!(in_the_way(&mut answers("eth0", [192, 0, 2, 240]), &sysctls, true), [""; 0], "not here");
    std::fs::write(root.join("net/ipv4/conf/all/rp_filter"), "2").unwrap();
    assert_eq!(
        in_the_way(&mut answers("eth0", [127, 0, 0, 1]), &sysctls, true),
        [""; 0],
        "the higher counts"
    );
    std::fs::remove_dir_all(root).unwrap();
}

#[test]
fn servers_that_are_not_checked_so_any_more_are_forgotten() {
    let mut answers = answers("eth0", [192, 0, 2, 240]);
    assert_eq!(answers.interfaces(&BTreeSet::new()), BTreeSet::new());
    assert_eq!(answers.towards, BTreeMap::new());
    let local = BTreeSet::from([(IpAddr::from([127, 0, 0, 8]), IpAddr::from([192, 0, 2, 240]))]);
    assert_eq!(answers.interfaces(&local), BTreeSet::new(), "this machine's own needs nothing");
}
