//! Runs a lane: sends what is due to one endpoint, while nobody else does.
//!
//! A run takes the lane's lease, sends what is due in batches, and leaves the lane until there is
//! something to do again. Whatever it has not written down when it dies is done again by whoever takes
//! the lane after its lease: a delivery may be sent twice under one `webhook-id`, and none is lost.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};

use super::{ConsumeError, in_order, send::send};
use crate::{
    App,
    delivery::{Delivery, State},
    endpoint::{DisabledBecause, Endpoint},
    lane::{End, Tried},
    reply::Verdict,
    schedule::later,
    store::{Release, SaveError, Taken, Waiting},
};

/// How many deliveries, or subjects, are sent at once to one endpoint.
pub(super) const AT_ONCE: usize = 10;
/// How long a run begins new attempts. With the time-out of the last ones it ends within 45 seconds,
/// well before its function's time and its lease are over.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(30);
/// By how much the clocks of two machines may differ: what is due so soon is due.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(1);
/// How often an endpoint is disabled anew because it was changed meanwhile.
const MAX_TRIES: usize = 5;

/// A run of a lane.
pub(super) struct Run<'a> {
    pub(super) app: &'a App,
    taken: Taken,
    ends_at: Timestamp,
}

/// How a run goes on.
enum Step {
    /// There may be more to do.
    More,
    /// Nothing is due before this time.
    Idle(Option<Timestamp>),
}

/// Runs the lane of an endpoint, if it is due and nobody else does.
pub(super) async fn run(
    app: &App,
    endpoint: Id<kind::WebhookEndpoint>,
) -> Result<(), ConsumeError> {
    let Some(taken) = app.store.take_lane(endpoint).await? else {
        return Ok(());
    };
    let ends_at = later(app.clock.now(), LONGEST_RUN);
    let mut run = Run {
        app,
        taken,
        ends_at,
    };
    loop {
        let step = run.step().await?;
        let release = match step {
            Step::More if !run.is_over() => continue,
            Step::More => app.store.pass_lane_on(&run.taken).await?,
            Step::Idle(next) => app.store.leave_lane(&run.taken, next).await?,
        };
        match release {
            Release::Done | Release::NotOurs => return Ok(()),
            Release::Woken(wakes) => run.taken.lane.notice(wakes),
        }
    }
}

