//! No secret lies anywhere in plain text, and none is told to anybody but its holder.

use bytes::Bytes;
use platform::transport::Transport;
use serde_json::json;

use crate::house::{House, claim, show_at};

/// Every item of a table, as text.
async fn everything_in(house: &House, table: &str) -> String {
    let name = house.world.table(table).name().to_owned();
    let request = http::Request::post("https://dynamodb.us-east-1.amazonaws.com/")
        .header("x-amz-target", "DynamoDB_20120810.Scan")
        .body(Bytes::from(json!({ "TableName": name }).to_string()))
        .unwrap();
    let answer = house.world.engines.call(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(!text.contains("LastEvaluatedKey"), "the scan is whole");
    text
}

#[tokio::test]
async fn no_secret_is_in_a_table_an_event_or_anybody_elses_answer() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 3).await;
    let mut secrets = Vec::new();
    for ticket in &tickets {
        secrets.push(house.code("ada", ticket).await);
    }
    let transfer = house.offer("ada", &tickets[0]).await;
    secrets.push(transfer.clone());
    let claimed = claim(&house.fan("ben"), &transfer).await.json();
    secrets.push(claimed["code"].as_str().unwrap().to_owned());
    let door = show_at(&house.door(), &secrets[4], "1").await;
    let refused = show_at(&house.door(), &secrets[0], "2").await;
    let list = house.fan("ada").get("/v1/tickets").await;
    let check_ins = format!("/v1/events/{}/check-ins", show.concert);
    let mut texts = vec![
        door.text(),
        refused.text(),
        list.text(),
        house.door().get(&check_ins).await.text(),
    ];
    house.recall("refund", "line", 1).await;
    house.work().await;
    house
        .act(&show.concert, "cancel", json!({ "reason": "Rain." }))
        .await;
    house.world.pump("EventsTable", &house.stream).await;
    for queue in [
        "EventsQueue",
        "OrdersQueue",
        "ShopsQueue",
        "VouchersQueue",
        "WebhooksQueue",
    ] {
        texts.push(json!(house.world.messages(queue).await).to_string());
    }
    for table in ["EventsTable", "QuotasTable", "RequestsTable"] {
        let items = everything_in(&house, table).await;
        assert!(items.contains("\"pk\""), "{table} has items");
        texts.push(items);
    }
    for code in secrets {
        let secret = code.rsplit_once('.').unwrap().1;
        assert!(secret.len() >= 32);
        for text in &texts {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
