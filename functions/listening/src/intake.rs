//! From the listens of one request to the one message that they lead to.

use kernel::{Event, Id, Timestamp, kind};
use platform::ServiceError;

use crate::{
    Parts, events,
    listen::{Listen, Rejection, Span, Verdict},
};

/// The listens of one request, judged.
pub(crate) struct Intake {
    received_at: Timestamp,
    outcomes: Vec<Result<Verdict, Rejection>>,
    /// Sorted, each once, so that the order and repetitions of a request make no difference.
    earning: Vec<(Listen, Span)>,
}

impl Intake {
    /// Judges `listens`, which were received at `received_at`.
    pub(crate) fn of(listens: impl IntoIterator<Item = Listen>, received_at: Timestamp) -> Self {
        let received_at_s = received_at.as_second();
        let mut earning = Vec::new();
        let outcomes = listens
            .into_iter()
            .map(|listen| {
                let outcome = listen.judge(received_at_s);
                if let Ok(Verdict::Earns(span)) = outcome {
                    earning.push((listen, span));
                }
                outcome
            })
            .collect();
        earning.sort_unstable();
        earning.dedup();
        Self {
            received_at,
            outcomes,
            earning,
        }
    }

    /// What became of each listen, in the order of the request.
    pub(crate) fn outcomes(&self) -> &[Result<Verdict, Rejection>] {
        &self.outcomes
    }

    /// The message that the request leads to; none if nothing earns anything.
    fn event(&self, account: Id<kind::Account>) -> Option<Event> {
        (!self.earning.is_empty())
            .then(|| events::listens_submitted(account, self.received_at, &self.earning))
    }
}

impl Parts {
    /// Sends what `account` earned on its way to points. After an error it may have been sent; the
    /// client's retry then sends it again, which earns nothing twice.
    pub(crate) async fn publish(
        &self,
        account: Id<kind::Account>,
        intake: &Intake,
    ) -> Result<(), ServiceError> {
        match intake.event(account) {
            Some(event) => self.listens.send_event(&event).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Clock;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    const NOW_S: i64 = 1_780_000_000;

    fn any_listens() -> impl Strategy<Value = Vec<Listen>> {
        let listen =
            (NOW_S - 30 * 86_400..NOW_S + 600).prop_map(|start_s| Listen::attested(start_s, None));
        prop::collection::vec(listen, 0..30)
    }

    proptest! {
        #[test]
        fn neither_order_nor_repetition_changes_the_message(
            (one, other) in any_listens()
                .prop_flat_map(|listens| {
                    let twice = [listens.clone(), listens.clone()].concat();
                    (Just(listens), Just(twice).prop_shuffle())
                }),
        ) {
            let account = Id::generate(&Clock::manual(at(0)));
            let (one, other) = (Intake::of(one, at(NOW_S)), Intake::of(other, at(NOW_S)));
            prop_assert_eq!(one.event(account), other.event(account));
            prop_assert_eq!(2 * one.outcomes().len(), other.outcomes().len());
        }
    }

    #[test]
    fn a_retry_has_the_same_id_and_another_member_or_another_listen_has_another() {
        let clock = Clock::manual(at(0));
        let (alice, bob) = (Id::generate(&clock), Id::generate(&clock));
        let id = |account, start_s, now_s| {
            let listen = Listen::attested(start_s, None);
            Intake::of([listen], at(now_s)).event(account).unwrap().id
        };
        let first = id(alice, NOW_S, NOW_S);
        assert_eq!(first, id(alice, NOW_S, NOW_S + 25));
        assert_ne!(first, id(bob, NOW_S, NOW_S));
        assert_ne!(first, id(alice, NOW_S - 1, NOW_S));
    }

    #[test]
    fn a_thousand_listens_fit_a_small_message() {
        let account = Id::generate(&Clock::manual(at(0)));
        let listens = (0..1_000).map(|index| Listen::attested(NOW_S - 200 * index, None));
        let event = Intake::of(listens, at(NOW_S)).event(account).unwrap();
        assert!(serde_json::to_vec(&event).unwrap().len() < 26_000);
    }
}
