//! Services, groups and checks: what single statements become, and what is said of wrong ones.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test ends where something is missing"
)]

mod common;

use common::{findings, parse_again, read};
use config::director::{OnStop, SyncRole, VirtualService};
use health::{CheckKind, HttpVersion, Verify};
use ipvs::{Forward, TunnelKind};
use lvs_keepalived::{Kind, Mode, Reading};

/// A service with these lines, and one server with these.
fn service(lines: &str, server: &str) -> String {
    format!(
        "virtual_server 192.0.2.1 80 {{\n{lines}\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 192.0.2.8 80 {{\n{server}\n}}\n}}\n"
    )
}

fn good(text: &str) -> Vec<VirtualService> {
    let reading = read("test.conf", text, Mode::Strict);
    assert!(reading.config.is_some(), "{}", findings(&reading));
    parse_again(&reading);
    reading.config.unwrap().services
}

fn one(lines: &str, server: &str) -> VirtualService {
    good(&service(lines, server)).remove(0)
}

fn errors(reading: &Reading) -> Vec<&str> {
    let errors = reading.findings.iter().filter(|finding| finding.kind == Kind::Error);
    errors.map(|finding| finding.diagnostic.message.as_str()).collect()
}

/// Every mode reads it, and what it becomes can be written.
fn all_modes(text: &str) -> [Reading; 3] {
    [Mode::Strict, Mode::Lenient, Mode::Fix].map(|mode| {
        let reading = read("test.conf", text, mode);
        parse_again(&reading);
        reading
    })
}

#[test]
fn defaults_are_keepalived_s() {
    let service = one("", "TCP_CHECK {\n}");
    let real = &service.reals[0];
    assert!(!real.alpha && !real.inhibit);
    assert_eq!((service.quorum, service.hysteresis), (1, 0));
    let check = &real.checks[0];
    assert_eq!(check.interval.as_secs(), 60);
    assert_eq!(check.connect_timeout.unwrap().as_secs(), 5);
    assert_eq!(check.fall, 2, "one retry");
    assert_eq!(check.interval_retry.unwrap().as_secs(), 1);
    assert_eq!(check.warmup, None);
}

#[test]
fn what_is_said_inside_counts_before_what_is_said_outside() {
    let service = one(
        "delay_loop 10\nretry 5\nconnect_timeout 4\ndelay_before_retry 2\nwarmup 3\nalpha\ninhibit_on_failure",
        "retry 2\ninhibit_on_failure off\nTCP_CHECK {\nconnect_timeout 1.5\nalpha off\n}",
    );
    let real = &service.reals[0];
    assert!(!real.alpha && !real.inhibit);
    let check = &real.checks[0];
    assert_eq!((check.interval.as_secs(), check.fall), (10, 3));
    assert_eq!(check.connect_timeout.unwrap().as_millis(), 1_500);
    assert_eq!(check.timeout.as_millis(), 1_500);
    assert_eq!(check.interval_retry.unwrap().as_secs(), 2);
    assert_eq!(check.warmup.unwrap().as_secs(), 3);
}

#[test]
fn equal_checks_are_one() {
    let text = service("", "TCP_CHECK {\n}")
        + &service("", "TCP_CHECK {\n}").replace("192.0.2.1 80", "192.0.2.2 80");
    let services = good(&text);
    let first = |at: usize| &services[at].reals[0].checks[0];
    assert!(std::sync::Arc::ptr_eq(first(0), first(1)));
}

#[test]
fn the_same_check_twice_counts_once() {
    let service = one("", "TCP_CHECK {\n}\nTCP_CHECK {\n}");
    assert_eq!(service.reals[0].checks.len(), 1);
}

