use serde_json::{Value, json};
use testkit::Answer;

use crate::till::{PRICE, Till, intent};

impl Till {
    async fn charge_back(&self, name: &str, minor: i64, reference: &str) -> Answer {
        let body = json!({
            "amount": { "minor": minor, "currency": "CNY" },
            "reference": reference,
        });
        self.post_chargeback(name, body).await
    }

    async fn post_chargeback(&self, name: &str, body: Value) -> Answer {
        let path = format!("/v1/payment-intents/{}/chargebacks", intent(name));
        self.api.operator().post(&path, body).await
    }
}

#[tokio::test]
async fn a_chargeback_is_entered_once_for_its_reference() {
    let till = Till::open().await;
    till.captured("album").await;
    let first = till.charge_back("album", 300, "CB-1").await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(
        first.json()["amount"],
        json!({ "minor": 300, "currency": "CNY" })
    );
    let again = till.charge_back("album", 300, "CB-1").await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = till.charge_back("album", 301, "CB-1").await;
    assert_eq!(other.problem_code(), "state_conflict");
    let told = till.told().await;
    assert_eq!(
        told[1],
        (
            "payment.charged_back".to_owned(),
            json!({
                "chargeback": first.json()["id"],
                "intent": intent("album"),
                "group": crate::till::group("album"),
                "amount_minor": 300,
                "currency": "CNY",
            })
        )
    );
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn refunds_and_chargebacks_share_what_was_paid() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    let too_much = till.charge_back("album", PRICE - 299, "CB-1").await;
    assert_eq!(
        (too_much.status, too_much.problem_code().as_str()),
        (409, "refund_exceeds_paid")
    );
    let rest = till.charge_back("album", PRICE - 300, "CB-2").await;
    assert_eq!(rest.status, 201);
    till.refund("album", "second", 1).await;
    assert_eq!(till.refund_state("album", "second").await, "failed");
    assert_eq!(till.given_back("album"), 300);
    assert_eq!(till.state("album").await, "partially_refunded");
}

#[tokio::test]
async fn nothing_is_charged_back_of_what_was_not_paid() {
    let till = Till::open().await;
    till.create("album").await;
    let unpaid = till.charge_back("album", 1, "CB-1").await;
    assert_eq!(unpaid.problem_code(), "state_conflict");
    let absent = till.charge_back("absent", 1, "CB-1").await;
    assert_eq!(absent.problem_code(), "not_found");
}

#[tokio::test]
async fn only_operators_enter_chargebacks() {
    let till = Till::open().await;
    till.captured("album").await;
    let path = format!("/v1/payment-intents/{}/chargebacks", intent("album"));
    let body = json!({ "amount": { "minor": 1, "currency": "CNY" }, "reference": "CB-1" });
    let ada = till.ada().post(&path, body.clone()).await;
    assert_eq!(
        (ada.status, ada.problem_code().as_str()),
        (403, "forbidden")
    );
    let anonymous = till.api.anonymous().post(&path, body).await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
}

#[tokio::test]
async fn a_chargeback_needs_an_amount_in_the_payments_currency_and_a_reference() {
    let till = Till::open().await;
    till.captured("album").await;
    for body in [
        json!({}),
        json!({ "amount": { "minor": 1, "currency": "CNY" } }),
        json!({ "amount": { "minor": 0, "currency": "CNY" }, "reference": "r" }),
        json!({ "amount": { "minor": -1, "currency": "CNY" }, "reference": "r" }),
        json!({ "amount": { "minor": 1, "currency": "JPY" }, "reference": "r" }),
        json!({ "amount": { "minor": 1.0, "currency": "CNY" }, "reference": "r" }),
        json!({ "amount": 1, "reference": "r" }),
        json!({ "amount": { "minor": 1, "currency": "CNY" }, "reference": "" }),
        json!({ "amount": { "minor": 1, "currency": "CNY" }, "reference": "a b" }),
        json!({ "amount": { "minor": 1, "currency": "CNY" }, "reference": "r", "state": "won" }),
    ] {
        let answer = till.post_chargeback("album", body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
}
