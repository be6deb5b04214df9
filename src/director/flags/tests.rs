fn flags(keys: &str, address: &str) -> String {
    let text = format!(
        "[[service]]\naddress = \"{address}\"\n{keys}\n[[service.real]]\naddress = \"127.0.0.2\"\nforward = \"tun\"\n"
    );
    let service = config::director::parse(&text).unwrap().0.services.remove(0);
    super::text(&service.settings, service.key.family())
}

#[test]
fn as_ipvsadm_says_them() {
    assert_eq!(flags("", "192.0.2.1:80"), "");
    assert_eq!(flags("scheduler = \"sh\"\nscheduler_flags = [\"sh-port\"]", "192.0.2.1:80"), "(sh-port)");
    assert_eq!(flags("persistence = \"20s\"", "192.0.2.1:80"), "persistent 20");
    assert_eq!(
        flags("persistence = \"6m\"\npersistence_granularity = 24", "192.0.2.1:80"),
        "persistent 360 mask 255.255.255.0"
    );
    assert_eq!(
        flags("persistence = \"6m\"\npersistence_granularity = 64", "[2001:db8::1]:80"),
        "persistent 360 mask 64"
    );
    assert_eq!(flags("protocol = \"udp\"\none_packet = true", "192.0.2.1:53"), "ops");
}
