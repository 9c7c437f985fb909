//! Every operation of the document, asked by those who may not.
//!
//! A new operation fails here until it stands in one of the two lists below or is guarded for every
//! signed-in caller; the lists are what a reviewer looks at.

use http::Method;
use journeys::{Answer, Client, Request};
use serde_json::{Value, json};

use crate::demo_planet;

/// Operations that anyone may call, or that authenticate in a way of their own.
const PUBLIC: &[&str] = &[
    "GET /.well-known/jwks.json",
    "GET /1/validate-token",
    "GET /docs",
    "GET /healthz",
    "GET /openapi.json",
    "GET /problems",
    "GET /problems/{code}",
    "GET /scrobble/1.2",
    "GET /v1/rewards",
    "GET /v1/rewards/{id}",
    "POST /1/submit-listens",
    "POST /scrobble/1.2/now-playing",
    "POST /scrobble/1.2/submissions",
    "POST /v1/accounts",
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
];

/// Operations that are an operator's.
const OPERATORS: &[&str] = &[
    "GET /v1/code-batches/{id}",
    "GET /v1/partners",
    "GET /v1/partners/{id}",
    "PATCH /v1/rewards/{id}",
    "POST /v1/code-batches/{id}/load",
    "POST /v1/earn-rules/{id}/versions",
    "POST /v1/partners",
    "POST /v1/rewards",
    "POST /v1/rewards/{id}/code-batches",
];

/// The names of all operations, such as `GET /v1/rewards/{id}`, and whether they are guarded.
fn operations() -> Vec<(String, bool)> {
    let document = serde_json::to_value(planet::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if ["get", "put", "post", "patch", "delete"].contains(&method.as_str()) {
                let name = format!("{} {path}", method.to_uppercase());
                operations.push((name, operation["security"].is_array()));
            }
        }
    }
    operations
}

/// The operation on something that does not exist, with a body that is none of the caller's fault.
fn request(name: &str) -> Request {
    let (method, path) = name.split_once(' ').unwrap();
    let kind = match path {
        path if path.contains("/rewards/") => "rwd",
        path if path.contains("/code-batches/") => "cbt",
        path if path.contains("/vouchers/") => "vch",
        path if path.contains("/partners/") => "prt",
        path if path.contains("/listening-tokens/") => "ltk",
        _ => "erl",
    };
    let path = path.replace("{id}", &format!("{kind}_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
    Request::new(Method::from_bytes(method.as_bytes()).unwrap(), path)
        .json(&json!({}))
        .header("idempotency-key", "matrix")
}

async fn ask(client: &Client, request: Request) -> (u16, Value) {
    let answer: Answer = client.send(&request).await.unwrap();
    (answer.status, answer.json()["code"].clone())
}

#[test]
fn what_is_public_is_in_the_reviewed_list() {
    let mut public: Vec<String> = operations()
        .into_iter()
        .filter(|(_, is_guarded)| !is_guarded)
        .map(|(name, _)| name)
        .collect();
    public.sort();
    assert_eq!(public, PUBLIC);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_a_guard_without_a_good_token_or_the_right_role() {
    let planet = demo_planet().await;
    let client = Client::new(&planet.url());
    let body = json!({ "email": "fan@example.com", "password": "planet on a laptop" });
    let session = client
        .send(&Request::post("/v1/sessions", &body))
        .await
        .unwrap();
    let fan = session.text_at("/access_token");
    let guarded = operations()
        .into_iter()
        .filter(|(_, is_guarded)| *is_guarded);
    for (name, _) in guarded {
        let stranger = ask(&client, request(&name)).await;
        assert_eq!(
            stranger,
            (401, json!("unauthenticated")),
            "{name} without a token"
        );
        let forged = ask(&client, request(&name).bearer("e30.e30.e30")).await;
        assert_eq!(
            forged,
            (401, json!("unauthenticated")),
            "{name} with a forged token"
        );
        let (status, code) = ask(&client, request(&name).bearer(&fan)).await;
        if OPERATORS.contains(&name.as_str()) {
            assert_eq!((status, code), (403, json!("forbidden")), "{name} by a fan");
        } else if name.contains("{id}") && !name.contains("earn-rules") {
            assert_eq!(
                (status, code),
                (404, json!("not_found")),
                "{name} on what is not theirs"
            );
        } else {
            assert_ne!(
                status, 403,
                "{name} is neither an operator's nor everyone's"
            );
            assert!(status < 500, "{name} answers {status}");
        }
    }
    planet.stop().await.unwrap();
}
