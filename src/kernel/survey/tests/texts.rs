use crate::survey::routes::{route_v4, route_v6};
use crate::survey::units::{parse, seconds};

#[test]
fn routes_of_both_families() {
    let word = |bytes: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(bytes));
    let line = format!(
        "eth0\t{}\t{}\t0003\t0\t0\t100\t{}\t0\t0\t0",
        word([192, 0, 2, 0]),
        word([198, 51, 100, 1]),
        word([255, 255, 255, 0])
    );
    let route = route_v4(&line).unwrap();
    assert_eq!(("192.0.2.0".parse().unwrap(), 24), route.to);
    assert_eq!(Some("198.51.100.1".parse().unwrap()), route.via);
    assert_eq!((Some("eth0".to_owned()), 100), (route.interface, route.metric));

    let line = "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 \
                00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1";
    let route = route_v6(line).unwrap();
    assert_eq!(("2001:db8::".parse().unwrap(), 64), route.to);
    assert_eq!((None, Some("eth1".to_owned()), 256), (route.via, route.interface, route.metric));
}

#[test]
fn no_routes_in_headings_and_refusals() {
    assert_eq!(None, route_v4("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"));
    assert_eq!(None, route_v4("*\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0"));
    assert_eq!(None, route_v6("2001"));
}

#[test]
fn units_by_all_their_names() {
    let text = "Id=keepalived.service\nNames=keepalived.service vrrp.service\nLoadState=loaded\nActiveState=active\n\
                UnitFileState=enabled\nTimeoutStopUSec=1min 30s\nLimitNOFILE=524288\n\n\
                Id=none.service\nNames=none.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n\n\
                Id=a.service\nNames=a.service\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n\
                TimeoutStopUSec=infinity\nLimitNOFILE=infinity\n";
    let units = parse(text);
    assert_eq!(vec!["a.service", "keepalived.service", "vrrp.service"], units.keys().collect::<Vec<_>>());
    let keepalived = &units["vrrp.service"];
    assert!(keepalived.runs() && keepalived.starts_at_boot());
    assert_eq!((Some(90), Some(524_288)), (keepalived.stop_timeout_s, keepalived.open_files));
    assert_eq!((None, None), (units["a.service"].stop_timeout_s, units["a.service"].open_files));
    assert!(!units["a.service"].starts_at_boot());
}

#[test]
fn times_as_systemd_writes_them() {
    assert_eq!(Some(80), seconds("1min 20s"));
    assert_eq!(Some(1), seconds("1.5s"));
    assert_eq!(Some(0), seconds("500ms"));
    assert_eq!(Some(93_784), seconds("1d 2h 3min 4s"));
    for none in ["infinity", "", "soon", "1 parsec"] {
        assert_eq!(None, seconds(none), "{none}");
    }
}
