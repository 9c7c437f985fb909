use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use crate::world::{WORK_URL, code, engines, sqs};

const NOW: Duration = Duration::ZERO;

#[tokio::test]
async fn a_message_that_was_sent_can_be_received_and_deleted() {
    let engines = engines().await;
    let (status, sent) = sqs(
        &engines,
        "SendMessage",
        json!({
            "QueueUrl": WORK_URL,
            "MessageBody": "hello",
            "MessageAttributes": { "kind": { "DataType": "String", "StringValue": "test" } },
        }),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    let queue = engines.queue(WORK_URL).unwrap();
    assert_eq!(queue.depth().await.unwrap(), (1, 0));
    let received = queue.receive(10, NOW, None).await.unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body, "hello");
    assert_eq!(sent["MessageId"], received[0].message_id);
    assert_eq!(received[0].attributes["ApproximateReceiveCount"], "1");
    assert!(received[0].attributes.contains_key("SentTimestamp"));
    assert_eq!(
        received[0].message_attributes["kind"]["stringValue"],
        "test"
    );
    assert_eq!(queue.depth().await.unwrap(), (0, 1));
    let (status, _) = sqs(
        &engines,
        "DeleteMessage",
        json!({ "QueueUrl": WORK_URL, "ReceiptHandle": received[0].receipt_handle }),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(queue.depth().await.unwrap(), (0, 0));
}

#[tokio::test]
async fn a_message_received_too_often_ends_in_the_dead_letter_queue_and_can_be_redriven() {
    let engines = engines().await;
    let work = engines
        .queue("arn:aws:sqs:us-east-1:000000000000:planet-Work")
        .unwrap();
    let failed = engines.queue("Failed").unwrap();
    let sent = work.send("poison").await.unwrap();
    for receipts in ["1", "2"] {
        let received = work.receive(1, NOW, Some(NOW)).await.unwrap();
        assert_eq!(received[0].attributes["ApproximateReceiveCount"], receipts);
    }
    assert!(work.receive(1, NOW, None).await.unwrap().is_empty());
    let dead = failed
        .receive(1, Duration::from_secs(2), None)
        .await
        .unwrap();
    assert_eq!(dead[0].message_id, sent);
    assert_eq!(dead[0].body, "poison");
    failed
        .change_visibility(&dead[0].receipt_handle, NOW)
        .await
        .unwrap();

    assert_eq!(failed.redrive(&work).await.unwrap(), 1);
    assert_eq!(failed.depth().await.unwrap(), (0, 0));
    let again = work.receive(1, NOW, None).await.unwrap();
    assert_eq!(again[0].body, "poison");
    assert_ne!(again[0].message_id, sent);
    assert_eq!(again[0].attributes["ApproximateReceiveCount"], "1");
}

#[tokio::test(start_paused = true)]
async fn a_receive_waits_for_a_first_message() {
    let engines = engines().await;
    let queue = engines.queue("Work").unwrap();
    let sender = queue.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        sender.send("late").await.unwrap();
    });
    let start = tokio::time::Instant::now();
    let received = queue
        .receive(10, Duration::from_secs(20), None)
        .await
        .unwrap();
    assert_eq!(received[0].body, "late");
    assert!(start.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let engines = engines().await;
    let large = "x".repeat(1_048_577);
    let refused = [
        (
            "ReceiveMessage",
            json!({ "QueueUrl": WORK_URL, "MaxNumberOfMessages": 11 }),
            "InvalidParameterValue",
        ),
        (
            "ReceiveMessage",
            json!({ "QueueUrl": WORK_URL, "WaitTimeSeconds": 21 }),
            "InvalidParameterValue",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": WORK_URL, "MessageBody": "x", "DelaySeconds": 901 }),
            "InvalidParameterValue",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": WORK_URL, "MessageBody": large }),
            "InvalidParameterValue",
        ),
        (
            "DeleteMessage",
            json!({ "QueueUrl": WORK_URL, "ReceiptHandle": "bogus" }),
            "ReceiptHandleIsInvalid",
        ),
        (
            "ChangeMessageVisibility",
            json!({ "QueueUrl": WORK_URL, "ReceiptHandle": "bogus", "VisibilityTimeout": 1 }),
            "ReceiptHandleIsInvalid",
        ),
        (
            "SendMessageBatch",
            json!({ "QueueUrl": WORK_URL, "Entries": [
                { "Id": "a", "MessageBody": "x".repeat(600_000) },
                { "Id": "b", "MessageBody": "x".repeat(600_000) },
            ] }),
            "BatchRequestTooLong",
        ),
        (
            "SendMessageBatch",
            json!({ "QueueUrl": WORK_URL, "Entries": [
                { "Id": "a", "MessageBody": "1" },
                { "Id": "a", "MessageBody": "2" },
            ] }),
            "BatchEntryIdsNotDistinct",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": "http://sqs/0/nowhere", "MessageBody": "x" }),
            "NonExistentQueue",
        ),
    ];
    for (operation, body, expected) in refused {
        let (status, answer) = sqs(&engines, operation, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{operation}");
        assert_eq!(code(&answer), expected, "{operation}");
    }
    assert_eq!(
        engines.queue("Work").unwrap().depth().await.unwrap(),
        (0, 0)
    );
}

#[tokio::test]
async fn a_batch_says_which_entries_failed() {
    let engines = engines().await;
    let (status, sent) = sqs(
        &engines,
        "SendMessageBatch",
        json!({ "QueueUrl": WORK_URL, "Entries": [
            { "Id": "good", "MessageBody": "x" },
            { "Id": "late", "MessageBody": "x", "DelaySeconds": 901 },
        ] }),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(sent["Successful"][0]["Id"], "good");
    assert_eq!(sent["Failed"][0]["Id"], "late");
    assert_eq!(sent["Failed"][0]["SenderFault"], true);

    let queue = engines.queue("Work").unwrap();
    let received = queue.receive(10, NOW, None).await.unwrap();
    let (_, deleted) = sqs(
        &engines,
        "DeleteMessageBatch",
        json!({ "QueueUrl": WORK_URL, "Entries": [
            { "Id": "mine", "ReceiptHandle": received[0].receipt_handle },
            { "Id": "bogus", "ReceiptHandle": "bogus" },
        ] }),
    )
    .await;
    assert_eq!(deleted["Successful"][0]["Id"], "mine");
    assert_eq!(deleted["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn a_fifo_queue_keeps_order_and_drops_duplicates() {
    let engines = engines().await;
    let url = "http://sqs.us-east-1.localhost/000000000000/planet-InOrder.fifo";
    for body in ["first", "first", "second"] {
        let message = json!({ "QueueUrl": url, "MessageBody": body, "MessageGroupId": "one" });
        let (status, _) = sqs(&engines, "SendMessage", message).await;
        assert_eq!(status, StatusCode::OK);
    }
    let queue = engines.queue(url).unwrap();
    for expected in ["first", "second"] {
        let received = queue.receive(10, NOW, None).await.unwrap();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].body, expected);
        queue.delete(&received[0].receipt_handle).await.unwrap();
    }
}

#[tokio::test]
async fn sending_and_writing_are_activity() {
    let engines = engines().await;
    let mut activity = engines.activity();
    engines.queue("Work").unwrap().send("x").await.unwrap();
    assert!(activity.has_changed().unwrap());
    activity.mark_unchanged();
    crate::world::put(&engines, 1).await;
    assert!(activity.has_changed().unwrap());
}
