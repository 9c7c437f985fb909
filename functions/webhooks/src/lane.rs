//! Lanes: the way to one endpoint, on which one worker is at a time.
//!
//! A lane knows how its endpoint is. One that fails again and again is not sent its whole queue: it is
//! probed with one delivery, and left alone for a while when that fails too. The first delivery that
//! failed, the *watch*, keeps its own schedule meanwhile, so that an endpoint that stays dead is found
//! to be dead when the watch is exhausted; the other probes only find out sooner that it is well.

use kernel::{Id, Timestamp, kind};

use crate::{
    owner::Owner,
    schedule::{later, probe_wait},
};

/// How many attempts must have failed, with no success between them, before an endpoint counts as
/// failing. A message that its receiver chokes on is not an endpoint that is down.
const FAILING_AFTER: u32 = 5;

/// A lane while somebody runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) endpoint: Id<kind::WebhookEndpoint>,
    pub(crate) owner: Owner,
    pub(crate) wakes: Wakes,
    pub(crate) health: Health,
}

/// How often a lane was woken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wakes {
    /// How often somebody said that there is work. A lane is only left if this is what it was when
    /// the lane was looked at.
    pub(crate) woken: u64,
    /// How often of these its endpoint had changed, so that what was thought of it no longer counts.
    pub(crate) roused: u64,
}

/// How an endpoint is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    /// How many attempts have failed since one was taken.
    pub(crate) failures: u32,
    /// When the first of them was made.
    pub(crate) failing_since: Option<Timestamp>,
    /// The first delivery that failed since one was taken.
    pub(crate) watch: Option<Id<kind::WebhookDelivery>>,
    /// How many probes have failed in a row.
    pub(crate) probes: u32,
    /// When one was taken last.
    pub(crate) last_success_at: Option<Timestamp>,
    /// Until when the endpoint is left alone.
    pub(crate) not_before: Option<Timestamp>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) delivery: Id<kind::WebhookDelivery>,
    /// When it was made.
    pub(crate) at: Timestamp,
    pub(crate) end: End,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was taken.
    Accepted,
    /// There is no such endpoint any more.
    Gone,
    /// It failed.
    Failed {
        /// Until when the endpoint wants to be left alone.
        pause_until: Option<Timestamp>,
        /// If it was the delivery's last attempt: when its first was made.
        exhausted_since: Option<Timestamp>,
    },
}

impl Lane {
    /// Notes that it was woken while it ran. What the run has learned of an endpoint that has changed
    /// since is forgotten: it would bring back the pause that the change has ended.
    pub(crate) fn notice(&mut self, wakes: Wakes) {
        if wakes.roused != self.wakes.roused {
            self.health = std::mem::take(&mut self.health).afresh();
        }
        self.wakes = wakes;
    }
}

impl Health {
    /// How an endpoint is of which nothing is known but what it once took.
    fn afresh(self) -> Self {
        Self {
            last_success_at: self.last_success_at,
            ..Self::default()
        }
    }

    /// Whether the endpoint is probed with one delivery at a time.
    pub(crate) fn is_failing(&self) -> bool {
        self.failures >= FAILING_AFTER
    }

    /// Whether the endpoint is left alone.
    pub(crate) fn is_paused(&self, now: Timestamp) -> bool {
        self.not_before.is_some_and(|until| until > now)
    }

    /// How the endpoint is after these attempts, which were made at the same time. One that takes some
    /// of them is well: it is the others that are at fault.
    pub(crate) fn after(mut self, tried: &[Tried], now: Timestamp) -> Self {
        let accepted = tried.iter().filter(|tried| tried.end == End::Accepted);
        if let Some(last) = accepted.map(|tried| tried.at).max() {
            self = Self {
                last_success_at: self.last_success_at.max(Some(last)),
                ..Self::default()
            };
        } else {
            for failed in tried {
                self.failures = self.failures.saturating_add(1);
                self.failing_since.get_or_insert(failed.at);
                self.watch.get_or_insert(failed.delivery);
            }
        }
        let pauses = tried.iter().filter_map(|tried| match tried.end {
            End::Failed { pause_until, .. } => pause_until,
            End::Accepted | End::Gone => None,
        });
        self.not_before = self.not_before.max(pauses.max());
        if !tried.is_empty() && self.is_failing() {
            self.probes = self.probes.saturating_add(1);
            let next = later(now, probe_wait(self.probes));
            self.not_before = self.not_before.max(Some(next));
        }
        self
    }

