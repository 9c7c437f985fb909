//! The partner's API, at which the platform has vouchers issued, asks for them, and makes them void.
//!
//! Invariants: every call is signed with all live `exchange` keys of the partner; an answer counts
//! only if it says in full what it is to say about this very reference. Anything else is silence,
//! since whoever wrote it may have acted or not.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kernel::{Id, Money, Timestamp, kind};
use platform::{
    OutboundLimits, SealingError, logging,
    public::{PublicError, PublicUrlError},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use webhook_signatures::{Message, Signer, sign};

use crate::{
    App,
    code::VoucherCode,
    partner::Partner,
    purchase::{Call, Offer, Purchase, Word},
};

/// How long to wait while a member waits too.
pub(crate) const MEMBER_WAITS: OutboundLimits = limits(3_000);
/// How long to wait while nobody waits.
pub(crate) const NOBODY_WAITS: OutboundLimits = limits(10_000);

/// Why a call was not made, or nothing came back.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error("the partner has no API")]
    NoApi,
    #[error("the partner has no key for exchanges")]
    NoKey,
    #[error("the address cannot be built")]
    Address(#[from] PublicUrlError),
    #[error("a key cannot be opened")]
    Key(#[from] SealingError),
    #[error("the request cannot be written: {0}")]
    Unwritable(String),
    #[error(transparent)]
    Public(#[from] PublicError),
}

/// What is sent to have a voucher issued.
#[derive(Serialize)]
struct IssueOut<'a> {
    reference: Id<kind::Voucher>,
    product: &'a str,
    unit_price: Money,
}

/// What the partner says about a reference. Other fields are the partner's own affair.
#[derive(Deserialize)]
struct AnswerIn {
    reference: Id<kind::Voucher>,
    #[serde(default)]
    state: Option<StateIn>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    unit_price: Option<Money>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateIn {
    Issued,
    Void,
}

/// Calls the partner about the voucher `reference` and answers with what it said, if anything.
pub(crate) async fn call(
    app: &App,
    partner: &Partner,
    reference: Id<kind::Voucher>,
    purchase: &Purchase,
    call: Call,
    limits: OutboundLimits,
) -> Word {
    match try_call(app, partner, reference, purchase, call, limits).await {
        Ok(response) => {
            let (status, body) = (response.status(), response.body());
            let word = word(call, reference, status, body);
            let silent = word == Word::Nothing;
            tracing::info!(%reference, ?call, status = status.as_u16(), silent, "the partner has answered");
            word
        }
        Err(error) => {
            let error = logging::causes(&error);
            tracing::warn!(%reference, ?call, error, "the partner has not answered");
            Word::Nothing
        }
    }
}

async fn try_call(
    app: &App,
    partner: &Partner,
    reference: Id<kind::Voucher>,
    purchase: &Purchase,
    call: Call,
    limits: OutboundLimits,
) -> Result<http::Response<Bytes>, CallError> {
    let now = app.clock.now();
    let api = partner.api.as_ref().ok_or(CallError::NoApi)?;
    let keys = partner.exchange_keys(&app.key_seal, now)?;
    if keys.is_empty() {
        return Err(CallError::NoKey);
    }
    let unwritable = |error: serde_json::Error| CallError::Unwritable(error.to_string());
    let (name, method, path, body) = match call {
        Call::Issue => {
            let body = IssueOut {
                reference,
                product: purchase.product.as_str(),
                unit_price: purchase.unit_price,
            };
            let body = serde_json::to_vec(&body).map_err(unwritable)?;
            ("issue", Method::POST, "vouchers".to_owned(), body)
        }
        Call::Ask => (
            "ask",
            Method::GET,
            format!("vouchers/{reference}"),
            Vec::new(),
        ),
        Call::Void => {
            let body = serde_json::to_vec(&json!({})).map_err(unwritable)?;
            let path = format!("vouchers/{reference}/void");
            ("void", Method::POST, path, body)
        }
    };
    // Another call is another message: a partner that passes over what it has seen must not pass
    // over the second question.
    let id = format!("{reference}_{name}_{}", purchase.calls);
    let message = Message {
        id: &id,
        timestamp_s: now.as_second(),
        body: &body,
    };
    let signers: Vec<_> = keys.iter().map(Signer::Symmetric).collect();
    let mut headers = HeaderMap::new();
    for (name, value) in sign(&signers, &message).iter() {
        let value = HeaderValue::try_from(value)
            .map_err(|error| CallError::Unwritable(error.to_string()))?;
        headers.insert(name, value);
    }
    if method == Method::POST {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    let url = api.base.join(&path)?;
    let sent = app
        .public_outbound
        .send(&url, method, headers, Bytes::from(body), limits);
    Ok(sent.await?)
}

/// What an answer to a call means.
fn word(call: Call, reference: Id<kind::Voucher>, status: StatusCode, body: &[u8]) -> Word {
    match call {
        Call::Issue | Call::Ask if status == StatusCode::OK || status == StatusCode::CREATED => {
            said(call, reference, body).unwrap_or(Word::Nothing)
        }
        Call::Void if status == StatusCode::OK => match confirmed(reference, body) {
            true => Word::Void,
            false => Word::Nothing,
        },
        Call::Ask if status == StatusCode::NOT_FOUND => Word::Unknown,
        // These speak of the moment, not of what was asked for.
        _ if status == StatusCode::REQUEST_TIMEOUT
            || status == StatusCode::CONFLICT
            || status == StatusCode::TOO_MANY_REQUESTS =>
        {
            Word::Nothing
        }
        Call::Issue if status.is_client_error() => Word::Refused,
        Call::Issue | Call::Ask | Call::Void => Word::Nothing,
    }
}

/// What is said about the reference, if it is this one and all is there.
fn said(call: Call, reference: Id<kind::Voucher>, body: &[u8]) -> Option<Word> {
    let answer: AnswerIn = serde_json::from_slice(body).ok()?;
    if answer.reference != reference {
        return None;
    }
    match (call, answer.state) {
        (_, Some(StateIn::Issued)) | (Call::Issue, None) => Some(Word::Issued(Offer {
            code: answer.code?.parse::<VoucherCode>().ok()?,
            unit_price: answer.unit_price?,
            expires_at: answer.expires_at,
        })),
        (_, Some(StateIn::Void)) => Some(Word::Void),
        (Call::Ask | Call::Void, None) => None,
    }
}

/// Whether the partner confirms that the reference is void. An empty object or nothing at all says
/// so by the status; a body that says something else, such as a proxy's page, does not.
fn confirmed(reference: Id<kind::Voucher>, body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct VoidIn {
        #[serde(default)]
        reference: Option<Id<kind::Voucher>>,
        #[serde(default)]
        state: Option<StateIn>,
    }
    if body.is_empty() {
        return true;
    }
    let Ok(answer) = serde_json::from_slice::<VoidIn>(body) else {
        return false;
    };
    answer.reference.is_none_or(|other| other == reference)
        && answer.state.is_none_or(|state| state == StateIn::Void)
}

const fn limits(timeout_ms: u64) -> OutboundLimits {
    OutboundLimits {
        timeout_ms,
        max_response_bytes: 16 * 1024,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> Id<kind::Voucher> {
        Id::derive(&["voucher"])
    }

    fn read(call: Call, status: u16, body: serde_json::Value) -> Word {
        let status = StatusCode::from_u16(status).unwrap();
        word(call, reference(), status, body.to_string().as_bytes())
    }

    fn issued() -> serde_json::Value {
        json!({
            "reference": reference(), "state": "issued", "code": "CHN-1",
            "unit_price": { "minor": 1500, "currency": "CNY" },
        })
    }

    fn without(field: &str) -> serde_json::Value {
        let mut body = issued();
        body.as_object_mut().unwrap().remove(field);
        body
    }

    #[test]
    fn an_issued_voucher_is_told_alike_by_every_call_that_can_tell_it() {
        for (call, status, body) in [
            (Call::Issue, 201, issued()),
            (Call::Issue, 201, without("state")),
            (Call::Issue, 200, issued()),
            (Call::Ask, 200, issued()),
        ] {
            let word = read(call, status, body.clone());
            assert!(
                matches!(word, Word::Issued(offer) if offer.code.reveal() == "CHN-1"),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_not_said_in_full_about_this_reference_is_not_said() {
        let mut other = issued();
        other["reference"] = json!(Id::<kind::Voucher>::derive(&["other"]));
        let mut fraction = issued();
        fraction["unit_price"]["minor"] = json!(1500.0);
        let mut spaced = issued();
        spaced["code"] = json!("a b");
        let mut unheard = issued();
        unheard["state"] = json!("perhaps");
        for body in [
            other,
            fraction,
            spaced,
            unheard,
            without("reference"),
            without("code"),
            without("unit_price"),
            json!([]),
            json!("<html>"),
        ] {
            for call in [Call::Issue, Call::Ask] {
                assert_eq!(
                    read(call, 200, body.clone()),
                    Word::Nothing,
                    "{call:?} {body}"
                );
            }
        }
        assert_eq!(read(Call::Ask, 200, without("state")), Word::Nothing);
    }

    #[test]
    fn a_status_means_what_the_call_was_for() {
        use Call::{Ask, Issue, Void};
        for (call, status, expected) in [
            (Issue, 400, Word::Refused),
            (Issue, 404, Word::Refused),
            (Issue, 422, Word::Refused),
            (Issue, 408, Word::Nothing),
            (Issue, 409, Word::Nothing),
            (Issue, 429, Word::Nothing),
            (Issue, 500, Word::Nothing),
            (Issue, 302, Word::Nothing),
            (Issue, 202, Word::Nothing),
            (Ask, 404, Word::Unknown),
            (Ask, 400, Word::Nothing),
            (Ask, 401, Word::Nothing),
            (Ask, 503, Word::Nothing),
            (Void, 200, Word::Void),
            (Void, 202, Word::Nothing),
            (Void, 404, Word::Nothing),
            (Void, 409, Word::Nothing),
            (Void, 500, Word::Nothing),
        ] {
            assert_eq!(read(call, status, json!({})), expected, "{call:?} {status}");
        }
    }

    #[test]
    fn void_is_only_what_the_partner_says_is_void() {
        let void = json!({ "reference": reference(), "state": "void" });
        assert_eq!(read(Call::Ask, 200, void.clone()), Word::Void);
        assert_eq!(read(Call::Void, 200, void), Word::Void);
        assert_eq!(read(Call::Void, 200, issued()), Word::Nothing);
        assert_eq!(read(Call::Void, 200, json!("<html>")), Word::Nothing);
        let other = json!({ "reference": Id::<kind::Voucher>::derive(&["other"]) });
        assert_eq!(read(Call::Void, 200, other), Word::Nothing);
        let nothing = word(Call::Void, reference(), StatusCode::OK, b"");
        assert_eq!(nothing, Word::Void);
    }
}
