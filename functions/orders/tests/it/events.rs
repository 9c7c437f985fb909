//! What the stream tells the others.

use serde_json::json;

use crate::market::{Goods, Market, account, address, checkout, organization, place};

#[tokio::test]
async fn whoever_issues_tickets_hears_of_paid_tickets_and_of_nothing_else() {
    let market = Market::with_shirts().await;
    let seats = market
        .quota("tickets:tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3", 10, 2)
        .await;
    let tickets = json!({
        "concert": "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "ticket_quota": "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "per_unit": 1,
        "days": ["2026-07-01"],
    });
    let ticket = Goods {
        name: "ticket",
        fulfilment: "ticket",
        components: Some(vec![(seats.clone(), 1)]),
        sku_fields: json!({ "tickets": tickets }),
        ..Goods::default()
    };
    market.sell("records", ticket).await;
    let shirts = market.order_shirt("ben").await;
    market.pay("ben", &shirts).await;
    let lines = &[("ticket", 2, 9_900), ("shirt", 1, 9_900)];
    let body = checkout(&[("records", lines)]);
    let group = place(&market.buyer("ada"), "k1", body).await.json();
    market.pay("ada", &group).await;
    let told = market.told("EventsQueue").await;
    assert_eq!(told.keys().collect::<Vec<_>>(), ["order.paid"]);
    let [paid] = told["order.paid"].as_slice() else {
        panic!("{told:?}");
    };
    let order = &group["orders"][0];
    assert_eq!(paid["subject"], order["id"]);
    assert_eq!(paid["version"], 2);
    assert_eq!(
        paid["data"],
        json!({
            "order": order["id"],
            "group": group["id"],
            "buyer": account("ada"),
            "paid_at": "2026-06-01T12:00:00Z",
            "lines": [
                {
                    "line": order["lines"][0]["id"],
                    "sku": order["lines"][0]["sku"],
                    "listing": order["lines"][0]["listing"],
                    "quantity": 2,
                    "tickets": tickets,
                },
                {
                    "line": order["lines"][1]["id"],
                    "sku": order["lines"][1]["sku"],
                    "listing": order["lines"][1]["listing"],
                    "quantity": 1,
                    "tickets": null,
                },
            ],
            "version": 2,
        })
    );
    assert_eq!(market.usage(&seats).await.committed, 2);
}

#[tokio::test]
async fn a_stream_that_is_replayed_tells_the_same_events_again() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    market.close_payment(&group).await;
    let first = market.told("PaymentsQueue").await;
    let again = market.told("PaymentsQueue").await;
    assert_eq!(first, again);
    assert_eq!(first["order_group.closed"].len(), 1);
}

#[tokio::test]
async fn a_seller_hears_of_its_own_orders_and_of_no_address() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    market.pay("ada", &group).await;
    let unpaid = market.order_shirt("ben").await;
    market.pass_minutes(120);
    market.sweep().await;
    let told = market.told("WebhooksQueue").await;
    assert_eq!(
        told.keys().collect::<Vec<_>>(),
        ["order.expired", "order.paid"]
    );
    let audience = json!([organization("records")]);
    for (kind, group, state) in [
        ("order.paid", &group, "paid"),
        ("order.expired", &unpaid, "expired"),
    ] {
        let [event] = told[kind].as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(event["subject"], group["orders"][0]["id"]);
        assert_eq!(event["data"]["audience"], audience);
        assert_eq!(event["data"]["payload"]["state"], state);
        for line in address().as_object().unwrap().values() {
            let line = line.as_str().unwrap();
            // A country is in every currency and region.
            assert!(line.len() == 2 || !event.to_string().contains(line));
        }
    }
    assert_eq!(market.told("WebhooksQueue").await, told);
}

#[tokio::test]
async fn free_tickets_are_told_as_soon_as_they_are_ordered() {
    let market = Market::with_shirts().await;
    let seats = market
        .quota("tickets:tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3", 10, 1)
        .await;
    let ticket = Goods {
        name: "ticket",
        price_minor: 0,
        fulfilment: "ticket",
        components: Some(vec![(seats, 1)]),
        sku_fields: json!({ "tickets": {
            "concert": "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "ticket_quota": "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "per_unit": 1,
            "days": ["2026-07-01"],
        }}),
        ..Goods::default()
    };
    market.sell("records", ticket).await;
    let body = checkout(&[("records", &[("ticket", 1, 0)])]);
    place(&market.buyer("ada"), "k1", body).await;
    let told = market.told("EventsQueue").await;
    assert_eq!(told["order.paid"].len(), 1);
    assert_eq!(told["order.paid"][0]["version"], 1);
}
