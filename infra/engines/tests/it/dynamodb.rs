use http::StatusCode;
use serde_json::json;

use crate::world::{code, dynamodb, engines, put};

#[tokio::test]
async fn an_item_that_was_put_can_be_got() {
    let engines = engines().await;
    put(&engines, 7).await;
    let key = json!({ "pk": { "S": "order_7" }, "sk": { "S": "head" } });
    let (status, body) = dynamodb(
        &engines,
        "GetItem",
        json!({ "TableName": "planet-Orders", "Key": key }),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["Item"]["total"]["N"], "7");
}

#[tokio::test]
async fn a_failed_condition_answers_with_the_item_as_it_is() {
    let engines = engines().await;
    put(&engines, 7).await;
    let (status, body) = dynamodb(
        &engines,
        "PutItem",
        json!({
            "TableName": "planet-Orders",
            "Item": { "pk": { "S": "order_7" }, "sk": { "S": "head" } },
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(code(&body), "ConditionalCheckFailedException");
    assert_eq!(body["Item"]["total"]["N"], "7");
}

#[tokio::test]
async fn a_cancelled_transaction_says_why() {
    let engines = engines().await;
    put(&engines, 7).await;
    let item =
        |number: u32| json!({ "pk": { "S": format!("order_{number}") }, "sk": { "S": "head" } });
    let (status, body) = dynamodb(
        &engines,
        "TransactWriteItems",
        json!({ "TransactItems": [
            { "Put": { "TableName": "planet-Orders", "Item": item(8) } },
            { "Put": {
                "TableName": "planet-Orders",
                "Item": item(7),
                "ConditionExpression": "attribute_not_exists(pk)",
            } },
        ] }),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(code(&body), "TransactionCanceledException");
    assert_eq!(
        body["CancellationReasons"][1]["Code"],
        "ConditionalCheckFailed"
    );
    let (_, body) = dynamodb(
        &engines,
        "GetItem",
        json!({ "TableName": "planet-Orders", "Key": item(8) }),
    )
    .await;
    assert_eq!(body.get("Item"), None);
}

#[tokio::test]
async fn the_index_and_the_time_to_live_of_the_template_are_there() {
    let engines = engines().await;
    let (status, _) = dynamodb(
        &engines,
        "Query",
        json!({
            "TableName": "planet-Orders",
            "IndexName": "by-due",
            "KeyConditionExpression": "due = :due",
            "ExpressionAttributeValues": { ":due": { "S": "2026-01-01" } },
        }),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    let (_, body) = dynamodb(
        &engines,
        "DescribeTimeToLive",
        json!({ "TableName": "planet-Orders" }),
    )
    .await;
    assert_eq!(body["TimeToLiveDescription"]["AttributeName"], "expires_at");
}

#[tokio::test]
async fn an_item_whose_time_is_over_goes_when_it_is_swept() {
    let engines = engines().await;
    let yesterday = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        - 86_400;
    dynamodb(
        &engines,
        "PutItem",
        json!({
            "TableName": "planet-Orders",
            "Item": {
                "pk": { "S": "gone" },
                "sk": { "S": "head" },
                "expires_at": { "N": yesterday.to_string() },
            },
        }),
    )
    .await;
    assert_eq!(engines.sweep_ttl().unwrap(), 1);
    let mut stream = engines.stream("Orders").unwrap();
    let records = stream.next(10).unwrap();
    let last = records.last().unwrap();
    assert_eq!(last["eventName"], "REMOVE");
    assert_eq!(
        last["userIdentity"]["principalId"],
        "dynamodb.amazonaws.com"
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_and_not_a_failure() {
    let engines = engines().await;
    for body in [json!({}), json!({ "TableName": 7 }), json!([])] {
        let (status, body) = dynamodb(&engines, "PutItem", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(!body["__type"].as_str().unwrap().contains("Internal"));
        assert!(!body.to_string().contains("VALIDATION:"), "{body}");
    }
}

#[tokio::test]
async fn two_worlds_share_nothing() {
    let (one, other) = (engines().await, engines().await);
    put(&one, 1).await;
    let (_, body) = dynamodb(&other, "Scan", json!({ "TableName": "planet-Orders" })).await;
    assert_eq!(body["Count"], 0);
}
