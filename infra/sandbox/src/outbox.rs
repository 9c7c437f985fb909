//! Notifies on their way: at once, then after 4, 10 and 10 minutes, 1, 2, 6 and 15 hours.

use alipay::{BeijingTime, Form, PrivateKey, TradeStatus};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::trade::{MadeRefund, SandboxTrade};
use crate::{APP_ID, BUYER_ID, SELLER_ID};

/// What waits after each attempt; after the eighth nothing does.
const WAITS: [SignedDuration; 7] = [
    SignedDuration::from_mins(4),
    SignedDuration::from_mins(10),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(15),
];

/// What a merchant answers to a notify that he has taken: these seven bytes and no other.
const TAKEN: &[u8] = b"success";

/// Carries a notify to a merchant.
///
/// Any `Fn(url: String, body: String) -> impl Future<Output = Option<Bytes>>` is one.
pub trait Notifier: Send + Sync {
    /// Posts a form to `url`, follows no redirect, and returns the body of an answer with status
    /// 200, or nothing.
    fn post(&self, url: String, body: String) -> BoxFuture<'static, Option<Bytes>>;
}

impl<F, A> Notifier for F
where
    F: Fn(String, String) -> A + Send + Sync,
    A: Future<Output = Option<Bytes>> + Send + 'static,
{
    fn post(&self, url: String, body: String) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(self(url, body))
    }
}

/// One attempt to deliver a notify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    serial: u64,
    /// Where it goes.
    pub url: String,
    /// The signed form.
    pub body: String,
}

impl Attempt {
    pub(crate) fn is_taken_by(reply: Option<&Bytes>) -> bool {
        reply.is_some_and(|reply| reply.as_ref() == TAKEN)
    }
}

/// Notifies that no merchant has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: Vec<Waiting>,
    told: u64,
    /// So many of the next notifies get lost, all their repetitions included.
    pub(crate) to_lose: u32,
}

#[derive(Debug)]
struct Waiting {
    serial: u64,
    url: String,
    /// Everything but the time and the signature, which every attempt has of its own.
    form: Form,
    attempts: usize,
    due_at: Timestamp,
}

impl Outbox {
    /// Takes up a notify about how the trade stands now.
    pub(crate) fn tell(
        &mut self,
        trade: &SandboxTrade,
        refund: Option<&MadeRefund>,
        now: Timestamp,
    ) {
        let Some(url) = trade.order.notify_url.clone() else {
            return;
        };
        self.told = self.told.saturating_add(1);
        if self.to_lose > 0 {
            self.to_lose -= 1;
            return;
        }
        let mut form = form_of(trade, refund);
        let notify_id = format!("{}00222{:015}1000", BeijingTime::day(now), self.told);
        form.set("notify_id", notify_id);
        self.waiting.push(Waiting {
            serial: self.told,
            url,
            form,
            attempts: 0,
            due_at: now,
        });
    }

    /// The attempts that are due, each handed out once.
    pub(crate) fn take_due(&mut self, key: &PrivateKey, now: Timestamp) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for waiting in self
            .waiting
            .iter_mut()
            .filter(|waiting| waiting.due_at <= now)
        {
            let mut form = waiting.form.clone();
            form.set("notify_time", BeijingTime::format(now));
            form.set("sign_type", "RSA2");
            if let Err(error) = form.sign(key, &["sign", "sign_type"]) {
                // Without a signature it is nobody's notify; it comes again at its next time.
                tracing::error!(%error, "a notify could not be signed");
            } else {
                attempts.push(Attempt {
                    serial: waiting.serial,
                    url: waiting.url.clone(),
                    body: form.encode(),
                });
            }
            let wait = WAITS.get(waiting.attempts).copied();
            waiting.attempts = waiting.attempts.saturating_add(1);
            waiting.due_at = wait
                .and_then(|wait| now.checked_add(wait).ok())
                .unwrap_or(Timestamp::MAX);
        }
        self.waiting
            .retain(|waiting| waiting.attempts <= WAITS.len());
        attempts
    }

    /// A merchant has taken it: no more attempts.
    pub(crate) fn taken(&mut self, attempt: &Attempt) {
        self.waiting
            .retain(|waiting| waiting.serial != attempt.serial);
    }

    pub(crate) fn next_due_at(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|waiting| waiting.due_at).min()
    }
}

fn form_of(trade: &SandboxTrade, refund: Option<&MadeRefund>) -> Form {
    let total = trade.order.total.to_string();
    let mut form = Form::default();
    form.set("notify_type", "trade_status_sync");
    form.set("charset", "utf-8");
    form.set("version", "1.0");
    form.set("app_id", APP_ID);
    form.set("auth_app_id", APP_ID);
    form.set("seller_id", SELLER_ID);
    form.set("buyer_id", BUYER_ID);
    form.set("out_trade_no", trade.order.out_trade_no.as_str());
    form.set("trade_no", trade.trade_no.as_str());
    form.set("trade_status", trade.status.as_str());
    form.set("subject", trade.order.subject.as_str());
    form.set("total_amount", total.as_str());
    form.set("gmt_create", BeijingTime::format(trade.created_at));
    if let Some(paid_at) = trade.paid_at {
        form.set("gmt_payment", BeijingTime::format(paid_at));
        form.set("receipt_amount", total.as_str());
        form.set("invoice_amount", total.as_str());
        form.set("buyer_pay_amount", total.as_str());
        form.set("point_amount", "0.00");
        let bill = format!(r#"[{{"amount":"{total}","fundChannel":"ALIPAYACCOUNT"}}]"#);
        form.set("fund_bill_list", bill);
    }
    if let (TradeStatus::Closed, Some(closed_at)) = (trade.status, trade.closed_at) {
        form.set("gmt_close", BeijingTime::format(closed_at));
    }
    if let Some(refund) = refund {
        form.set("out_biz_no", refund.out_request_no.as_str());
        form.set("refund_fee", trade.refunded().to_string());
        // This one time has a fraction on Alipay's wire.
        form.set(
            "gmt_refund",
            format!("{}.000", BeijingTime::format(refund.made_at)),
        );
    }
    form
}
