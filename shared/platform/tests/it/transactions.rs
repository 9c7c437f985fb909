//! All or nothing, and which condition it was.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use platform::{
    ErrorKind,
    table::{Key, TransactError, Transaction, Write, WriteError},
    transport::{Transport, TransportError},
};
use serde_json::json;

use crate::{
    aws, engines,
    faults::{Fault, Faulty},
    things,
};

#[tokio::test]
async fn a_cancelled_transaction_names_the_condition_and_shows_the_item() {
    let aws = aws(engines().await);
    let table = things(&aws);
    let taken = json!({ "pk": "EMAIL#1", "sk": "OWNER", "owner": "first" });
    table.write(Write::put(&table, &taken)).await.unwrap();
    let mine = json!({ "pk": "EMAIL#1", "sk": "OWNER", "owner": "second" });
    let account = json!({ "pk": "ACCOUNT#2", "sk": "PROFILE" });
    let transaction = Transaction::new()
        .and(
            Write::put(&table, &account)
                .when_absent()
                .labelled("account"),
        )
        .and(Write::put(&table, &mine).when_absent().labelled("email"));
    let Err(TransactError::Cancelled(cancelled)) = aws.transact(transaction).await else {
        panic!("it was not cancelled");
    };
    assert!(cancelled.names("email") && !cancelled.names("account"));
    assert_eq!(
        cancelled.existing("email").unwrap().text("owner"),
        Some("first")
    );
    let absent = table
        .get_item(&Key::sorted("ACCOUNT#2", "PROFILE"))
        .await
        .unwrap();
    assert!(
        absent.is_none(),
        "nothing of a cancelled transaction is there"
    );
}

#[tokio::test]
async fn a_transaction_survives_lost_and_repeated_calls() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Repeat] {
        let plan = move |call: usize| {
            if call.is_multiple_of(2) {
                fault
            } else {
                Fault::None
            }
        };
        let aws = aws(Faulty::new(engines().await, plan));
        let table = things(&aws);
        for index in 0..10 {
            let item = json!({ "pk": format!("THING#{index}"), "sk": "STATE" });
            let transaction = Transaction::new()
                .and(Write::put(&table, &item).when_absent().labelled("thing"))
                .and(
                    Write::update(&table, Key::sorted("COUNT", "ALL"), "ADD #count :one")
                        .bind(":one", 1),
                );
            let done = aws.transact(transaction).await;
            assert!(done.is_ok(), "{fault:?}: {done:?}");
        }
        // The last read may need a second try, too.
        let count = table
            .get_item(&Key::sorted("COUNT", "ALL"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(count.number("count"), Some(10), "{fault:?}");
    }
}

#[tokio::test]
async fn a_transaction_of_too_many_writes_is_refused_before_it_is_sent() {
    let faulty = Faulty::new(engines().await, |_| Fault::None);
    let calls = faulty.calls();
    let aws = aws(faulty);
    let table = things(&aws);
    let writes: Vec<Write> = (0..101)
        .map(|index| Write::put(&table, &json!({ "pk": index.to_string(), "sk": "X" })))
        .collect();
    let refused = aws.transact(Transaction::from(writes)).await;
    assert!(
        matches!(refused, Err(TransactError::Service(_))),
        "{refused:?}"
    );
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 0);
}

/// Answers every call as DynamoDB does while the item is part of somebody's transaction.
struct InConflict;

impl Transport for InConflict {
    fn call(
        &self,
        _: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionConflictException";
        let body = json!({ "__type": kind, "message": "Transaction is ongoing for the item" });
        let response = Response::builder()
            .status(400)
            .header("content-type", "application/x-amz-json-1.0")
            .body(Bytes::from(body.to_string()));
        Box::pin(async move { response.map_err(|error| TransportError::Other(error.to_string())) })
    }
}

#[tokio::test]
async fn a_write_that_meets_somebodys_transaction_may_be_tried_again() {
    let table = things(&aws(InConflict));
    let item = json!({ "pk": "A", "sk": "A" });
    let Err(WriteError::Service(error)) = table.write(Write::put(&table, &item)).await else {
        panic!("it was written, or refused by its condition");
    };
    assert_eq!(error.kind(), ErrorKind::Busy);
}
