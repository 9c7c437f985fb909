use serde_json::json;

use crate::sale::{Sale, post, refusal, refused, wish};

async fn disputed() -> (Sale, String) {
    let sale = Sale::of(&[("shirt", 2), ("album", 1)]).await;
    sale.ship("shirt", 2).await;
    let path = format!("{}/ruling", sale.dispute().await);
    (sale, path)
}

#[tokio::test]
async fn an_operator_lets_the_seller_keep_the_money() {
    let (sale, path) = disputed().await;
    let operator = sale.market.api.operator();
    let body = json!({ "decision": "release" });
    let first = post(&operator, &path, "k1", body.clone()).await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(first.json()["ruling"]["refund"], json!(null));
    let again = post(&operator, &path, "k1", body.clone()).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let order = sale.order().await;
    assert_eq!(
        (&order["state"], &order["refunds"]),
        (&json!("resolved_release"), &json!([]))
    );
    // It is final.
    let refund = json!({ "decision": "refund", "lines": [sale.units("shirt", 1)] });
    for body in [body, refund] {
        let answer = post(&operator, &path, "k2", body).await;
        assert_eq!(refusal(&answer), refused(409, "state_conflict"));
    }
    sale.pass_days(60).await;
    assert_eq!(sale.state().await, "resolved_release");
}

#[tokio::test]
async fn an_operator_gives_money_back_and_the_seller_keeps_the_rest() {
    let (sale, path) = disputed().await;
    let lines = json!([
        { "line": sale.line("shirt"), "amount_minor": 5_000 },
        sale.units("album", 1),
    ]);
    let body = json!({ "decision": "refund", "lines": lines });
    let operator = sale.market.api.operator();
    let answer = post(&operator, &path, "k1", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let order = sale.order().await;
    assert_eq!(order["state"], "resolved_refund");
    assert_eq!(order["refunds"][0]["id"], answer.json()["ruling"]["refund"]);
    assert_eq!(order["refunds"][0]["cause"], "ruling");
    assert_eq!(order["refunds"][0]["amount_minor"], 9_500);
    let held = sale.buyer.get("/v1/entitlements").await.json();
    assert_eq!(held["items"][0]["state"], "revoked");
    let told = sale.market.told("PaymentsQueue").await;
    assert_eq!(told["order.refund_due"].len(), 1);
    // The seller may give more, and nobody can ask for more.
    let more = wish(
        json!([{ "line": sale.line("shirt"), "amount_minor": 1 }]),
        false,
    );
    sale.done(&sale.seller, "refunds", "k2", more.clone()).await;
    let asked = sale.post(&sale.buyer, "refund-requests", "k2", more).await;
    assert_eq!(refusal(&asked), refused(409, "state_conflict"));
}

#[tokio::test]
async fn a_ruling_is_an_operators_and_one_that_can_be() {
    let (sale, path) = disputed().await;
    let release = json!({ "decision": "release" });
    for who in [&sale.buyer, &sale.seller, &sale.stranger()] {
        let answer = post(who, &path, "k1", release.clone()).await;
        assert_eq!(refusal(&answer), refused(403, "forbidden"));
    }
    let anonymous = sale.market.api.anonymous();
    let answer = post(&anonymous, &path, "k1", release.clone()).await;
    assert_eq!(refusal(&answer), refused(401, "unauthenticated"));
    let operator = sale.market.api.operator();
    let keyless = operator.post(&path, release.clone()).await;
    assert_eq!(refusal(&keyless), refused(400, "idempotency_key_missing"));
    let invalid = refused(422, "validation_failed");
    for (body, expected) in [
        (json!({}), &invalid),
        (json!({ "decision": "both" }), &invalid),
        (json!({ "decision": "release", "lines": [] }), &invalid),
        (json!({ "decision": "refund" }), &invalid),
        (json!({ "decision": "refund", "lines": [] }), &invalid),
        (
            json!({ "decision": "refund", "lines": [sale.units("shirt", 3)] }),
            &refused(409, "refund_exceeds_paid"),
        ),
    ] {
        let answer = post(&operator, &path, "k1", body.clone()).await;
        assert_eq!(&refusal(&answer), expected, "{body}");
    }
    assert_eq!(sale.state().await, "disputed");
    let absent = "/v1/disputes/dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3/ruling";
    let answer = post(&operator, absent, "k1", release).await;
    assert_eq!(refusal(&answer), refused(404, "not_found"));
}
