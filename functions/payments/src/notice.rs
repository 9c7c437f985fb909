//! What a notify means for the intent that it is about. Pure: signature and business checks come
//! before this, effects after.

use alipay::{Fen, Notify, TradeStatus};
use kernel::{Id, kind};

use crate::{intent::PaymentIntent, provider::PaidTrade};

/// What a notify says of the trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The money is there.
    Paid(PaidTrade),
    /// The money came for an intent that is over. The notify may be old, and the money gone back
    /// since, so that the provider is asked how the trade stands now.
    PaidLate,
    /// Nobody can pay it any more.
    Closed,
    /// Nothing that is not known.
    Nothing,
}

/// A refund that a notify tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefundNotice {
    pub(crate) refund: Id<kind::Refund>,
    /// Everything given back of the trade by then, this refund included.
    pub(crate) refunded_total: Fen,
}

/// What `notify` says of the trade of `intent`. Told again after a partial refund, that it is paid is
/// no second payment; told closed after it was paid, it was given back.
pub(crate) fn judge(notify: &Notify, intent: &PaymentIntent) -> Notice {
    let state = intent.state;
    match notify.status {
        TradeStatus::Success | TradeStatus::Finished if state.is_open() || state.is_paid() => {
            Notice::Paid(PaidTrade {
                trade_no: notify.trade_no.clone(),
                amount: notify.total.into(),
                paid_at: notify.paid_at,
            })
        }
        TradeStatus::Success | TradeStatus::Finished => Notice::PaidLate,
        TradeStatus::Closed if state.is_open() => Notice::Closed,
        TradeStatus::Closed | TradeStatus::WaitBuyerPay => Notice::Nothing,
    }
}

/// The refund of ours that `notify` tells of, if it does. One made by hand in the provider's console
/// is not ours.
pub(crate) fn refund_made(notify: &Notify) -> Option<RefundNotice> {
    let refund = notify.refund.as_ref()?;
    let number = refund.out_request_no.as_ref()?;
    Some(RefundNotice {
        refund: number.as_str().parse().ok()?,
        refunded_total: refund.refunded_total,
    })
}
