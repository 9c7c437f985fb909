//! The webhooks that the chain takes, and what it learns from them.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use jiff::Timestamp;
use kernel::{Id, Money, kind};
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_signatures::ID;

use crate::{Chain, contract::Contract, ledger::Ledger, log::What};

/// The body of a delivery. Fields that the chain does not know are none of its business.
#[derive(Deserialize)]
struct Delivery {
    #[serde(rename = "type")]
    event: String,
    timestamp: Timestamp,
    subject: String,
    data: Value,
}

impl Chain {
    /// Takes a webhook, once its signature is a platform's. One that comes again is taken and changes
    /// nothing.
    pub(crate) fn hear(&self, request: &Request<Bytes>) -> (StatusCode, Value) {
        let refused = |status: StatusCode, reason: &str| {
            self.turn_away(request, status, reason);
            (status, json!({ "error": reason }))
        };
        if request.method() != Method::POST {
            return refused(StatusCode::METHOD_NOT_ALLOWED, "webhooks are posted");
        }
        let Some(partner) = self.signer(request, Contract::has_delivered) else {
            return refused(StatusCode::UNAUTHORIZED, "the signature is nobody's");
        };
        let Ok(delivery) = serde_json::from_slice::<Delivery>(request.body()) else {
            return refused(StatusCode::BAD_REQUEST, "the body is not understood");
        };
        let id = request.headers().get(ID).and_then(|id| id.to_str().ok());
        let id = id.unwrap_or_default().to_owned();
        let mut state = self.state();
        let again = !state.heard.insert(format!("{partner} {id}"));
        learn(&mut state.ledger, partner, &delivery);
        drop(state);
        let what = What::Delivered {
            id,
            event: delivery.event,
            subject: delivery.subject,
            again,
        };
        self.note(Some(partner), what);
        (StatusCode::OK, json!({}))
    }
}

/// Writes down what an event says of vouchers and grants.
fn learn(ledger: &mut Ledger, partner: Id<kind::Partner>, delivery: &Delivery) {
    if delivery.data["sandbox"] == true {
        return;
    }
    let at = delivery.timestamp;
    let subject = delivery.subject.as_str();
    match delivery.event.as_str() {
        "voucher.issued" => {
            let price = serde_json::from_value::<Money>(delivery.data["unit_price"].clone());
            if let Ok(price) = price {
                ledger.voucher_given(partner, subject, price, at);
            }
        }
        "voucher.reversed" => ledger.voucher_taken_back(partner, subject, at),
        event => {
            let Ok(grant) = subject.parse::<Id<kind::PartnerGrant>>() else {
                return;
            };
            match event {
                "partner_grant.claimed" => ledger.grant_claimed(partner, grant, at),
                "partner_grant.issued" => ledger.grant_issued(partner, grant, at),
                "partner_grant.expired" | "partner_grant.revoked" | "partner_grant.voided" => {
                    ledger.grant_ended(partner, grant, at);
                }
                _ => {}
            }
        }
    }
}
