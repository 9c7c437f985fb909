//! What every route below an order asks before it does anything.

use serde_json::{Value, json};

use crate::{
    market::{account, organization},
    sale::{Sale, parcel, post, refusal, refused, wish},
};

const ABSENT: &str = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
const REQUEST: &str = "refund-requests/rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3";

/// The seller's routes, with bodies that are sound, and the buyer's.
fn routes(sale: &Sale) -> [Vec<(String, Value)>; 2] {
    let shirt = json!([sale.units("shirt", 1)]);
    let sellers = vec![
        ("shipments".to_owned(), parcel(shirt.clone())),
        ("deliveries".to_owned(), json!({ "lines": shirt })),
        ("refunds".to_owned(), wish(shirt.clone(), false)),
        (format!("{REQUEST}/approve"), json!({})),
        (format!("{REQUEST}/reject"), json!({ "reason": "No." })),
        (
            format!("{REQUEST}/return-received"),
            json!({ "restock": true }),
        ),
    ];
    let buyers = vec![
        ("receipt".to_owned(), json!({})),
        ("refund-requests".to_owned(), wish(shirt, false)),
        (format!("{REQUEST}/cancel"), json!({})),
    ];
    [sellers, buyers]
}

#[tokio::test]
async fn only_its_seller_does_what_a_seller_does() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let [sellers, _] = routes(&sale);
    let before = sale.order().await;
    let api = &sale.market.api;
    let rival = api.member(account("rival"), organization("rivals"), &["orders"]);
    let door = api.member(
        account("door"),
        organization("records"),
        &["door", "catalogue"],
    );
    for (path, body) in sellers {
        for (who, expected) in [
            (&api.anonymous(), refused(401, "unauthenticated")),
            (&sale.buyer, refused(403, "organization_required")),
            (&door, refused(403, "forbidden")),
            (&rival, refused(404, "not_found")),
        ] {
            let answer = sale.post(who, &path, "k1", body.clone()).await;
            assert_eq!(refusal(&answer), expected, "{path}");
        }
        for order in [ABSENT, "x"] {
            let elsewhere = format!("/v1/orders/{order}/{path}");
            let answer = post(&sale.seller, &elsewhere, "k1", body.clone()).await;
            assert_eq!(refusal(&answer), refused(404, "not_found"), "{elsewhere}");
        }
    }
    assert_eq!(sale.order().await, before);
}

#[tokio::test]
async fn only_its_buyer_does_what_a_buyer_does() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let [_, buyers] = routes(&sale);
    let before = sale.order().await;
    let api = &sale.market.api;
    for (path, body) in buyers {
        for (who, expected) in [
            (&api.anonymous(), refused(401, "unauthenticated")),
            (&sale.seller, refused(404, "not_found")),
            (&sale.stranger(), refused(404, "not_found")),
            (&api.operator(), refused(404, "not_found")),
        ] {
            let answer = sale.post(who, &path, "k1", body.clone()).await;
            assert_eq!(refusal(&answer), expected, "{path}");
        }
        let elsewhere = format!("/v1/orders/{ABSENT}/{path}");
        let answer = post(&sale.buyer, &elsewhere, "k1", body.clone()).await;
        assert_eq!(refusal(&answer), refused(404, "not_found"), "{elsewhere}");
    }
    assert_eq!(sale.order().await, before);
}

#[tokio::test]
async fn every_route_needs_a_key_and_a_sound_body() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let before = sale.order().await;
    let [sellers, buyers] = routes(&sale);
    let routes = sellers.into_iter().map(|route| (&sale.seller, route));
    let routes = routes.chain(buyers.into_iter().map(|route| (&sale.buyer, route)));
    for (who, (path, body)) in routes {
        let whole = format!("/v1/orders/{}/{path}", sale.id);
        let keyless = who.post(&whole, body.clone()).await;
        assert_eq!(
            refusal(&keyless),
            refused(400, "idempotency_key_missing"),
            "{path}"
        );
        let mut more = body.clone();
        more["state"] = json!("received");
        let answer = post(who, &whole, "k1", more).await;
        assert_eq!(
            refusal(&answer),
            refused(422, "validation_failed"),
            "{path}"
        );
        for field in body.as_object().unwrap().keys() {
            let mut wrong = body.clone();
            wrong[field] = json!(7.5);
            let answer = post(who, &whole, "k1", wrong).await;
            assert_eq!(
                refusal(&answer),
                refused(422, "validation_failed"),
                "{path} {field}"
            );
        }
    }
    assert_eq!(sale.order().await, before);
}
