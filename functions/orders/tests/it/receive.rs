use serde_json::json;

use crate::sale::{Sale, refusal, refused};

#[tokio::test]
async fn the_buyer_receives_what_was_shipped_once() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let early = sale.post(&sale.buyer, "receipt", "k1", json!({})).await;
    assert_eq!(refusal(&early), refused(409, "state_conflict"));
    sale.ship("shirt", 1).await;
    // The key of a refusal is free for another try.
    let first = sale.post(&sale.buyer, "receipt", "k1", json!({})).await;
    assert_eq!(first.json()["state"], "received");
    let again = sale.post(&sale.buyer, "receipt", "k1", json!({})).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let other = sale.post(&sale.buyer, "receipt", "k2", json!({})).await;
    assert_eq!(refusal(&other), refused(409, "state_conflict"));
}

#[tokio::test]
async fn what_nobody_receives_is_received_after_ten_days_and_complete_after_seven_more() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    sale.pass_days(9).await;
    assert_eq!(sale.state().await, "shipped");
    sale.pass_days(1).await;
    let order = sale.order().await;
    assert_eq!(order["state"], "received");
    assert_eq!(order["received_at"], "2026-06-11T12:00:00Z");
    sale.pass_days(6).await;
    assert_eq!(sale.state().await, "received");
    sale.pass_days(1).await;
    assert_eq!(sale.state().await, "completed");
    let events = sale.market.told("PaymentsQueue").await;
    assert!(events.is_empty(), "{events:?}");
}

#[tokio::test]
async fn a_download_is_handed_over_when_it_is_paid_and_received_like_anything() {
    let sale = Sale::of(&[("album", 1)]).await;
    assert_eq!(sale.state().await, "shipped");
    sale.receive().await;
    assert_eq!(sale.state().await, "received");
}

#[tokio::test]
async fn a_ticket_is_not_received_by_time_before_it_could_open_a_door() {
    let sale = Sale::of(&[("seat", 1)]).await;
    assert_eq!(sale.state().await, "paid");
    sale.issue_tickets("seat", 1).await;
    assert_eq!(sale.state().await, "shipped");
    // The concert is on the 1st of July; ten days after it are over at noon of the 12th.
    sale.pass_days(40).await;
    assert_eq!(sale.state().await, "shipped");
    sale.pass_days(1).await;
    assert_eq!(sale.state().await, "received");
}
