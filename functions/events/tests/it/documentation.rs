//! What the OpenAPI document says of this context.

use serde_json::Value;
use testkit::documented_routes;

#[test]
fn every_route_is_documented_and_says_who_may_call_it() {
    let document = serde_json::to_value(events::api().openapi()).unwrap();
    assert_eq!(
        documented_routes(&document),
        [
            "delete /v1/tickets/{id}/transfer: signed in",
            "get /v1/events/mine/{id}: signed in",
            "get /v1/events/mine: signed in",
            "get /v1/events/{id}/check-ins: signed in",
            "get /v1/events/{id}: anyone",
            "get /v1/events: anyone",
            "get /v1/ticket-quotas/{id}/availability: anyone",
            "get /v1/tickets/{id}: signed in",
            "get /v1/tickets: signed in",
            "patch /v1/events/{id}: signed in",
            "patch /v1/ticket-quotas/{id}: signed in",
            "post /v1/check-ins: signed in",
            "post /v1/events/{id}/cancel: signed in",
            "post /v1/events/{id}/end: signed in",
            "post /v1/events/{id}/publish: signed in",
            "post /v1/events/{id}/quotas: signed in",
            "post /v1/events: signed in",
            "post /v1/tickets/transfers/claim: signed in",
            "post /v1/tickets/{id}/transfer: signed in",
        ]
    );
}

#[test]
fn requests_take_no_field_they_do_not_know() {
    let document = serde_json::to_value(events::api().openapi()).unwrap();
    let schemas = &document["components"]["schemas"];
    for name in [
        "ConcertIn",
        "ConcertPatch",
        "CancelConcertIn",
        "TicketQuotaIn",
        "TicketQuotaPatch",
        "TransferIn",
        "ClaimIn",
        "CheckInIn",
    ] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
    }
    assert_eq!(schemas["ConcertPatch"]["required"], Value::Null);
}
