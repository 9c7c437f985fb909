use serde_json::json;

use crate::sale::{Sale, parcel, refusal, refused};

#[tokio::test]
async fn parcels_are_sent_one_by_one_until_everything_is_on_its_way() {
    let sale = Sale::of(&[("shirt", 3)]).await;
    let order = sale.ship("shirt", 1).await;
    assert_eq!(order["state"], "fulfilling");
    assert_eq!(order["shipments"][0]["carrier"], "SF Express");
    assert_eq!(
        order["shipments"][0]["lines"],
        json!([sale.units("shirt", 1)])
    );
    let order = sale.ship("shirt", 2).await;
    assert_eq!(order["state"], "shipped");
    assert_eq!(order["shipped_at"], "2026-06-01T12:00:00Z");
    assert_eq!(order["lines"][0]["fulfilled_quantity"], 3);
    assert_eq!(order, sale.order().await);
}

#[tokio::test]
async fn the_same_key_sends_one_parcel_and_another_body_is_refused() {
    let sale = Sale::of(&[("shirt", 3)]).await;
    let body = parcel(json!([sale.units("shirt", 1)]));
    let first = sale
        .post(&sale.seller, "shipments", "k1", body.clone())
        .await;
    let again = sale.post(&sale.seller, "shipments", "k1", body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = parcel(json!([sale.units("shirt", 2)]));
    let reused = sale.post(&sale.seller, "shipments", "k1", other).await;
    assert_eq!(refusal(&reused), refused(422, "idempotency_key_reused"));
    assert_eq!(sale.order().await["shipments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_more_is_sent_than_was_bought_or_is_left() {
    let sale = Sale::of(&[("shirt", 2), ("lesson", 1)]).await;
    let conflict = refused(409, "state_conflict");
    let invalid = refused(422, "validation_failed");
    let shirt = |quantity| sale.units("shirt", quantity);
    let foreign = json!({ "line": "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "quantity": 1 });
    for (lines, expected) in [
        (json!([shirt(3)]), &conflict),
        (json!([shirt(0)]), &conflict),
        (json!([shirt(1), shirt(1)]), &invalid),
        (json!([sale.units("lesson", 1)]), &invalid),
        (json!([foreign]), &invalid),
        (json!([]), &invalid),
    ] {
        let answer = sale
            .post(&sale.seller, "shipments", "k1", parcel(lines.clone()))
            .await;
        assert_eq!(&refusal(&answer), expected, "{lines}");
    }
    // What was given back before it was sent is not sent any more.
    sale.approved("k2", json!([shirt(1)]), false).await;
    let answer = sale
        .post(&sale.seller, "shipments", "k1", parcel(json!([shirt(2)])))
        .await;
    assert_eq!(refusal(&answer), conflict);
    assert_eq!(sale.ship("shirt", 1).await["state"], "fulfilling");
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_paid() {
    let sale = Sale::unpaid(&[("shirt", 1)]).await;
    let body = parcel(json!([sale.units("shirt", 1)]));
    let answer = sale.post(&sale.seller, "shipments", "k1", body).await;
    assert_eq!(refusal(&answer), refused(409, "state_conflict"));
    assert_eq!(sale.state().await, "awaiting_payment");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_parcels_at_once_as_many_are_sent_as_there_are_goods() {
    let sale = std::sync::Arc::new(Sale::of(&[("shirt", 3)]).await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..12 {
        let sale = sale.clone();
        tasks.spawn(async move {
            let body = parcel(json!([sale.units("shirt", 1)]));
            let key = format!("k{number}");
            sale.post(&sale.seller, "shipments", &key, body)
                .await
                .status
        });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9);
    let order = sale.order().await;
    assert_eq!(order["lines"][0]["fulfilled_quantity"], 3);
    assert_eq!(order["shipments"].as_array().unwrap().len(), 3);
}
