//! What the OpenAPI document says of this context.

use testkit::documented_routes;

#[test]
fn every_route_is_documented_and_for_those_who_are_signed_in() {
    let document = serde_json::to_value(media::api().openapi()).unwrap();
    assert_eq!(
        documented_routes(&document),
        [
            "get /v1/media/{id}: signed in",
            "get /v1/media: signed in",
            "post /v1/media/{id}/complete: signed in",
            "post /v1/media: signed in",
        ]
    );
    let schema = &document["components"]["schemas"]["MediaIn"];
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"].as_array().unwrap().len(), 5);
}
