use clap::Parser;
use health::{CheckKind, HttpVersion};

use super::{GenhashArgs, dump};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: GenhashArgs,
}

fn args(line: &str) -> GenhashArgs {
    Line::try_parse_from(line.split(' ')).unwrap().args
}

fn refused(line: &str) -> String {
    Line::try_parse_from(line.split(' ')).unwrap_err().to_string()
}

#[test]
fn options_are_those_of_keepalived() {
    let args = args("genhash -s 127.0.0.1 -p 8080 -u /a?b -V www.example.org -P 1.0c -t 2 -m 7");
    let (spec, http) = (args.spec(), args.http());
    assert_eq!(spec.target, "127.0.0.1:8080".parse().unwrap());
    assert_eq!((spec.mark, spec.timeout.as_secs()), (Some(7), 6));
    assert_eq!((http.path.as_str(), http.host.as_deref()), ("/a?b", Some("www.example.org")));
    assert_eq!((http.version, &http.tls), (HttpVersion::V10Close, &None));
    assert_eq!(spec.kind, CheckKind::Http(http));
}

#[test]
fn ports_follow_the_scheme() {
    assert_eq!(args("genhash --server ::1").spec().target.port(), 80);
    assert_eq!(args("genhash --server ::1 --use-ssl").spec().target.port(), 443);
}

#[test]
fn a_name_is_sent_only_where_asked_for() {
    let sni = |line| args(line).http().tls.unwrap().sni.unwrap();
    assert_eq!(sni("genhash -S -s 127.0.0.1 -V www.example.org"), "127.0.0.1");
    assert_eq!(sni("genhash -S -I -s 127.0.0.1 -V www.example.org"), "www.example.org");
}

#[test]
fn mistakes_are_refused() {
    assert!(refused("genhash -s www.example.org").contains("invalid IP address"));
    assert!(refused("genhash -s ::1 -u index.html").contains("with a slash in front"));
    assert!(refused("genhash -s ::1 -P 2").contains("write 1.0, 1.0c or 1.1"));
    assert!(refused("genhash -s ::1 -S -I").contains("--use-virtualhost"));
}

#[test]
fn bytes_are_shown() {
    assert_eq!(dump(16, b"a\0~"), format!("0016  61 00 7e {:39} a.~\n", ""));
}
