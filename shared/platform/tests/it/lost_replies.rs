//! A lost reply is not a failed write.

use platform::table::{Key, Write, WriteError};
use serde_json::json;

use crate::{
    aws, engines,
    faults::{Fault, Faulty},
    things,
};

fn key() -> Key {
    Key::sorted("THING#1", "STATE")
}

/// Every first try of a call meets `fault`; its retry goes through.
fn first_tries(fault: Fault) -> impl Fn(usize) -> Fault + Send + Sync + 'static {
    move |call| {
        if call.is_multiple_of(2) {
            fault
        } else {
            Fault::None
        }
    }
}

#[tokio::test]
async fn a_conditional_put_recognises_its_own_earlier_try() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Repeat] {
        let engines = engines().await;
        let table = things(&aws(Faulty::new(engines, first_tries(fault))));
        for index in 0..20 {
            let item = json!({ "pk": format!("THING#{index}"), "sk": "STATE", "n": index });
            let written = table.write(Write::put(&table, &item).when_absent()).await;
            assert!(written.is_ok(), "{fault:?}: {written:?}");
        }
    }
}

#[tokio::test]
async fn a_conditional_update_counts_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Repeat] {
        let engines = engines().await;
        let table = things(&aws(Faulty::new(engines.clone(), first_tries(fault))));
        let sure = things(&aws(engines));
        let item = json!({ "pk": "THING#1", "sk": "STATE", "version": 0 });
        sure.write(Write::put(&sure, &item)).await.unwrap();
        for version in 0..10 {
            let update = Write::update(&table, key(), "SET #version = :next")
                .when("#version = :version")
                .bind(":version", version)
                .bind(":next", version + 1);
            let written = table.write(update).await;
            let item = written
                .unwrap_or_else(|error| panic!("{fault:?}: {error}"))
                .item;
            assert_eq!(item.unwrap().number("version"), Some(version + 1));
        }
        let item = sure.get_item(&key()).await.unwrap().unwrap();
        assert_eq!(item.number("version"), Some(10), "{fault:?}");
    }
}

#[tokio::test]
async fn anothers_write_is_still_a_refusal_that_shows_it() {
    let engines = engines().await;
    let table = things(&aws(Faulty::new(
        engines.clone(),
        first_tries(Fault::LoseReply),
    )));
    let other = things(&aws(engines));
    let item = json!({ "pk": "THING#1", "sk": "STATE", "owner": "other" });
    other
        .write(Write::put(&other, &item).when_absent())
        .await
        .unwrap();
    let mine = json!({ "pk": "THING#1", "sk": "STATE", "owner": "mine" });
    let refused = table.write(Write::put(&table, &mine).when_absent()).await;
    let Err(WriteError::Refused {
        existing: Some(existing),
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(existing.text("owner"), Some("other"));
}

#[tokio::test]
async fn what_never_arrives_is_unknown_and_not_refused() {
    let engines = engines().await;
    let table = things(&aws(Faulty::new(engines, |_| Fault::LoseReply)));
    let item = json!({ "pk": "THING#1", "sk": "STATE" });
    let written = table.write(Write::put(&table, &item).when_absent()).await;
    let Err(WriteError::Service(error)) = written else {
        panic!("{written:?}");
    };
    assert_eq!(error.kind(), platform::ErrorKind::Unknown);
}
