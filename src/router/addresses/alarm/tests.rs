use super::*;

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 9];

fn began(ips: &[&str], others: usize) -> News {
    let ips = ips.iter().map(|ip| ip.parse().unwrap()).collect();
    News::Began { mac: MAC, ips, spot: ("eth0".into(), "192.0.2.1".parse().unwrap()), others }
}

#[test]
fn words_say_who_what_and_what_to_do() {
    let text = words(&began(&["192.0.2.8"], 0));
    assert!(text.starts_with("02:00:00:00:00:09 (192.0.2.8) on eth0 says it has 192.0.2.1 too: "), "{text}");
    assert!(text.contains("lvs-rs-agent") && text.contains("arp_ignore=1"), "{text}");
    assert!(
        words(&began(&[], 2)).starts_with("02:00:00:00:00:09 on eth0 says it has 192.0.2.1 and 2 more too: ")
    );
    let ended = News::Ended { mac: MAC, spot: ("eth0".into(), "192.0.2.1".parse().unwrap()) };
    assert_eq!(words(&ended), "02:00:00:00:00:09 on eth0 does not say any more that it has 192.0.2.1");
}

#[test]
fn many_at_once_are_counted() {
    let (notes, mut lines) = crate::notes::channel();
    tell(&vec![began(&[], 0); 20], &notes);
    let mut told = Vec::new();
    while let Ok(line) = lines.try_recv() {
        told.push(line);
    }
    assert_eq!(told.len(), MOST + 1);
    let last = crate::notes::Note::Warn(
        "12 more hosts began or ceased to say that they have addresses of routers: see the status".into(),
    );
    assert_eq!(told.last(), Some(&last));
    tell(&vec![began(&[], 0); MOST], &notes);
    assert_eq!(std::iter::from_fn(|| lines.try_recv().ok()).count(), MOST);
}
