//! How long to wait before an agent is tried again.

use core::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// From 100 ms doubling to 5 s, each time half of it more or less by chance, so that many directors and agents do not meet.
#[derive(Clone, Debug)]
pub struct Backoff {
    chance: u64,
    /// none: the next is anything up to [`FIRST`]
    around: Option<Duration>,
}

impl Backoff {
    /// `seed`: chance, another one for each agent.
    pub fn new(seed: u64) -> Self {
        Self { chance: seed, around: Some(FIRST) }
    }

    /// How long to wait before the next attempt.
    #[expect(clippy::should_implement_trait, reason = "it never ends, so an Option would say nothing")]
    pub fn next(&mut self) -> Duration {
        let per_mille = self.per_mille();
        let Some(around) = self.around else {
            self.around = Some(FIRST);
            return FIRST * per_mille / 1000;
        };
        self.around = Some(around.saturating_mul(2).min(LONGEST));
        around / 2 + around * per_mille / 1000
    }

    /// The stream lived for long: the next attempt follows within 100 ms.
    pub fn reset(&mut self) {
        self.around = None;
    }

    /// 0 to 1000, by splitmix64.
    fn per_mille(&mut self) -> u32 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % 1001).unwrap_or(0)
    }
}
