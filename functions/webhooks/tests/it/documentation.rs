//! What the OpenAPI document says of this context.

use serde_json::Value;
use testkit::documented_routes;

#[test]
fn every_route_is_documented_and_says_who_may_call_it() {
    let document = serde_json::to_value(webhooks::api().openapi()).unwrap();
    assert_eq!(
        documented_routes(&document),
        [
            "delete /v1/webhook-endpoints/{id}: signed in",
            "get /v1/webhook-deliveries/{id}: signed in",
            "get /v1/webhook-endpoints/{id}/deliveries: signed in",
            "get /v1/webhook-endpoints/{id}: signed in",
            "get /v1/webhook-endpoints: signed in",
            "get /v1/webhook-event-types: anyone",
            "patch /v1/webhook-endpoints/{id}: signed in",
            "post /v1/webhook-deliveries/{id}/replay: signed in",
            "post /v1/webhook-endpoints/{id}/disable: signed in",
            "post /v1/webhook-endpoints/{id}/enable: signed in",
            "post /v1/webhook-endpoints/{id}/recover: signed in",
            "post /v1/webhook-endpoints/{id}/rotate-secret: signed in",
            "post /v1/webhook-endpoints/{id}/test: signed in",
            "post /v1/webhook-endpoints: signed in",
        ]
    );
}

#[test]
fn requests_take_no_field_they_do_not_know() {
    let document = serde_json::to_value(webhooks::api().openapi()).unwrap();
    let schemas = &document["components"]["schemas"];
    for name in ["EndpointIn", "EndpointPatch", "RotateSecretIn"] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
    }
    assert_eq!(schemas["EndpointPatch"]["required"], Value::Null);
}
