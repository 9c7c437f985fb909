//! Reading many items in one round trip.

use platform::table::{Key, Write};
use serde_json::json;

use crate::{aws, engines, things};

#[tokio::test]
async fn items_come_in_the_order_of_their_keys_with_gaps_where_there_is_none() {
    let aws = aws(engines().await);
    let things = things(&aws);
    for number in 0..3 {
        let item = json!({ "pk": "P", "sk": format!("S{number}"), "number": number });
        things.write(Write::put(&things, &item)).await.unwrap();
    }
    let keys = ["S2", "S7", "S0", "S2"].map(|sk| (things.clone(), Key::sorted("P", sk)));
    let items = aws.get_many(&keys).await.unwrap();
    let numbers: Vec<_> = items
        .iter()
        .map(|item| item.as_ref().and_then(|item| item.number("number")))
        .collect();
    assert_eq!(numbers, [Some(2), None, Some(0), Some(2)]);
}

#[tokio::test]
async fn no_keys_are_no_request_and_more_than_100_are_refused() {
    let aws = aws(engines().await);
    let things = things(&aws);
    assert!(aws.get_many(&[]).await.unwrap().is_empty());
    let keys: Vec<_> = (0..101)
        .map(|number| (things.clone(), Key::sorted("P", number.to_string())))
        .collect();
    assert!(aws.get_many(&keys).await.is_err());
    assert!(aws.get_many(&keys[..100]).await.is_ok());
}
