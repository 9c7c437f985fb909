//! Notifies, driven by whoever has a clock: a timer on a laptop, virtual time in a test.

use bytes::Bytes;
use jiff::Timestamp;

use crate::{Sandbox, outbox::Attempt, outbox::Notifier};

impl Sandbox {
    /// Lets time do what it does up to `now` (orders expire, paid trades finish), and hands out the
    /// notifies that are due then. Each attempt is handed out once; tell [`Sandbox::answered`] what
    /// came of it, or it comes again at its next time.
    pub fn due(&self, now: Timestamp) -> Vec<Attempt> {
        let mut state = self.state();
        state.book.lapse(now);
        state.book.outbox.take_due(self.0.keys.gateway(), now)
    }

    /// When something is to be done next, if anything is.
    #[must_use]
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.state().book.next_due_at()
    }

    /// What a merchant answered to an attempt. Exactly the seven bytes `success` end the repetition.
    /// Says whether they did.
    pub fn answered(&self, attempt: &Attempt, reply: Option<&Bytes>) -> bool {
        let taken = Attempt::is_taken_by(reply);
        if taken {
            self.state().book.outbox.taken(attempt);
        }
        taken
    }

    /// Delivers what is due by the sandbox's clock, one after the other. Says how many attempts
    /// were made.
    pub async fn deliver_due(&self, notifier: &impl Notifier) -> usize {
        let attempts = self.due(self.0.clock.now());
        for attempt in &attempts {
            let reply = notifier
                .post(attempt.url.clone(), attempt.body.clone())
                .await;
            let taken = self.answered(attempt, reply.as_ref());
            tracing::debug!(url = attempt.url, taken, "a notify was sent");
        }
        attempts.len()
    }
}
