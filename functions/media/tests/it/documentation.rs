//! What the OpenAPI document says of this context.

#[test]
fn every_route_is_documented_and_for_those_who_are_signed_in() {
    let document = serde_json::to_value(media::api().openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["security"].is_array(), "{method} {path}");
            operations.push(format!("{method} {path}"));
        }
    }
    operations.sort();
    assert_eq!(
        operations,
        [
            "get /v1/media",
            "get /v1/media/{id}",
            "post /v1/media",
            "post /v1/media/{id}/complete",
        ]
    );
    let schema = &document["components"]["schemas"]["MediaIn"];
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"].as_array().unwrap().len(), 5);
}
