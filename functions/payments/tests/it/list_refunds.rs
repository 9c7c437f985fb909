use kernel::{Id, kind};
use serde_json::json;

use crate::till::{Till, account, intent, refund_id};

#[tokio::test]
async fn refunds_are_listed_in_pages() {
    let till = Till::open().await;
    till.captured("album").await;
    for refund in ["a", "b", "c"] {
        till.refund("album", refund, 100).await;
    }
    let path = format!("/v1/payment-intents/{}/refunds", intent("album"));
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = till
            .ada()
            .get(&format!("{path}?limit=2{cursor}"))
            .await
            .json();
        let items = page["items"].as_array().unwrap().clone();
        ids.extend(items.into_iter().map(|item| item["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    let mut expected = ["a", "b", "c"].map(|name| json!(refund_id(name)));
    expected.sort_by_key(ToString::to_string);
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_refund_is_shown_as_it_stands() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    let refunds = till.refunds("album").await;
    let id = refund_id("first").to_string();
    assert_eq!(
        refunds[&id],
        json!({
            "id": id,
            "order": Id::<kind::Order>::derive(&["album"]),
            "amount": { "minor": 300, "currency": "CNY" },
            "state": "succeeded",
            "requested_at": "2026-06-01T12:00:00Z",
        })
    );
}

#[tokio::test]
async fn nobody_sees_the_refunds_of_others() {
    let till = Till::open().await;
    till.captured("album").await;
    let path = format!("/v1/payment-intents/{}/refunds", intent("album"));
    let eve = till.api.caller(account("eve"));
    assert_eq!(eve.get(&path).await.problem_code(), "not_found");
    let anonymous = till.api.anonymous().get(&path).await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
    let forged = till.ada().get(&format!("{path}?cursor=eA")).await;
    assert_eq!(forged.problem_code(), "validation_failed");
}
