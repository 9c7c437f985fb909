//! What the OpenAPI document says of this context.

use serde_json::Value;
use testkit::documented_routes;

#[test]
fn every_route_is_documented_and_says_who_may_call_it() {
    let document = serde_json::to_value(accounts::api().openapi()).unwrap();
    assert_eq!(
        documented_routes(&document),
        [
            "delete /v1/accounts/me/listening-tokens/{id}: signed in",
            "delete /v1/organizations/{id}/invitations/{invitation}: signed in",
            "delete /v1/organizations/{id}/members/{account}: signed in",
            "delete /v1/sessions/current: signed in",
            "get /.well-known/jwks.json: anyone",
            "get /v1/accounts/me/listening-tokens: signed in",
            "get /v1/accounts/me: signed in",
            "get /v1/organization-kinds: anyone",
            "get /v1/organizations/in-state/{state}: signed in",
            "get /v1/organizations/invitations: signed in",
            "get /v1/organizations/{id}/invitations: signed in",
            "get /v1/organizations/{id}/members: signed in",
            "get /v1/organizations/{id}/representations: signed in",
            "get /v1/organizations/{id}: signed in",
            "get /v1/organizations: signed in",
            "get /v1/representations/{id}: signed in",
            "patch /v1/accounts/me: signed in",
            "patch /v1/organizations/{id}/members/{account}: signed in",
            "patch /v1/organizations/{id}: signed in",
            "post /v1/accounts/me/listening-tokens: signed in",
            "post /v1/accounts: anyone",
            "post /v1/organizations/{id}/access-tokens: signed in",
            "post /v1/organizations/{id}/approve: signed in",
            "post /v1/organizations/{id}/members/me/accept: signed in",
            "post /v1/organizations/{id}/members/me/decline: signed in",
            "post /v1/organizations/{id}/members: signed in",
            "post /v1/organizations/{id}/reinstate: signed in",
            "post /v1/organizations/{id}/reject: signed in",
            "post /v1/organizations/{id}/representations: signed in",
            "post /v1/organizations/{id}/submit: signed in",
            "post /v1/organizations/{id}/suspend: signed in",
            "post /v1/organizations: signed in",
            "post /v1/representations/{id}/approve: signed in",
            "post /v1/representations/{id}/revoke: signed in",
            "post /v1/sessions/refresh: anyone",
            "post /v1/sessions: anyone",
            "put /v1/organizations/{id}/house-owned: signed in",
            "put /v1/organizations/{id}/requirements/{code}: signed in",
        ]
    );
}

#[test]
fn a_patch_asks_for_no_field_and_a_signup_for_every_one() {
    let document = serde_json::to_value(accounts::api().openapi()).unwrap();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["AccountPatch"]["required"], Value::Null);
    assert_eq!(schemas["SignUpIn"]["required"].as_array().unwrap().len(), 5);
    for name in [
        "SignUpIn",
        "SignInIn",
        "RefreshIn",
        "AccountPatch",
        "ListeningTokenIn",
        "OrganizationIn",
        "OrganizationPatch",
        "OrganizationTokenIn",
        "AnswerIn",
        "ReasonIn",
        "HouseOwnedIn",
        "InvitationIn",
        "MemberPatch",
        "RepresentationIn",
    ] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
    }
}
