//! Getting the money, or knowing that it will not come: what the provider says of a trade becomes the
//! state of its intent.
//!
//! Everybody who hears of a trade comes through here: the notify, the sweeper, whoever closes. The
//! provider is always spoken to before anything is written, so a death in between leaves an intent
//! that is asked for again.

use kernel::Timestamp;
use platform::ServiceError;

use crate::{
    App,
    intent::{Capture, Ending, MoveError, PaymentIntent, Shut},
    provider::{CloseAnswer, PaidTrade, TradeAnswer},
    store::ChangeError,
};

/// Why nothing came of it. What is stored is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    /// The provider gave no answer to act on.
    #[error("the provider gives no answer")]
    Silence,
    /// The intent cannot make the move: for people to look at.
    #[error("the payment cannot be changed so")]
    Refused(#[source] MoveError),
    /// Too many others were changing the intent.
    #[error("too many changes of one payment at once")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Asks the provider for an intent, and closes it once its time is over.
pub(crate) async fn ask(app: &App, intent: PaymentIntent) -> Result<PaymentIntent, CollectError> {
    let now = app.clock.now();
    let is_over = now >= intent.expires_at;
    match app.provider.trade(intent.id).await {
        TradeAnswer::Paid(trade) => take(app, intent, trade).await,
        TradeAnswer::Closed => closed_by_provider(app, intent).await,
        // Somebody opened the page after all, of an intent that nobody is to pay any more.
        TradeAnswer::Waiting if is_over || !intent.state.is_open() => {
            close_or_wait(app, intent, now).await
        }
        TradeAnswer::NeverSeen if is_over && intent.state.is_open() => {
            close_or_wait(app, intent, now).await
        }
        TradeAnswer::Waiting | TradeAnswer::NeverSeen | TradeAnswer::Silence => {
            wait(app, intent, now).await
        }
    }
}

/// Closes an intent at the provider and here. If the provider says that it is paid, it is captured
/// instead: look at the state of what comes back.
pub(crate) async fn close(
    app: &App,
    intent: PaymentIntent,
    ending: Ending,
) -> Result<PaymentIntent, CollectError> {
    match app.provider.close(intent.id).await {
        CloseAnswer::Closed => end(app, intent, ending, Shut::Firmly).await,
        CloseAnswer::NeverSeen => end(app, intent, ending, Shut::Loosely).await,
        CloseAnswer::Refused => match app.provider.trade(intent.id).await {
            TradeAnswer::Paid(trade) => take(app, intent, trade).await,
            TradeAnswer::Closed => end(app, intent, ending, Shut::Firmly).await,
            TradeAnswer::Waiting | TradeAnswer::NeverSeen | TradeAnswer::Silence => {
                Err(CollectError::Silence)
            }
        },
        CloseAnswer::Silence => Err(CollectError::Silence),
    }
}

/// Ends an intent whose trade nobody can pay any more, says the provider.
pub(crate) async fn closed_by_provider(
    app: &App,
    intent: PaymentIntent,
) -> Result<PaymentIntent, CollectError> {
    let is_over = app.clock.now() >= intent.expires_at;
    let ending = if is_over {
        Ending::Expired
    } else {
        Ending::Failed
    };
    end(app, intent, ending, Shut::Firmly).await
}

/// Captures what the provider has. Another amount than ours is taken by nobody.
pub(crate) async fn take(
    app: &App,
    intent: PaymentIntent,
    trade: PaidTrade,
) -> Result<PaymentIntent, CollectError> {
    if trade.amount != intent.amount {
        let (id, ours, theirs) = (intent.id, intent.amount, trade.amount);
        platform::books_disagree!(
            Payments,
            intent = %id,
            %ours,
            %theirs,
            "the provider has another amount"
        );
        return end(app, intent, Ending::Conflicted, Shut::Firmly).await;
    }
    let now = app.clock.now();
    let capture = Capture {
        trade_no: trade.trade_no,
        captured_at: trade.paid_at.unwrap_or(now),
    };
    let was_paid = intent.state.is_paid();
    let change = |intent: &PaymentIntent| intent.capture(capture.clone(), now);
    let captured = app.store.change_intent(intent, change).await?;
    if !was_paid {
        tracing::info!(intent = %captured.id, "a payment is captured");
    }
    Ok(captured)
}

/// Ends an intent that is not paid; one that turns out to be is left as it is.
async fn end(
    app: &App,
    intent: PaymentIntent,
    ending: Ending,
    shut: Shut,
) -> Result<PaymentIntent, CollectError> {
    let now = app.clock.now();
    let changed = app.store.change_intent(intent, |intent| {
        match intent.close(ending, shut, now) {
            // What has ended otherwise has ended.
            Err(MoveError::Over) => Ok(None),
            moved => moved,
        }
    });
    match changed.await {
        Err(ChangeError::Refused(MoveError::Paid, paid)) => Ok(*paid),
        changed => Ok(changed?),
    }
}

/// Closes an intent whose time is over. If that cannot be done now, it is tried again later.
async fn close_or_wait(
    app: &App,
    intent: PaymentIntent,
    now: Timestamp,
) -> Result<PaymentIntent, CollectError> {
    match close(app, intent.clone(), Ending::Expired).await {
        Err(CollectError::Silence) => wait(app, intent, now).await,
        closed => closed,
    }
}

/// Says when to ask again, unless somebody else has said so meanwhile.
async fn wait(
    app: &App,
    intent: PaymentIntent,
    now: Timestamp,
) -> Result<PaymentIntent, CollectError> {
    let changed = app.store.change_intent(intent, |intent| {
        Ok::<_, MoveError>(intent.is_due(now).then(|| intent.asked(now)))
    });
    Ok(changed.await?)
}

impl From<ChangeError<MoveError>> for CollectError {
    fn from(error: ChangeError<MoveError>) -> Self {
        match error {
            ChangeError::Refused(refusal, _) => Self::Refused(refusal),
            ChangeError::Contended => Self::Contended,
            ChangeError::Service(error) => Self::Service(error),
        }
    }
}
