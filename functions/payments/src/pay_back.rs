//! Paying back: a refund is set aside, submitted, and resolved by the provider's word.
//!
//! Invariants: its amount is set aside in the transaction that creates it, so that all refunds and
//! chargebacks of a payment together never exceed it; and it is submitted under one number for ever,
//! so that it is made once, whoever dies in between and however often it is asked for.

use kernel::{Id, kind};
use platform::ServiceError;

use crate::{
    App,
    intent::{MoveError, PaymentIntent},
    provider::MadeAnswer,
    refund::{Contradiction, Refund, RefundAnswer, RefundOrder, RefundState, RefundStep},
    store::{MAX_TRIES, SaveError},
};

/// Why a refund was not brought further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PayBackError {
    /// There is no such payment.
    #[error("there is no payment intent {0}")]
    UnknownIntent(Id<kind::PaymentIntent>),
    /// There is another refund under this id.
    #[error("the refund {0} was asked for with other particulars before")]
    Different(Id<kind::Refund>),
    /// The provider says the opposite of what it said before.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The sums of the payment do not have what was set aside: a defect of ours.
    #[error("the payment's sums do not allow it")]
    Sums(#[source] MoveError),
    /// Too many others were changing the payment.
    #[error("too many changes of one payment at once")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Makes a refund, or brings the one that was begun under its id further.
pub(crate) async fn pay_back(app: &App, order: RefundOrder) -> Result<Refund, PayBackError> {
    let refund = set_aside(app, order).await?;
    advance(app, refund).await
}

/// Speaks to the provider about a refund and keeps what it says.
pub(crate) async fn advance(app: &App, refund: Refund) -> Result<Refund, PayBackError> {
    let answer = match refund.step() {
        RefundStep::Done => return Ok(refund),
        RefundStep::Submit => match app.provider.refund(&refund).await {
            // It may have been made at an earlier submission of which we know nothing.
            RefundAnswer::Taken => match app.provider.refund_made(&refund).await {
                MadeAnswer::Made => RefundAnswer::Made,
                MadeAnswer::NotMade | MadeAnswer::Silence => RefundAnswer::Taken,
            },
            answer => answer,
        },
        RefundStep::Ask => match app.provider.refund_made(&refund).await {
            MadeAnswer::Made => RefundAnswer::Made,
            // The same number again: if it is on its way after all, this is no second one.
            MadeAnswer::NotMade => app.provider.refund(&refund).await,
            MadeAnswer::Silence => RefundAnswer::Silence,
        },
    };
    settle(app, refund, answer).await
}

/// Keeps what the provider said about a refund, together with the sums of its payment.
pub(crate) async fn settle(
    app: &App,
    mut refund: Refund,
    answer: RefundAnswer,
) -> Result<Refund, PayBackError> {
    for _ in 0..MAX_TRIES {
        let now = app.clock.now();
        let answered = refund.answered(answer.clone(), now);
        if let Err(contradiction) = &answered {
            platform::books_disagree!(
                Payments,
                refund = %refund.id,
                %contradiction,
                "the provider says otherwise than before"
            );
        }
        let Some(next) = answered? else {
            return Ok(refund);
        };
        let written = match resolve(app, &next).await? {
            Some(Ok(intent)) => app.store.save_refund_with(&intent, &next).await,
            None => app.store.save_refund(&next).await,
            // What was set aside is gone: somebody else has resolved the refund since it was read.
            Some(Err(sums)) => {
                let current = reload(app, &refund).await?;
                if current.version == refund.version {
                    return Err(PayBackError::Sums(sums));
                }
                refund = current;
                continue;
            }
        };
        match written {
            Ok(()) => return Ok(next.saved()),
            Err(SaveError::Known | SaveError::Lost) => refund = reload(app, &refund).await?,
            Err(SaveError::Service(error)) => return Err(error.into()),
        }
    }
    Err(PayBackError::Contended)
}

/// The refund with its amount set aside, or the refusal of one for which there is nothing left.
async fn set_aside(app: &App, order: RefundOrder) -> Result<Refund, PayBackError> {
    for _ in 0..MAX_TRIES {
        if let Some(refund) = app.store.refund(order.intent, order.id).await? {
            if refund.is_of(&order) {
                return Ok(refund);
            }
            return Err(PayBackError::Different(order.id));
        }
        let intent = app.store.intent(order.intent).await?;
        let intent = intent.ok_or(PayBackError::UnknownIntent(order.intent))?;
        if intent.group != order.group {
            return Err(PayBackError::UnknownIntent(order.intent));
        }
        let now = app.clock.now();
        let (refund, written) = match intent.reserve(order.amount, now) {
            Ok(reserved) => {
                let refund = Refund::requested(order.clone(), now);
                let written = app.store.save_refund_with(&reserved, &refund).await;
                (refund, written)
            }
            Err(refusal) => {
                platform::books_disagree!(
                    Payments,
                    refund = %order.id,
                    %refusal,
                    "a refund is due that its payment does not have"
                );
                let refund = Refund::impossible(order.clone(), refusal.to_string(), now);
                let written = app.store.save_refund(&refund).await;
                (refund, written)
            }
        };
        match written {
            Ok(()) => return Ok(refund.saved()),
            Err(SaveError::Known | SaveError::Lost) => {}
            Err(SaveError::Service(error)) => return Err(error.into()),
        }
    }
    Err(PayBackError::Contended)
}

/// The payment with the sums that it has once `refund` is resolved, or why it cannot have them;
/// nothing if the refund is not resolved.
async fn resolve(
    app: &App,
    refund: &Refund,
) -> Result<Option<Result<PaymentIntent, MoveError>>, PayBackError> {
    if !refund.state.is_resolved() {
        return Ok(None);
    }
    let intent = app.store.intent(refund.intent).await?;
    let intent = intent.ok_or(PayBackError::UnknownIntent(refund.intent))?;
    let (amount, at) = (refund.amount, refund.changed_at);
    Ok(Some(match refund.state {
        RefundState::Succeeded => intent.refunded(amount, at),
        _ => intent.refund_failed(amount, at),
    }))
}

async fn reload(app: &App, refund: &Refund) -> Result<Refund, PayBackError> {
    let found = app.store.refund(refund.intent, refund.id).await?;
    found.ok_or(PayBackError::Different(refund.id))
}
