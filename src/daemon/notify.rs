//! Words to the service manager (`sd_notify(3)`). Without `NOTIFY_SOCKET` every one of them does nothing.

use std::time::Duration;

use sd_notify::NotifyState;

/// The daemon serves; `status` stands in `systemctl status`. Also ends a reload.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(&line(status))]);
}

/// What `systemctl status` shows.
pub fn status(text: &str) {
    tell(&[NotifyState::Status(&line(text))]);
}

/// The configuration is being read again; [`ready`] must follow, whether it was taken or not.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        // Type=notify-reload wants both in one message
        Ok(since) => tell(&[NotifyState::Reloading, since]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The daemon is ending.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The daemon is alive; due at least each [`watchdog_interval`].
pub fn watchdog() {
    tell(&[NotifyState::Watchdog]);
}

/// How often [`watchdog`] is to be called: half of the unit's `WatchdogSec=`; none without one.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2).filter(|interval| !interval.is_zero())
}

/// A second line would be taken as another variable.
fn line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "service manager not told");
    }
}
