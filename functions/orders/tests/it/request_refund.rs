use serde_json::json;

use crate::sale::{Sale, refusal, refused, wish};

#[tokio::test]
async fn a_buyer_asks_once_for_each_key() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    let first = sale
        .post(&sale.buyer, "refund-requests", "k1", body.clone())
        .await;
    assert_eq!(first.status, 201, "{}", first.text());
    let request = first.json();
    assert_eq!(request["state"], "requested");
    assert_eq!(request["asked_by"], "buyer");
    assert_eq!(request["lines"][0]["quantity"], 1);
    assert_eq!(request["lines"][0]["amount_minor"], json!(null));
    let again = sale.post(&sale.buyer, "refund-requests", "k1", body).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let order = sale.order().await;
    assert_eq!(order["refund_requests"], json!([request]));
    assert_eq!(
        (&order["state"], &order["refunds"]),
        (&json!("paid"), &json!([]))
    );
    // Asking changes nothing about what the seller has to do.
    assert_eq!(sale.ship("shirt", 2).await["state"], "shipped");
}

#[tokio::test]
async fn no_more_is_asked_for_than_is_left_and_not_asked_for() {
    let sale = Sale::of(&[("shirt", 2), ("seat", 1)]).await;
    let (shirt, seat) = (sale.line("shirt"), sale.line("seat"));
    let exceeds = refused(409, "refund_exceeds_paid");
    let conflict = refused(409, "state_conflict");
    let invalid = refused(422, "validation_failed");
    let other = json!({ "line": "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "quantity": 1 });
    for (lines, return_goods, expected) in [
        (json!([{ "line": shirt, "quantity": 3 }]), false, &exceeds),
        (
            json!([{ "line": shirt, "amount_minor": 19_801 }]),
            false,
            &exceeds,
        ),
        // Whoever wants all of it gives up the units.
        (
            json!([{ "line": shirt, "amount_minor": 19_800 }]),
            false,
            &invalid,
        ),
        (json!([{ "line": shirt, "quantity": 0 }]), false, &invalid),
        (
            json!([{ "line": shirt, "amount_minor": 0 }]),
            false,
            &invalid,
        ),
        (
            json!([{ "line": shirt, "amount_minor": -5 }]),
            false,
            &invalid,
        ),
        (
            json!([{ "line": shirt, "amount_minor": i64::MAX }]),
            false,
            &invalid,
        ),
        (
            json!([{ "line": shirt, "amount_minor": 1.5 }]),
            false,
            &invalid,
        ),
        (
            json!([{ "line": shirt, "quantity": 1, "amount_minor": 5 }]),
            false,
            &invalid,
        ),
        (json!([{ "line": shirt }]), false, &invalid),
        (
            json!([sale.units("shirt", 1), sale.units("shirt", 1)]),
            false,
            &invalid,
        ),
        (json!([]), false, &invalid),
        (json!([other]), false, &invalid),
        // Nothing is sent back that was not sent.
        (json!([sale.units("shirt", 1)]), true, &conflict),
        // No ticket is given back that is not there.
        (json!([{ "line": seat, "quantity": 1 }]), false, &conflict),
        (
            json!([sale.units("seat", 1), sale.units("shirt", 1)]),
            false,
            &invalid,
        ),
    ] {
        let body = wish(lines.clone(), return_goods);
        let answer = sale.post(&sale.buyer, "refund-requests", "k1", body).await;
        assert_eq!(&refusal(&answer), expected, "{lines}");
    }
    sale.ask("k2", json!([sale.units("shirt", 2)]), false).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    let answer = sale.post(&sale.buyer, "refund-requests", "k3", body).await;
    assert_eq!(refusal(&answer), exceeds);
}

#[tokio::test]
async fn goods_can_be_returned_for_as_long_as_the_listing_said() {
    let sale = Sale::of(&[("shirt", 1), ("album", 1)]).await;
    sale.ship("shirt", 1).await;
    sale.receive().await;
    let album = wish(json!([sale.units("album", 1)]), false);
    let answer = sale.post(&sale.buyer, "refund-requests", "k1", album).await;
    assert_eq!(refusal(&answer), refused(409, "state_conflict"));
    sale.market.pass_minutes(7 * 24 * 60 - 1);
    let shirt = wish(json!([sale.units("shirt", 1)]), true);
    let last = sale
        .post(&sale.buyer, "refund-requests", "k2", shirt.clone())
        .await;
    assert_eq!(last.status, 201, "{}", last.text());
    let id = last.json()["id"].as_str().unwrap().to_owned();
    let path = format!("refund-requests/{id}/cancel");
    sale.done(&sale.buyer, &path, "k3", json!({})).await;
    sale.market.pass_minutes(1);
    let late = sale.post(&sale.buyer, "refund-requests", "k4", shirt).await;
    assert_eq!(refusal(&late), refused(409, "state_conflict"));
}

#[tokio::test]
async fn nothing_is_asked_back_that_was_not_paid() {
    let sale = Sale::unpaid(&[("shirt", 1)]).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    let answer = sale.post(&sale.buyer, "refund-requests", "k1", body).await;
    assert_eq!(refusal(&answer), refused(409, "state_conflict"));
}
