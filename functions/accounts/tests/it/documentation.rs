//! What the OpenAPI document says of this context.

use serde_json::Value;

#[test]
fn every_route_is_documented_and_says_who_may_call_it() {
    let document = serde_json::to_value(accounts::api().openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path}"
            );
            let guarded = match operation["security"] {
                Value::Array(_) => "signed in",
                _ => "anyone",
            };
            operations.push(format!("{method} {path}: {guarded}"));
        }
    }
    operations.sort();
    assert_eq!(
        operations,
        [
            "delete /v1/accounts/me/listening-tokens/{id}: signed in",
            "delete /v1/sessions/current: signed in",
            "get /.well-known/jwks.json: anyone",
            "get /v1/accounts/me/listening-tokens: signed in",
            "get /v1/accounts/me: signed in",
            "patch /v1/accounts/me: signed in",
            "post /v1/accounts/me/listening-tokens: signed in",
            "post /v1/accounts: anyone",
            "post /v1/sessions/refresh: anyone",
            "post /v1/sessions: anyone",
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
    ] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
    }
}