#[test]
fn every_url_is_a_check() {
    let service = one(
        "virtualhost outer.example.org",
        "HTTP_GET {\nhttp_protocol 1.1\nurl {\npath /a\n}\nurl {\npath /b\nstatus_code 200 300-399\nvirtualhost b.example.org\n}\n}",
    );
    let checks = &service.reals[0].checks;
    let http = |at: usize| match &checks[at].kind {
        CheckKind::Http(http) => http,
        other => panic!("{other:?}"),
    };
    assert_eq!(checks.len(), 2);
    assert_eq!(http(0).host.as_deref(), Some("outer.example.org"));
    assert_eq!(http(1).host.as_deref(), Some("b.example.org"));
    assert_eq!(http(1).version, HttpVersion::V11);
    assert_eq!(http(1).status.len(), 2);
    assert_eq!(checks[0].timeout.as_secs(), 10, "connection and answer");
    assert_eq!(checks[0].interval_retry.unwrap().as_secs(), 3);
}

#[test]
fn https_verifies_nothing_and_sends_a_name_where_said() {
    let tls = |lines: &str| {
        let service =
            one("virtualhost www.example.org", &format!("SSL_GET {{\n{lines}\nurl {{\npath /\n}}\n}}"));
        match &service.reals[0].checks[0].kind {
            CheckKind::Http(http) => http.tls.clone().unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(tls("").verify, Verify::Off);
    assert_eq!(tls("").sni, None);
    assert_eq!(tls("enable_sni").sni.as_deref(), Some("www.example.org"));
    assert_eq!(tls("sni_name x.example.org").sni.as_deref(), Some("x.example.org"));
}

#[test]
fn expressions_are_translated_or_refused() {
    let regex = |line: &str| {
        let url = format!("HTTP_GET {{\nurl {{\npath /\n{line}\n}}\n}}");
        read("test.conf", &service("", &url), Mode::Strict)
    };
    let found = |line: &str| {
        let reading = regex(line);
        parse_again(&reading);
        let services = reading.config.unwrap().services;
        match &services[0].reals[0].checks[0].kind {
            CheckKind::Http(http) => http.body.clone().unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(found("regex OK").regex, "OK");
    assert_eq!(found("regex \"OK$\"").regex, r"OK(?:\n?\z)");
    assert_eq!(found("regex ok\nregex_options caseless dotall").regex, "(?is)ok");
    assert!(!found("regex ok\nregex_no_match").wanted);
    assert_eq!(found("regex ok\nregex_min_offset 3\nregex_max_offset 9").max_offset, Some(9));
    let ahead = regex("regex \"(?=ok)\"");
    assert!(errors(&ahead)[0].contains("look-around"), "{}", findings(&ahead));
    assert_eq!(errors(&regex("regex ok\nregex_options alt_bsux")).len(), 1);
    assert_eq!(errors(&regex("regex_no_match")).len(), 1);
}

#[test]
fn a_program_has_its_own_time_and_user() {
    let service = one(
        "delay_loop 7",
        "MISC_CHECK {\nmisc_path \"/usr/bin/check 'two words' x\"\nmisc_dynamic\nuser nobody\n}\nMISC_CHECK {\nmisc_path /bin/true\nmisc_timeout 3\n}",
    );
    let checks = &service.reals[0].checks;
    match &checks[0].kind {
        CheckKind::Script(script) => {
            assert_eq!(script.command, ["/usr/bin/check", "two words", "x"]);
            assert_eq!(script.user.as_deref(), Some("nobody"));
            assert!(script.weight);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((checks[0].timeout.as_secs(), checks[0].fall), (7, 1));
    assert_eq!(checks[1].timeout.as_secs(), 3);
}

#[test]
fn the_other_checks() {
    let service = one(
        "",
        "SMTP_CHECK {\nhelo_name lvs01\nhost {\nconnect_ip 192.0.2.9\n}\nhost {\nconnect_port 587\n}\n}\n\
         DNS_CHECK {\nconnect_port 53\n}\nUDP_CHECK {\npayload \"0a1 b\"\nrequire_reply\n}\nPING_CHECK {\n}",
    );
    let checks = &service.reals[0].checks;
    let targets: Vec<String> =
        checks.iter().map(|check| format!("{} {}", check.kind.word(), check.target)).collect();
    assert_eq!(
        targets,
        [
            "smtp 192.0.2.9:80",
            "smtp 192.0.2.8:587",
            "dns 192.0.2.8:53",
            "udp 192.0.2.8:80",
            "ping 192.0.2.8:0"
        ]
    );
    assert_eq!(
        (checks[2].fall, checks[2].interval_retry.unwrap().as_secs()),
        (4, 60),
        "keepalived's for DNS"
    );
    match &checks[3].kind {
        CheckKind::Udp(udp) => {
            assert_eq!((udp.payload.as_slice(), udp.max_reply), (&[0x0a, 0x01, 0x0b][..], 255));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_adds_to_the_weight() {
    let text = format!(
        "track_file load {{\nfile /run/load\n}}\n{}",
        service("", "FILE_CHECK {\ntrack_file load\nweight 3 reverse\n}")
    );
    match &good(&text)[0].reals[0].checks[0].kind {
        CheckKind::File(file) => assert_eq!((file.path.as_str(), file.weight), ("/run/load", -3)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tunnels_and_nat() {
    let text = "virtual_server 192.0.2.1 80 {\nlvs_sched wlc\nlvs_method TUN type gue port 6080 csum\nprotocol tcp\n\
        real_server 2001:db8::8 80 {\n}\nreal_server 192.0.2.9 8080 {\nlvs_method NAT\n}\n}";
    let service = good(text).remove(0);
    match service.reals[0].destination.forward {
        Forward::Tunnel(tunnel) => assert_eq!((tunnel.kind, tunnel.port), (TunnelKind::Gue, 6080)),
        other => panic!("{other:?}"),
    }
    assert_eq!(service.reals[1].key.port, 8080);
}

#[test]
fn hysteresis_counts_both_ways() {
    let service = one("quorum 3\nhysteresis 1\nweight 5", "TCP_CHECK {\n}");
    assert_eq!((service.quorum, service.hysteresis), (2, 2), "lost below 2, back at 4");
}

#[test]
fn a_group_is_a_service_for_each_address() {
    let text = "virtual_server_group WEB {\n192.0.2.1 80\n192.0.2.4-5 443\n192.0.2.16/31 80\nfwmark 7\n}\n\
        virtual_server group WEB {\nlb_algo rr\nlb_kind DR\nprotocol TCP\nquorum_up /bin/true\n\
        real_server 192.0.2.8 80 {\nnotify_up /bin/true\nTCP_CHECK {\n}\n}\n}\n\
        virtual_server group WEB {\nlb_algo rr\nlb_kind DR\nprotocol UDP\nreal_server 192.0.2.8 80 {\n}\n}\n";
    let reading = read("test.conf", text, Mode::Strict);
    assert_eq!(errors(&reading).len(), 1, "the mark is in both: {}", findings(&reading));
    let services = good(&text.replace("fwmark 7\n", ""));
    let keys: Vec<String> = services.iter().map(|service| service.key.to_string()).collect();
    assert_eq!(
        keys[..5],
        [
            "TCP 192.0.2.1:80",
            "TCP 192.0.2.4:443",
            "TCP 192.0.2.5:443",
            "TCP 192.0.2.16:80",
            "TCP 192.0.2.17:80"
        ]
    );
    assert_eq!(services.len(), 10);
    assert_eq!(services[1].group.as_deref(), Some("WEB"));
    assert_eq!(services[5].group.as_deref(), Some("WEB 2"));
    assert_eq!(services[1].reals[0].key.port, 443, "direct routing keeps the port");
    assert_eq!(services[1].reals[0].checks[0].target.port(), 80);
    let programs =
        services.iter().map(|service| (service.notify.quorum_up.len(), service.reals[0].notify.up.len()));
    assert_eq!(programs.collect::<Vec<_>>()[..3], [(1, 1), (0, 0), (0, 0)], "told once");
}

#[test]
fn marks_have_the_family_of_their_servers() {
    let text = "virtual_server fwmark 3 {\nlb_algo rr\nlb_kind DR\nreal_server 2001:db8::8 80 {\nTCP_CHECK {\n}\n}\n}";
    let service = good(text).remove(0);
    assert_eq!(service.key.to_string(), "FWM 3 IPv6");
    assert_eq!(service.reals[0].key.port, 0);
    assert_eq!(service.reals[0].checks[0].target.port(), 80);
}

#[test]
fn global_defs() {
    let text = format!(
        "global_defs {{\nrouter_id LVS01\nscript_user nobody\nlvs_flush\nlvs_flush_on_stop VS\n\
         lvs_timeouts tcp 900 udp 60\nlvs_sync_daemon eth0 id 7\nnotify_fifo /run/all.fifo\n\
         notify_fifo_script \"/usr/bin/reader x\"\nvrrp_rt_priority 50\nvrrp_no_swap\n}}\n{}",
        service("", "")
    );
    let reading = read("test.conf", &text, Mode::Strict);
    parse_again(&reading);
    let config = reading.config.expect("good");
    assert_eq!(config.router_id.as_deref(), Some("LVS01"));
    assert!(config.ipvs.own_table && config.ipvs.on_stop == OnStop::Remove);
    assert_eq!(config.ipvs.timeouts.unwrap().tcp_fin_s, None);
    let roles: Vec<_> = config.ipvs.sync.iter().map(|daemon| (daemon.role.clone(), daemon.id)).collect();
    assert_eq!(roles, [(SyncRole::Master, 7), (SyncRole::Backup, 7)]);
    assert_eq!(config.vrrp.notify_fifo.unwrap().reader, ["/usr/bin/reader", "x"]);
    assert_eq!((config.vrrp.realtime_priority, config.vrrp.lock_memory), (Some(50), true));
    assert_eq!(config.mail, None);
}

#[test]
fn nobody_gets_mail_without_an_address() {
    let with =
        |lines: &str| format!("global_defs {{\n{lines}\n}}\n{}", service("smtp_alert", "smtp_alert off"));
    assert!(!good(&with("smtp_server 192.0.2.25"))[0].alert);
    let text =
        with("notification_email {\nadmin@example.org root\n}\nnotification_email_from lvs@example.org");
    let reading = read("test.conf", &text, Mode::Strict);
    parse_again(&reading);
    let config = reading.config.expect("good");
    let mail = config.mail.unwrap();
    assert_eq!(mail.to, ["admin@example.org", "root@localhost"]);
    assert_eq!(mail.server, (String::from("127.0.0.1"), 25));
    assert!(mail.about.servers && !mail.about.services && !mail.about.routers);
    assert!(config.services[0].alert && !config.services[0].reals[0].alert);
}

/// What is wrong, what strict reading says, and how many services lenient reading and mending leave.
#[test]
fn mistakes_are_named() {
    let cases = [
        (service("lb_kind dr", "").replace("lb_kind DR\n", ""), "there is no forwarding method `dr`"),
        (service("", "weight 5abc"), "`weight` takes a number from 0 to 2147483647"),
        (service("", "weight 1 2"), "`weight` has words behind its value"),
        (service("lb_allgo rr", ""), "there is no keyword `lb_allgo` in virtual_server"),
        (service("", "TCP_CHEK {\n}"), "there is no block `TCP_CHEK` in real_server"),
        (service("", "HTTP_GET {\n}"), "this HTTP_GET has no `url`"),
        (service("", "MISC_CHECK {\n}"), "this MISC_CHECK has no `misc_path`"),
        (service("", "FILE_CHECK {\ntrack_file x\n}"), "there is no track_file named `x`"),
        (service("", "lthreshold 5"), "`lthreshold` 5 is above `uthreshold`, 0"),
        (service("sorry_server 192.0.2.8 80", ""), "the sorry server is a real_server of the same service"),
        (service("sorry_server_inhibit", ""), "`sorry_server_inhibit` without `sorry_server`"),
        (service("mh-port", ""), "`mh-port` is a flag of the scheduler mh, not of rr"),
        (service("", "").replace("192.0.2.8", "192.0.2.1"), "192.0.2.1 is the service's own address"),
        (service("", "").replace("192.0.2.8", "224.0.0.1"), "224.0.0.1 is no host address"),
        (
            service("", "TCP_CHECK {\nbindto 2001:db8::1\n}"),
            "the check cannot reach 192.0.2.8 from 2001:db8::1",
        ),
        (
            service("persistence_engine sip\npersistence_timeout 5", ""),
            "the engine sip reads UDP, this service is TCP",
        ),
    ];
    for (text, message) in cases {
        let [strict, ..] = all_modes(&text);
        assert_eq!(errors(&strict), [message], "{text}");
        assert!(strict.config.is_none());
    }
}

#[test]
fn mending_takes_what_was_meant() {
    let text = service("lb_allgo wlc", "TCP_CHEK {\nconnect_port 8080\n}")
        .replace("virtual_server", "virtual_serer");
    let [_, _, mended] = all_modes(&text);
    let config = mended.config.as_ref().unwrap_or_else(|| panic!("{}", findings(&mended)));
    assert_eq!(config.services[0].reals[0].checks[0].target.port(), 8080);
}

#[test]
fn an_unknown_block_closes_the_one_around_it() {
    let text = service("", "TCP_CHEK {\n}\nuthreshold 7");
    let [strict, lenient, _] = all_modes(&text);
    let help = strict
        .findings
        .iter()
        .find(|one| one.kind == Kind::Error)
        .and_then(|one| one.diagnostic.help.as_deref());
    assert!(help.unwrap().contains("its `}` in line 8 closes"), "{help:?}");
    let config = lenient.config.as_ref().unwrap_or_else(|| panic!("{}", findings(&lenient)));
    assert_eq!(
        config.services[0].reals[0].destination.upper_threshold, 0,
        "the line is outside of the server"
    );
}

#[test]
fn a_service_twice_has_the_servers_of_both() {
    let text = service("", "") + &service("", "").replace("192.0.2.8", "192.0.2.9");
    let [strict, lenient, mended] = all_modes(&text);
    assert_eq!(errors(&strict), ["the service TCP 192.0.2.1:80 is there twice"]);
    for reading in [lenient, mended] {
        assert_eq!(reading.config.unwrap().services[0].reals.len(), 2);
    }
}

#[test]
fn too_many_findings_are_counted() {
    let lines = "nothing 1\n".repeat(2_000);
    let reading = read("test.conf", &service(&lines, ""), Mode::Strict);
    assert_eq!(errors(&reading).len(), 101);
    assert!(errors(&reading)[100].contains("1900 more"), "{:?}", errors(&reading)[100]);
}

#[test]
fn what_has_no_effect_is_said() {
    let reading =
        read("test.conf", &service("ip_family inet6\nops", "PING_CHECK {\nconnect_port 7\n}"), Mode::Strict);
    parse_again(&reading);
    let warnings: Vec<&str> =
        reading.findings.iter().map(|finding| finding.diagnostic.message.as_str()).collect();
    for message in ["`ip_family` has no effect", "`ops` has no effect", "`connect_port` has no effect"] {
        assert!(warnings.contains(&message), "{}", findings(&reading));
    }
}

#[test]
fn a_name_in_the_handshake_is_said() {
    let server = "virtualhost www.example.org\nSSL_GET {\nurl {\npath /\n}\n}";
    let said = |text: &str| {
        findings(&read("test.conf", &service("", text), Mode::Strict)).contains("the handshake carries")
    };
    assert!(said(server));
    assert!(!said(&server.replace("SSL_GET {", "SSL_GET {\nenable_sni")));
    assert!(!said(&server.replace("SSL_GET", "HTTP_GET")));
}
