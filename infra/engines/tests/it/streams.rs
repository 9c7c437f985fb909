use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{dynamodb, engines, put};

#[tokio::test]
async fn a_record_has_the_shape_that_lambda_gives() {
    let engines = engines().await;
    put(&engines, 1).await;
    dynamodb(
        &engines,
        "UpdateItem",
        json!({
            "TableName": "planet-Orders",
            "Key": { "pk": { "S": "order_1" }, "sk": { "S": "head" } },
            "UpdateExpression": "SET #total = :new",
            "ExpressionAttributeNames": { "#total": "total" },
            "ExpressionAttributeValues": { ":new": { "N": "5" } },
        }),
    )
    .await;
    let mut stream = engines.stream("planet-Orders").unwrap();
    let records = stream.next(10).unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["eventName"], "INSERT");
    assert_eq!(records[0]["dynamodb"].get("OldImage"), None);
    let record = &records[1];
    assert_eq!(record["eventName"], "MODIFY");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(
        record["eventSourceARN"],
        "arn:aws:dynamodb:us-east-1:000000000000:table/planet-Orders/stream/2026-01-01T00:00:00.000"
    );
    let data = &record["dynamodb"];
    assert_eq!(data["Keys"]["pk"]["S"], "order_1");
    assert_eq!(data["OldImage"]["total"]["N"], "1");
    assert_eq!(data["NewImage"]["total"]["N"], "5");
    assert_eq!(data["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert!(data["SizeBytes"].as_i64().unwrap() > 0);
    assert!(data["ApproximateCreationDateTime"].as_f64().unwrap() > 1.7e9);
    assert!(data["SequenceNumber"].as_str() > records[0]["dynamodb"]["SequenceNumber"].as_str());
    assert_eq!(stream.next(10).unwrap(), Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn records_come_once_and_in_order_however_they_are_asked_for() {
    let engines = engines().await;
    for number in 0..25 {
        put(&engines, number).await;
    }
    let mut stream = engines.stream("Orders").unwrap();
    let mut seen = Vec::new();
    loop {
        let records = stream.next(10).unwrap();
        if records.is_empty() {
            break;
        }
        assert!(records.len() <= 10);
        seen.extend(records);
    }
    let totals: Vec<_> = seen
        .iter()
        .map(|record| {
            record["dynamodb"]["NewImage"]["total"]["N"]
                .as_str()
                .unwrap()
        })
        .collect();
    let expected: Vec<_> = (0..25).map(|number| number.to_string()).collect();
    assert_eq!(totals, expected);
}

#[tokio::test]
async fn a_waiting_reader_wakes_when_its_table_is_written_to() {
    let engines = engines().await;
    let mut stream = engines.stream("Orders").unwrap();
    assert!(stream.next(10).unwrap().is_empty());
    let waiting = tokio::spawn(async move {
        stream.changed().await;
        stream.next(10).unwrap().len()
    });
    tokio::task::yield_now().await;
    put(&engines, 1).await;
    let seen = tokio::time::timeout(Duration::from_secs(5), waiting).await;
    assert_eq!(seen.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn every_kind_of_write_wakes_readers() {
    let engines = engines().await;
    let key = json!({ "pk": { "S": "order_1" }, "sk": { "S": "head" } });
    let writes = [
        (
            "PutItem",
            json!({ "TableName": "planet-Orders", "Item": key }),
        ),
        (
            "BatchWriteItem",
            json!({ "RequestItems": { "planet-Orders": [{ "DeleteRequest": { "Key": key } }] } }),
        ),
        (
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Put": { "TableName": "planet-Orders", "Item": key } }] }),
        ),
        (
            "DeleteItem",
            json!({ "TableName": "planet-Orders", "Key": key }),
        ),
    ];
    let mut stream = engines.stream("Orders").unwrap();
    for (operation, body) in writes {
        dynamodb(&engines, operation, body).await;
        let woken = tokio::time::timeout(Duration::from_secs(5), stream.changed()).await;
        assert!(woken.is_ok(), "{operation}");
        assert_eq!(stream.next(10).unwrap().len(), 1, "{operation}");
    }
}

#[tokio::test]
async fn a_reader_that_skips_sees_only_what_comes_then() {
    let engines = engines().await;
    put(&engines, 1).await;
    let mut stream = engines.stream("Orders").unwrap();
    assert!(stream.is_new());
    stream.skip_to_latest().unwrap();
    put(&engines, 2).await;
    let records = stream.next(10).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["NewImage"]["total"]["N"], "2");
}

/// Without the index a write reads all records of its table, and the last hundred here take eight
/// times as long as the first.
#[tokio::test]
async fn writes_do_not_slow_down_as_records_pile_up() {
    let engines = engines().await;
    let first = best_time(&engines, 0).await;
    for number in 500..4_000 {
        put(&engines, number).await;
    }
    let last = best_time(&engines, 4_000).await;
    assert!(last < first * 3, "first {first:?}, last {last:?}");
}

/// The shortest time of a hundred puts among five, so that a busy machine changes little.
async fn best_time(engines: &engines::Engines, from: usize) -> Duration {
    let mut best = Duration::MAX;
    for hundred in 0..5 {
        let start = Instant::now();
        for number in 0..100 {
            put(engines, from + hundred * 100 + number).await;
        }
        best = best.min(start.elapsed());
    }
    best
}
