//! When a master tells the network again where its addresses are.

use core::time::Duration;

use crate::Announcing;

/// A rival says "here" once more when it comes to the fore, often after the advert that gave it away. This long after our
/// answer we say it again, so that the last word is ours.
const ECHO: Duration = Duration::from_millis(50);

/// However often rivals are heard, bursts because of them are this far apart.
const RIVAL_DISTANCE: Duration = Duration::from_secs(1);

/// No refresh is more frequent.
const SHORTEST_REFRESH: Duration = Duration::from_millis(100);

/// Bursts to come. Those of the start were sent at once by whoever set it up.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// the second burst after becoming master
    second: Option<Duration>,
    /// soon after a rival
    echo: Option<Duration>,
    /// long after a rival
    rival: Option<Duration>,
    refresh: Option<Duration>,
    last_because_of_rival: Option<Duration>,
}

impl Schedule {
    /// For a new master.
    pub(crate) fn start(settings: &Announcing, now: Duration) -> Self {
        Self { second: after(now, settings.delay), refresh: refresh(settings, now), ..Self::default() }
    }

    /// A rival was heard, or may have been here. Packets for each address to send at once, if any.
    pub(crate) fn rival(&mut self, settings: &Announcing, now: Duration) -> Option<u8> {
        self.rival = after(now, settings.rival_delay).or(self.rival);
        let next = self.last_because_of_rival.map_or(now, |last| last.saturating_add(RIVAL_DISTANCE));
        if next > now {
            self.echo = self.echo.or(Some(next));
            return None;
        }
        self.last_because_of_rival = Some(now);
        self.echo = Some(now.saturating_add(ECHO));
        Some(settings.rival_repeat)
    }

    /// Packets for each address to send now, if any burst is due.
    pub(crate) fn due(&mut self, settings: &Announcing, now: Duration) -> Option<u8> {
        let second = take(&mut self.second, now).map(|()| settings.repeat);
        let echo = take(&mut self.echo, now).map(|()| settings.rival_repeat);
        let rival = take(&mut self.rival, now).map(|()| settings.rival_repeat);
        let refreshed = take(&mut self.refresh, now).map(|()| settings.refresh_repeat);
        if echo.is_some() {
            self.last_because_of_rival = Some(now);
        }
        if refreshed.is_some() {
            self.refresh = refresh(settings, now);
        }
        [second, echo, rival, refreshed].into_iter().flatten().max()
    }

    /// Other settings: bursts that were planned stay, the refresh begins anew.
    pub(crate) fn change(&mut self, settings: &Announcing, now: Duration) {
        self.refresh = refresh(settings, now);
    }

    pub(crate) fn wake(&self) -> Option<Duration> {
        [self.second, self.echo, self.rival, self.refresh].into_iter().flatten().min()
    }
}

/// None: never.
fn after(now: Duration, delay: Duration) -> Option<Duration> {
    (!delay.is_zero()).then(|| now.saturating_add(delay))
}

fn refresh(settings: &Announcing, now: Duration) -> Option<Duration> {
    settings.refresh.map(|distance| now.saturating_add(distance.max(SHORTEST_REFRESH)))
}

fn take(at: &mut Option<Duration>, now: Duration) -> Option<()> {
    at.take_if(|at| *at <= now).map(|_| ())
}
