//! Queues, buckets, secrets and queries.

use bytes::Bytes;
use platform::table::{Key, Query, Write};
use serde_json::json;

use crate::{aws, engines, template, things};

#[tokio::test]
async fn what_is_sent_is_in_the_queue() {
    let engines = engines().await;
    let url = template().queue("Work").unwrap().url();
    let queue = aws(engines.clone()).queue(url);
    let events: Vec<kernel::Event> = (0..25)
        .map(|version| {
            kernel::Event::derived(
                "thing.made",
                "thing",
                version,
                kernel::Timestamp::UNIX_EPOCH,
                (),
            )
            .unwrap()
        })
        .collect();
    queue.send_events(&events).await.unwrap();
    queue.send_event(&events[0]).await.unwrap();
    assert_eq!(
        engines.queue("Work").unwrap().depth().await.unwrap(),
        (26, 0)
    );
}

#[tokio::test]
async fn an_object_comes_back_unless_it_is_too_large_or_absent() {
    let aws = aws(engines().await);
    let bucket = aws.bucket(template().buckets[0].name.clone());
    bucket
        .put("a/b.csv", Bytes::from_static(b"one,two"))
        .await
        .unwrap();
    let object = bucket.get("a/b.csv", 100).await.unwrap();
    assert_eq!(object.as_deref(), Some(&b"one,two"[..]));
    assert!(bucket.get("a/c.csv", 100).await.unwrap().is_none());
    let error = bucket.get("a/b.csv", 3).await.unwrap_err();
    assert_eq!(error.kind(), platform::ErrorKind::Malformed);
}

#[tokio::test]
async fn a_secret_is_the_same_every_time_it_is_fetched() {
    let aws = aws(engines().await);
    let arn = template().secrets[0].arn();
    let first = aws.secret(&arn).await.unwrap();
    let second = aws.secret(&arn).await.unwrap();
    assert_eq!(first.derive("x"), second.derive("x"));
    assert!(
        aws.secret("arn:aws:secretsmanager:us-east-1:0:secret:none")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_query_pages_through_a_prefix_in_either_direction() {
    let table = things(&aws(engines().await));
    for index in 0..7 {
        let item = json!({ "pk": "LIST", "sk": format!("ITEM#{index}") });
        table.write(Write::put(&table, &item)).await.unwrap();
    }
    let other = json!({ "pk": "LIST", "sk": "OTHER" });
    table.write(Write::put(&table, &other)).await.unwrap();
    let mut seen = Vec::new();
    let mut next = None;
    loop {
        let mut query = Query::prefix("LIST", "ITEM#").descending().limit(3);
        if let Some(next) = next.take() {
            query = query.from(next);
        }
        let page = table.query(query).await.unwrap();
        seen.extend(
            page.items
                .iter()
                .map(|item| item.text("sk").unwrap().to_owned()),
        );
        match page.next {
            Some(from) => next = Some(from),
            None => break,
        }
    }
    let expected: Vec<String> = (0..7).rev().map(|index| format!("ITEM#{index}")).collect();
    assert_eq!(seen, expected);
    let after = Query::prefix("LIST", "ITEM#").after(&Key::sorted("LIST", "ITEM#4"));
    assert_eq!(table.query(after).await.unwrap().items.len(), 2);
}
