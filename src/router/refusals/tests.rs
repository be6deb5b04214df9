use super::*;

fn key(last: u8) -> (String, IpAddr, Refused) {
    ("VI_1".into(), IpAddr::from([192, 0, 2, last]), Refused::Password)
}

#[test]
fn each_is_told_once_in_an_hour() {
    let mut refusals = Refusals::default();
    assert!(refusals.is_new(key(1), Duration::ZERO));
    assert!(!refusals.is_new(key(1), Duration::from_secs(3_599)));
    assert!(refusals.is_new(key(2), Duration::from_secs(3_599)));
    assert!(refusals.is_new(key(1), Duration::from_secs(3_600)));
}

#[test]
fn invented_senders_do_not_fill_the_memory_or_the_log() {
    let mut refusals = Refusals::default();
    let told = (0..1_000_u32).filter(|number| {
        let from = IpAddr::from(number.to_be_bytes());
        refusals.is_new(("VI_1".into(), from, Refused::Checksum), Duration::ZERO)
    });
    assert_eq!(told.count(), MOST);
}

#[test]
fn another_password_is_named() {
    let line = line("VI_1", IpAddr::from([192, 0, 2, 7]), Refused::Password);
    assert_eq!(
        line,
        "VI_1: adverts of 192.0.2.7 are refused (password): it has the same virtual_router_id and another `auth`: \
         both may become master"
    );
}
