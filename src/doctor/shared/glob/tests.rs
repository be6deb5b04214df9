use super::fits;

#[test]
fn parts_of_a_path() {
    for (pattern, path) in [
        ("net/ipv4/conf/*/arp_ignore", "net/ipv4/conf/eth0.100/arp_ignore"),
        ("a/*", "a/"),
        ("eth*", "eth0"),
        ("*th?", "eth0"),
        ("e*h*0", "eth100"),
        ("*0", "e0t0h0"),
        ("lo", "lo"),
        ("l?*", "lo"),
    ] {
        assert!(fits(pattern, path), "{pattern} {path}");
    }
    for (pattern, path) in [
        ("net/*/arp_ignore", "net/ipv4/conf/all/arp_ignore"),
        ("a/*", "a"),
        ("eth?", "eth"),
        ("*1", "eth0"),
        ("lo", "lo0"),
        ("lo0", "lo"),
        ("l?", "l"),
        ("e*h*1", "eth0"),
    ] {
        assert!(!fits(pattern, path), "{pattern} {path}");
    }
}

/// Not the tree of all ways in which many stars could share a word.
#[test]
fn many_stars_end() {
    let pattern = "*a".repeat(2_000) + "b";
    assert!(!fits(&pattern, &"a".repeat(5_000)));
}