    /// Whether the endpoint is to be disabled after these attempts, which `self` knows of: a delivery
    /// was tried as often as can be, and nothing has got through since its first attempt.
    pub(crate) fn is_dead(&self, tried: &[Tried]) -> bool {
        tried.iter().any(|tried| match tried.end {
            End::Failed {
                exhausted_since: Some(since),
                ..
            } => self.last_success_at.is_none_or(|success| success < since),
            End::Failed { .. } | End::Accepted | End::Gone => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn tried(name: &str, second: i64, end: End) -> Tried {
        Tried {
            delivery: Id::derive(&[name]),
            at: at(second),
            end,
        }
    }

    const FAILED: End = End::Failed {
        pause_until: None,
        exhausted_since: None,
    };

    fn failing(times: usize) -> Health {
        let batch = vec![tried("first", 0, FAILED); times];
        Health::default().after(&batch, at(0))
    }

    #[test]
    fn an_endpoint_fails_after_five_attempts_without_a_success() {
        assert!(!failing(4).is_failing());
        assert_eq!(failing(4).not_before, None);
        let failing = failing(5);
        assert!(failing.is_failing() && failing.is_paused(at(4)) && !failing.is_paused(at(5)));
        assert_eq!(failing.failing_since, Some(at(0)));
    }

    #[test]
    fn each_probe_that_fails_makes_the_next_come_later() {
        let mut health = failing(5);
        for wait in [10, 20, 40, 80, 160, 300, 300] {
            health = health.after(&[tried("other", 100, FAILED)], at(100));
            assert_eq!(health.not_before, Some(at(100 + wait)));
        }
        assert_eq!(health.watch, Some(Id::derive(&["first"])));
    }

    #[test]
    fn one_success_makes_it_well() {
        let batch = [tried("a", 9, FAILED), tried("b", 9, End::Accepted)];
        let well = failing(9).after(&batch, at(9));
        let expected = Health {
            last_success_at: Some(at(9)),
            ..Health::default()
        };
        assert_eq!(well, expected);
    }

    #[test]
    fn a_pause_is_kept_even_by_one_that_is_well() {
        let pause = End::Failed {
            pause_until: Some(at(60)),
            exhausted_since: None,
        };
        let batch = [tried("a", 0, End::Accepted), tried("b", 0, pause)];
        let health = Health::default().after(&batch, at(0));
        assert!(health.is_paused(at(59)) && !health.is_paused(at(60)));
        let both = failing(5).after(&[tried("b", 0, pause)], at(0));
        assert_eq!(both.not_before, Some(at(60)));
    }

    #[test]
    fn it_is_dead_if_nothing_got_through_while_one_was_tried_to_its_end() {
        let exhausted = End::Failed {
            pause_until: None,
            exhausted_since: Some(at(10)),
        };
        let last = [tried("a", 400, exhausted)];
        assert!(Health::default().is_dead(&last));
        for (success, dead) in [(9, true), (10, false), (300, false)] {
            let health = Health::default().after(&[tried("b", success, End::Accepted)], at(300));
            assert_eq!(
                health.after(&last, at(400)).is_dead(&last),
                dead,
                "{success}"
            );
        }
        assert!(!failing(50).is_dead(&[tried("a", 0, FAILED)]));
    }

    #[test]
    fn a_lane_that_is_roused_forgets_all_but_the_last_success() {
        let mut health = Health::default().after(&[tried("a", 1, End::Accepted)], at(1));
        health = health.after(&vec![tried("b", 2, FAILED); 5], at(2));
        let mut lane = Lane {
            endpoint: Id::derive(&["e"]),
            owner: Owner::Partner(Id::derive(&["p"])),
            wakes: Wakes::default(),
            health: health.clone(),
        };
        let woken = Wakes {
            woken: 1,
            roused: 0,
        };
        lane.notice(woken);
        assert_eq!((lane.wakes, &lane.health), (woken, &health));
        let roused = Wakes {
            woken: 2,
            roused: 1,
        };
        lane.notice(roused);
        let expected = Health {
            last_success_at: Some(at(1)),
            ..Health::default()
        };
        assert_eq!((lane.wakes, lane.health), (roused, expected));
    }

    proptest! {
        #[test]
        fn a_pause_never_gets_shorter_without_a_success(
            pauses in prop::collection::vec(prop::option::of(1i64..5_000), 1..20),
        ) {
            let mut health = Health::default();
            let mut now = at(0);
            for pause in pauses {
                let before = health.not_before;
                let pause_until = pause.map(|pause| later(now, jiff::SignedDuration::from_secs(pause)));
                let end = End::Failed { pause_until, exhausted_since: None };
                health = health.after(&[tried("a", now.as_second(), end)], now);
                prop_assert!(health.not_before >= before);
                prop_assert!(health.not_before >= pause_until);
                now = health.not_before.unwrap_or(now);
            }
        }
    }
}
