//! No code lies anywhere in plain text.

use bytes::Bytes;
use platform::transport::Transport;
use serde_json::json;

use crate::shop::{PRICE, Shop, redeem};

/// Every item of a table, as text.
pub(crate) async fn everything_in(shop: &Shop, table: &str) -> String {
    let name = shop.world.table(table).name().to_owned();
    let request = http::Request::post("https://dynamodb.us-east-1.amazonaws.com/")
        .header("x-amz-target", "DynamoDB_20120810.Scan")
        .body(Bytes::from(json!({ "TableName": name }).to_string()))
        .unwrap();
    let answer = shop.world.engines.call(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(!text.contains("LastEvaluatedKey"), "the scan is whole");
    text
}

#[tokio::test]
async fn no_item_of_any_table_shows_a_code() {
    let shop = Shop::open().await;
    let reward = shop.reward(40, json!({})).await;
    let ada = shop.member("ada", PRICE).await;
    let answer = redeem(&ada, &reward, "k1").await;
    assert!(answer.text().contains("BREAKFAST-"));
    for table in ["VouchersTable", "RequestsTable", "WalletsTable"] {
        let items = everything_in(&shop, table).await;
        assert!(items.contains("\"pk\""), "{table} has items");
        assert!(!items.contains("BREAKFAST-"), "{table} shows a code");
    }
}

#[tokio::test]
async fn the_file_is_gone_once_it_is_loaded() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let batch = shop.announce(&reward, "A1\n", 1).await;
    shop.put_file(&batch, "A1\n").await;
    assert!(shop.has_file(&batch).await);
    shop.load(&batch).await;
    assert!(!shop.has_file(&batch).await);
}
