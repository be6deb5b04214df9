//! The small things: exits, errors, limits, clock, metrics, log lines.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lvs_daemon::clock::{Clock, rfc3339};
use lvs_daemon::errors::{chain, one_line};
use lvs_daemon::exit::Exit;
use lvs_daemon::log::{Lines, Style};
use lvs_daemon::{limits, metrics};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Debug, thiserror::Error)]
#[error("listen on 127.0.0.1:80")]
struct Outer(#[source] io::Error);

#[test]
fn an_error_with_its_causes() {
    let error = Outer(io::Error::from(io::ErrorKind::PermissionDenied));
    let text = "error: listen on 127.0.0.1:80\n  caused by: permission denied\nhint: try sudo\n";
    assert_eq!(chain(&error, Some("try sudo")), text);
    let error: &dyn Error = &error;
    assert_eq!(one_line(error), "listen on 127.0.0.1:80: permission denied");
}

#[test]
fn exits_are_promises() {
    let all = [Exit::Done, Exit::Failed, Exit::Usage, Exit::Changes, Exit::ConfigRefused];
    assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 78]);
}

#[test]
fn descriptors_never_become_fewer() {
    let before = limits::raise_nofile(0).unwrap();
    let after = limits::raise_nofile(before + 1).unwrap();
    assert!(after >= before);
    assert_eq!(limits::raise_nofile(1).unwrap(), after);
}

#[test]
fn times_as_rfc_3339_has_them() {
    let text = |seconds, ms: u32| rfc3339(UNIX_EPOCH + Duration::new(seconds, ms * 1_000_000));
    assert_eq!(text(0, 0), "1970-01-01T00:00:00.000Z");
    assert_eq!(text(951_782_399, 999), "2000-02-28T23:59:59.999Z");
    assert_eq!(text(951_782_400, 0), "2000-02-29T00:00:00.000Z");
    assert_eq!(text(1_709_164_800, 7), "2024-02-29T00:00:00.007Z");
    assert_eq!(text(1_735_689_599, 0), "2024-12-31T23:59:59.000Z");
    assert_eq!(text(4_107_542_400, 0), "2100-03-01T00:00:00.000Z");
    assert_eq!(rfc3339(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00.000Z");
}

#[test]
fn moments_become_wall_time() {
    let clock = Clock::start();
    let now = clock.wall(clock.now());
    let system = rfc3339(SystemTime::now());
    assert_eq!(now[..16], system[..16], "{now} {system}");
    assert!(clock.wall(Duration::from_secs(3600)) > now);
    // no panic, whatever is asked
    clock.wall(Duration::MAX);
    clock.instant(Duration::MAX);
}

#[test]
fn metrics_are_open_metrics() {
    let mut registry = Registry::default();
    let drifts = Counter::<u64>::default();
    registry.register("drifts", "Times something was put right", drifts.clone());
    drifts.inc();
    let text = metrics::render(&registry).unwrap();
    assert!(text.contains("drifts_total 1\n") && text.ends_with("# EOF\n"), "{text}");
    assert!(metrics::CONTENT_TYPE.starts_with("application/openmetrics-text; version=1.0.0"));
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(style: Style, log: impl FnOnce()) -> String {
    let memory = Memory::default();
    let writer = memory.clone();
    let subscriber = tracing_subscriber::registry().with(Lines::new(style, move || writer.clone()));
    tracing::subscriber::with_default(subscriber, log);
    String::from_utf8(memory.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn journal_lines_have_a_priority_and_no_time() {
    let text = logged(Style::Journal, || {
        tracing::info!(service = "web", weight = 1, reason = "connect: timed out", "real server down");
        tracing::warn!(empty = "", error = %"a=b", list = ?["x"], "odd");
        tracing::error!("end");
        tracing::trace!("detail");
    });
    let expected = "<6>INFO real server down service=web weight=1 reason=\"connect: timed out\"\n\
         <4>WARN odd empty=\"\" error=\"a=b\" list=[\"x\"]\n<3>ERROR end\n<7>TRACE detail\n";
    assert_eq!(text, expected);
}

#[test]
fn terminal_lines_have_the_time() {
    let text = logged(Style::Terminal, || tracing::debug!("looked"));
    let (time, rest) = text.split_once(' ').unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z') && time.len() == 24, "{time}");
    assert_eq!(rest, "DEBUG looked\n");
}

#[test]
fn one_event_is_one_line_of_bounded_length() {
    let text = logged(Style::Journal, || {
        tracing::info!(reason = "a\n<0>EMERG fake\u{1b}[31m", "from\na peer");
        tracing::info!(huge = "y".repeat(1_000_000));
    });
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(!lines[0].contains('\u{1b}') && lines[0].starts_with("<6>INFO from a peer reason="));
    assert!(lines[1].chars().count() <= 4_097);
}