impl Run<'_> {
    /// Whether nothing new is to be begun.
    pub(super) fn is_over(&self) -> bool {
        self.app.clock.now() >= self.ends_at
    }

    /// Whether something is due.
    pub(super) fn is_due(&self, due_at: Timestamp) -> bool {
        due_at <= later(self.app.clock.now(), CLOCK_SKEW)
    }

    /// One batch. The endpoint is read anew each time, so that what its owner changes counts at once.
    async fn step(&mut self) -> Result<Step, ConsumeError> {
        let lane = &self.taken.lane;
        let endpoint = self.app.store.endpoint(lane.owner, lane.endpoint).await?;
        let Some(endpoint) = endpoint else {
            return Ok(Step::Idle(None));
        };
        if endpoint.is_disabled() {
            return self.park(&endpoint).await;
        }
        if lane.health.is_paused(self.app.clock.now()) {
            return Ok(Step::Idle(lane.health.not_before));
        }
        let waiting = self.next(&endpoint).await?;
        let is_due = |place: &&Waiting| self.is_due(place.due_at);
        let due: Vec<_> = waiting.iter().take_while(is_due).cloned().collect();
        if due.is_empty() {
            return Ok(Step::Idle(waiting.first().map(|place| place.due_at)));
        }
        if self.is_over() {
            return Ok(Step::More);
        }
        let tried = if endpoint.ordered {
            in_order::send_all(self, &endpoint, due).await?
        } else {
            self.send_all(&endpoint, due).await?
        };
        self.learn(&endpoint, &tried).await?;
        Ok(Step::More)
    }

    /// What is to be looked at next: several, or of an endpoint that fails the one that it is probed
    /// with. That is its watch whenever that is due, and else what has been due for longest.
    ///
    /// Of an ordered endpoint a watch that is not the first of its subject is none: an earlier version
    /// has come late, and until that has ended the watch is not sent, however long it has been due.
    async fn next(&mut self, endpoint: &Endpoint) -> Result<Vec<Waiting>, ConsumeError> {
        let store = &self.app.store;
        let health = &self.taken.lane.health;
        if !health.is_failing() {
            return Ok(store.waiting(endpoint.id, AT_ONCE).await?);
        }
        if let Some(id) = health.watch {
            let watch = store.delivery(id).await?;
            match watch.filter(|watch| watch.state.is_open()) {
                Some(watch) if !self.is_due(watch.due_at) => {}
                Some(watch) if self.is_next(endpoint, &watch).await? => {
                    return Ok(vec![Waiting::of(&watch)]);
                }
                // The next one that fails takes its place.
                Some(_) | None => self.taken.lane.health.watch = None,
            }
        }
        Ok(store.waiting(endpoint.id, 1).await?)
    }

    /// Whether it is this delivery that is sent when its subject is looked at.
    async fn is_next(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
    ) -> Result<bool, ConsumeError> {
        if !endpoint.ordered {
            return Ok(true);
        }
        let head = self.app.store.head(endpoint.id, &delivery.subject).await?;
        Ok(head.is_some_and(|head| head.delivery == delivery.id))
    }

    /// Sends what is due, all at once.
    async fn send_all(
        &self,
        endpoint: &Endpoint,
        due: Vec<Waiting>,
    ) -> Result<Vec<Tried>, ConsumeError> {
        let ids = due.iter().map(|place| place.delivery);
        let deliveries = self.app.store.deliveries(ids).await?;
        let sent = due.into_iter().zip(deliveries);
        let sent = sent.map(|(place, delivery)| self.send_one(endpoint, place, delivery));
        let tried: Vec<Option<Tried>> = stream::iter(sent)
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(tried.into_iter().flatten().collect())
    }

    /// Sends what waits in one place, and removes the place once it is known where its delivery goes
    /// from there.
    async fn send_one(
        &self,
        endpoint: &Endpoint,
        place: Waiting,
        delivery: Option<Delivery>,
    ) -> Result<Option<Tried>, ConsumeError> {
        let store = &self.app.store;
        let mut tried = None;
        if let Some(delivery) = delivery.filter(|delivery| delivery.state.is_open()) {
            let after = if place.is_of(&delivery) {
                let (after, outcome) = self.attempt(endpoint, delivery).await?;
                tried = Some(outcome);
                match store.save_delivery(&after).await {
                    Ok(()) => after,
                    // Somebody else has it: they see to its place.
                    Err(SaveError::Lost) => return Ok(tried),
                    Err(SaveError::Service(error)) => return Err(error.into()),
                }
            } else {
                delivery
            };
            if after.state.is_open() {
                store.wait(&after).await?;
            }
        }
        store.leave(endpoint.id, &place).await?;
        Ok(tried)
    }

    /// Tries to send a delivery; answers what it is then, which is not written yet.
    pub(super) async fn attempt(
        &self,
        endpoint: &Endpoint,
        delivery: Delivery,
    ) -> Result<(Delivery, Tried), ConsumeError> {
        let id = delivery.id;
        let sent = send(self.app, endpoint, &delivery).await?;
        let (at, now) = (sent.attempt.at, sent.ended_at);
        let (after, end) = match sent.verdict {
            Verdict::Accepted => (delivery.delivered(sent.attempt, now), End::Accepted),
            Verdict::Gone => (delivery.turned_away(sent.attempt, now), End::Gone),
            Verdict::Failed { pause } => {
                let pause_until = pause.map(|pause| later(now, pause));
                let after = delivery.failed(sent.attempt, pause_until, now);
                let exhausted = after.state == State::Exhausted;
                let end = End::Failed {
                    pause_until,
                    exhausted_since: after.first_tried_at.filter(|_| exhausted),
                };
                (after, end)
            }
        };
        let tried = Tried {
            delivery: id,
            at,
            end,
        };
        Ok((after, tried))
    }

    /// Learns from a batch how the endpoint is, and disables it if it is gone or dead.
    async fn learn(&mut self, endpoint: &Endpoint, tried: &[Tried]) -> Result<(), ConsumeError> {
        let lane = &mut self.taken.lane;
        lane.health = std::mem::take(&mut lane.health).after(tried, self.app.clock.now());
        if tried.iter().any(|tried| tried.end == End::Gone) {
            self.disable(endpoint, DisabledBecause::Gone).await?;
        } else if lane.health.is_dead(tried) {
            self.disable(endpoint, DisabledBecause::Exhausted).await?;
        }
        Ok(())
    }

    async fn disable(
        &mut self,
        endpoint: &Endpoint,
        because: DisabledBecause,
    ) -> Result<(), ConsumeError> {
        let mut current = endpoint.clone();
        for _ in 0..MAX_TRIES {
            let disabled = current.disabled(because, self.app.clock.now());
            match self.app.store.save_endpoint(&disabled).await {
                Ok(()) => {
                    let (endpoint, owner) = (disabled.id.to_string(), disabled.owner.to_string());
                    tracing::error!(endpoint, owner, ?because, "an endpoint was disabled");
                    return Ok(());
                }
                Err(SaveError::Lost) => {}
                Err(SaveError::Service(error)) => return Err(error.into()),
            }
            match self.app.store.endpoint(endpoint.owner, endpoint.id).await? {
                Some(endpoint) if !endpoint.is_disabled() => current = endpoint,
                Some(_) | None => return Ok(()),
            }
        }
        Err(ConsumeError::Overtaken)
    }

    /// Parks what waits for an endpoint that is disabled, be it due or not.
    async fn park(&mut self, endpoint: &Endpoint) -> Result<Step, ConsumeError> {
        self.taken.lane.health.not_before = None;
        if endpoint.ordered && in_order::park_some(self, endpoint).await? {
            return Ok(Step::More);
        }
        let places = self.app.store.waiting(endpoint.id, AT_ONCE).await?;
        if places.is_empty() {
            return Ok(Step::Idle(None));
        }
        let ids = places.iter().map(|place| place.delivery);
        let deliveries = self.app.store.deliveries(ids).await?;
        let parked = places.into_iter().zip(deliveries).map(|(place, delivery)| {
            let open = delivery.filter(|delivery| delivery.state.is_open());
            self.park_one(endpoint, place, open)
        });
        stream::iter(parked)
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(Step::More)
    }

    async fn park_one(
        &self,
        endpoint: &Endpoint,
        place: Waiting,
        open: Option<Delivery>,
    ) -> Result<(), ConsumeError> {
        if let Some(delivery) = open {
            let parked = delivery.parked(self.app.clock.now());
            match self.app.store.save_delivery(&parked).await {
                Ok(()) => {}
                // It is another version by now, with another place: the next look finds that.
                Err(SaveError::Lost) => return Ok(()),
                Err(SaveError::Service(error)) => return Err(error.into()),
            }
        }
        Ok(self.app.store.leave(endpoint.id, &place).await?)
    }
}
