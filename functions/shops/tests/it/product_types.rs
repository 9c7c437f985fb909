//! `GET /v1/product-types`

use serde_json::json;

use crate::market::Market;

#[tokio::test]
async fn everybody_reads_the_types_as_the_file_has_them() {
    let market = Market::open().await;
    let types = market.api.anonymous().get("/v1/product-types").await.json();
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../src/product_types.json")).unwrap();
    assert_eq!(types["items"], file["types"]);
    assert_eq!(types["uses"], file["uses"]);
    assert_eq!(types["items"][0]["stock"], json!("ticket_quota"));
}

#[test]
fn every_operation_of_this_context_has_a_name_of_its_own() {
    let document = serde_json::to_value(shops::api().openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let mut names: Vec<_> = operations
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
