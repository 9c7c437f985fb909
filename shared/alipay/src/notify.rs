//! What the gateway tells us by itself, and whether to believe it.

use encoding_rs::GBK;
use jiff::Timestamp;

use crate::{
    AppId, BeijingTime, Fen, Form, FormError, Merchant, NotifyId, OutRequestNo, OutTradeNo,
    SellerId, TradeNo, TradeStatus,
};

/// A notify whose signature is the gateway's.
///
/// That it is genuine does not say that it concerns the trade at hand: see [`Notify::concerns`].
/// A notify may come many times, late, and out of order; the same trade is also told as paid again
/// after each partial refund, and that is no second payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// The notify's number, the same over all repetitions.
    pub notify_id: NotifyId,
    /// The application it is for.
    pub app_id: AppId,
    /// The account that was paid.
    pub seller_id: SellerId,
    /// Our number of the trade.
    pub out_trade_no: OutTradeNo,
    /// The gateway's number of the trade.
    pub trade_no: TradeNo,
    /// How the trade stands.
    pub status: TradeStatus,
    /// What the trade costs.
    pub total: Fen,
    /// When it was paid, if it was.
    pub paid_at: Option<Timestamp>,
    /// The refund that caused the notify, if one did.
    pub refund: Option<RefundNotice>,
}

/// What a notify says about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNotice {
    /// Our number of the refund (`out_biz_no`); a refund made by hand in the gateway's console may
    /// have none that we know.
    pub out_request_no: Option<OutRequestNo>,
    /// Everything given back of this trade so far (`refund_fee`).
    pub refunded_total: Fen,
}

/// What a notify must say to concern a trade of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Our application.
    pub app_id: AppId,
    /// Our account.
    pub seller_id: SellerId,
    /// Our number of the trade.
    pub out_trade_no: OutTradeNo,
    /// What we asked for.
    pub total: Fen,
}

/// Which of the four business checks failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It is for another application.
    #[error("the notify is for another application")]
    AppId,
    /// Another account was paid.
    #[error("the notify names another seller")]
    SellerId,
    /// It is about another trade.
    #[error("the notify is about another trade")]
    OutTradeNo,
    /// It names another amount.
    #[error("the notify names another amount")]
    Total,
}

/// Why a body is no notify of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// Longer than [`MAX_NOTIFY_BYTES`].
    #[error("the notify is longer than {MAX_NOTIFY_BYTES} bytes")]
    TooLong,
    /// No form.
    #[error("the notify is no form")]
    Form(#[from] FormError),
    /// It claims another kind of signature than RSA2.
    #[error("the notify is not signed with RSA2")]
    SignType,
    /// The signature is not the gateway's.
    #[error("the signature is not the gateway's")]
    Signature,
    /// It names a charset other than UTF-8 and GBK.
    #[error("the notify's charset is neither UTF-8 nor GBK")]
    Charset,
    /// A value is no text of the charset.
    #[error("a value is no text of the notify's charset")]
    NoText,
    /// A parameter is missing or unreadable.
    #[error("the notify's {0} is missing or unreadable")]
    Parameter(&'static str),
}

/// The longest notify. Alipay's have two kilobytes or so; nothing longer is worth a verification.
pub const MAX_NOTIFY_BYTES: usize = 64 * 1024;

/// What the signature of a notify does not cover.
const NOT_SIGNED: [&str; 2] = ["sign", "sign_type"];

impl Notify {
    /// Verifies the body of a notify, byte for byte as it came, and reads it.
    ///
    /// # Errors
    /// [`NotifyError`]; nothing of such a message is to be believed.
    pub fn verify(raw_body: &[u8], merchant: &Merchant) -> Result<Notify, NotifyError> {
        if raw_body.len() > MAX_NOTIFY_BYTES {
            return Err(NotifyError::TooLong);
        }
        let form = Form::decode(raw_body)?;
        // The claim is not under the signature, so it decides nothing; but a message that claims
        // SHA-1 is not Alipay's answer to an application set to RSA2.
        if form.get("sign_type") != Some(b"RSA2") {
            return Err(NotifyError::SignType);
        }
        if !form.is_signed_by(&merchant.gateway_key, &NOT_SIGNED) {
            return Err(NotifyError::Signature);
        }
        Notify::read(&form)
    }

    /// The four business checks: our application, our account, this trade, this amount.
    ///
    /// # Errors
    /// The first [`Mismatch`]; the notify then changes nothing.
    pub fn concerns(&self, expected: &Expected) -> Result<(), Mismatch> {
        if self.app_id != expected.app_id {
            return Err(Mismatch::AppId);
        }
        if self.seller_id != expected.seller_id {
            return Err(Mismatch::SellerId);
        }
        if self.out_trade_no != expected.out_trade_no {
            return Err(Mismatch::OutTradeNo);
        }
        if self.total != expected.total {
            return Err(Mismatch::Total);
        }
        Ok(())
    }

    fn read(form: &Form) -> Result<Notify, NotifyError> {
        let charset = Charset::of(form)?;
        let mut texts = Vec::new();
        for (key, value) in form.iter() {
            texts.push((key, charset.decode(value)?));
        }
        let optional = |name: &str| {
            texts
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, text)| text.as_str())
                .filter(|text| !text.is_empty())
        };
        let refunded = optional("refund_fee")
            .map(|text| read("refund_fee", text))
            .transpose()?;
        let out_biz_no = optional("out_biz_no");
        Ok(Notify {
            notify_id: required(&optional, "notify_id")?,
            app_id: required(&optional, "app_id")?,
            seller_id: required(&optional, "seller_id")?,
            out_trade_no: required(&optional, "out_trade_no")?,
            trade_no: required(&optional, "trade_no")?,
            status: required(&optional, "trade_status")?,
            total: required(&optional, "total_amount")?,
            paid_at: optional("gmt_payment")
                .map(|text| BeijingTime::parse(text).ok_or(NotifyError::Parameter("gmt_payment")))
                .transpose()?,
            refund: refunded.map(|refunded_total| RefundNotice {
                out_request_no: out_biz_no.and_then(|text| text.parse().ok()),
                refunded_total,
            }),
        })
    }
}

fn required<'t, T: std::str::FromStr>(
    optional: &impl Fn(&str) -> Option<&'t str>,
    name: &'static str,
) -> Result<T, NotifyError> {
    read(name, optional(name).ok_or(NotifyError::Parameter(name))?)
}

fn read<T: std::str::FromStr>(name: &'static str, text: &str) -> Result<T, NotifyError> {
    text.parse().map_err(|_| NotifyError::Parameter(name))
}

/// In which charset a message's values are written; its signature covers those very bytes.
enum Charset {
    Utf8,
    Gbk,
}

impl Charset {
    fn of(form: &Form) -> Result<Charset, NotifyError> {
        match form.get("charset") {
            None => Ok(Charset::Utf8),
            Some(name) if name.eq_ignore_ascii_case(b"utf-8") => Ok(Charset::Utf8),
            Some(name) if name.eq_ignore_ascii_case(b"gbk") => Ok(Charset::Gbk),
            Some(_) => Err(NotifyError::Charset),
        }
    }

    fn decode(&self, value: &[u8]) -> Result<String, NotifyError> {
        match self {
            Charset::Utf8 => str::from_utf8(value).ok().map(str::to_owned),
            Charset::Gbk => GBK
                .decode_without_bom_handling_and_without_replacement(value)
                .map(String::from),
        }
        .ok_or(NotifyError::NoText)
    }
}
