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
    "GET /v1/events",
    "GET /v1/events/{id}",
    "GET /v1/listings",
    "GET /v1/listings/ranking",
    "GET /v1/listings/{id}",
    "GET /v1/organization-kinds",
    "GET /v1/product-types",
    "GET /v1/rewards",
    "GET /v1/rewards/{id}",
    "GET /v1/shops/{id}",
    "GET /v1/ticket-quotas/{id}/availability",
    "GET /v1/webhook-event-types",
    "POST /1/submit-listens",
    "POST /scrobble/1.2/now-playing",
    "POST /scrobble/1.2/submissions",
    "POST /v1/accounts",
    "POST /v1/partner-hooks/{partner}/allotments/{id}/accept",
    "POST /v1/partner-hooks/{partner}/allotments/{id}/decline",
    "POST /v1/partner-hooks/{partner}/balance",
    "POST /v1/partner-hooks/{partner}/grants",
    "POST /v1/partner-hooks/{partner}/grants/{id}/revoke",
    "POST /v1/partner-hooks/{partner}/issues",
    "POST /v1/partner-hooks/{partner}/links",
    "POST /v1/partner-hooks/{partner}/links/confirm",
    "POST /v1/partner-hooks/{partner}/links/{id}/unlink",
    "POST /v1/partner-hooks/{partner}/statements",
    "POST /v1/partner-hooks/{partner}/vouchers/redeem",
    "POST /v1/partner-hooks/{partner}/vouchers/release",
    "POST /v1/partner-hooks/{partner}/vouchers/reserve",
    "POST /v1/partner-hooks/{partner}/vouchers/reverse",
    "POST /v1/partner-hooks/{partner}/vouchers/validate",
    "POST /v1/payments/notify/alipay",
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
];

/// Operations that are an operator's.
const OPERATORS: &[&str] = &[
    "DELETE /v1/partners/{id}/keys/{key}",
    "GET /v1/code-batches/{id}",
    "GET /v1/orders/waiting",
    "GET /v1/organizations/in-state/{state}",
    "GET /v1/partners",
    "GET /v1/partners/{id}",
    "GET /v1/partners/{id}/balance",
    "GET /v1/partners/{id}/keys",
    "GET /v1/partners/{id}/statements/{month}",
    "GET /v1/points/adjustments",
    "GET /v1/points/adjustments/{id}",
    "GET /v1/shops/reviews/listings",
    "GET /v1/shops/reviews/shops",
    "PATCH /v1/partners/{id}",
    "PATCH /v1/rewards/{id}",
    "POST /v1/code-batches/{id}/load",
    "POST /v1/disputes/{id}/ruling",
    "POST /v1/earn-rules/{id}/versions",
    "POST /v1/listings/{id}/approve",
    "POST /v1/listings/{id}/reinstate",
    "POST /v1/listings/{id}/reject",
    "POST /v1/listings/{id}/suspend",
    "POST /v1/listings/{id}/takedown",
    "POST /v1/orders/{id}/refunds/{refund}/paid-elsewhere",
    "POST /v1/orders/{id}/refunds/{refund}/retry",
    "POST /v1/organizations/{id}/approve",
    "POST /v1/organizations/{id}/reinstate",
    "POST /v1/organizations/{id}/reject",
    "POST /v1/organizations/{id}/suspend",
    "POST /v1/partners",
    "POST /v1/partners/{id}/go-live",
    "POST /v1/partners/{id}/keys",
    "POST /v1/partners/{id}/keys/{key}/rotate",
    "POST /v1/partners/{id}/reinstate",
    "POST /v1/partners/{id}/settlements",
    "POST /v1/partners/{id}/suspend",
    "POST /v1/payment-intents/{id}/chargebacks",
    "POST /v1/points/adjustments",
    "POST /v1/points/adjustments/{id}/approve",
    "POST /v1/points/adjustments/{id}/reject",
    "POST /v1/rewards",
    "POST /v1/rewards/{id}/code-batches",
    "POST /v1/rights-cases/{id}/dismiss",
    "POST /v1/rights-cases/{id}/suspend-listing",
    "POST /v1/rights-cases/{id}/uphold",
    "POST /v1/shops/{id}/approve",
    "POST /v1/shops/{id}/reinstate",
    "POST /v1/shops/{id}/reject",
    "POST /v1/shops/{id}/suspend",
    "POST /v1/shops/{id}/terminate",
    "PUT /v1/organizations/{id}/house-owned",
    "PUT /v1/shops/{id}/commission",
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

/// What the part of a path before an id says about the id's kind.
const KINDS: &[(&str, &str)] = &[
    ("adjustments", "adj"),
    ("allotments", "alt"),
    ("code-batches", "cbt"),
    ("disputes", "dsp"),
    ("earn-rules", "erl"),
    ("entitlements", "etl"),
    ("events", "con"),
    ("grants", "grt"),
    ("invitations", "inv"),
    ("keys", "pky"),
    ("links", "plk"),
    ("listening-tokens", "ltk"),
    ("listings", "lst"),
    ("media", "med"),
    ("members", "acct"),
    ("mine", "con"),
    ("order-groups", "grp"),
    ("orders", "ord"),
    ("organizations", "org"),
    ("owners", "shp"),
    ("partner-grants", "pgr"),
    ("partner-hooks", "prt"),
    ("partner-links", "plk"),
    ("partners", "prt"),
    ("payment-intents", "pay"),
    ("recordings", "rcd"),
    ("refund-requests", "rrq"),
    ("refunds", "rfd"),
    ("representations", "rep"),
    ("rewards", "rwd"),
    ("rights-cases", "rcs"),
    ("shops", "shp"),
    ("ticket-quotas", "tqt"),
    ("tickets", "tkt"),
    ("variants", "sku"),
    ("vouchers", "vch"),
    ("webhook-deliveries", "whd"),
    ("webhook-endpoints", "whe"),
    ("works", "wrk"),
];

/// The operation on something that does not exist, with a body that is none of the caller's fault.
pub(crate) fn request(name: &str) -> Request {
    let (method, path) = name.split_once(' ').unwrap();
    let mut concrete = Vec::new();
    let mut before = "";
    for part in path.split('/') {
        // Two contexts know grants: those of rights, and those of partners.
        let word = match before {
            "grants" if name.contains("/partner-hooks/") => "partner-grants",
            word => word,
        };
        let kind = KINDS.iter().find(|(known, _)| *known == word);
        concrete.push(match (part, kind) {
            ("{state}", _) => "submitted".to_owned(),
            ("{code}", _) => "legal_name".to_owned(),
            ("{month}", _) => "2026-06".to_owned(),
            (part, Some((_, kind))) if part.starts_with('{') => {
                format!("{kind}_01ARZ3NDEKTSV4RRFFQ69G5FAV")
            }
            (part, None) if part.starts_with('{') => panic!("{name}: no kind after {before}"),
            (part, _) => part.to_owned(),
        });
        before = part;
    }
    Request::new(
        Method::from_bytes(method.as_bytes()).unwrap(),
        concrete.join("/"),
    )
    .json(&json!({}))
    .header("idempotency-key", "matrix")
}

pub(crate) async fn ask(client: &Client, request: Request) -> (u16, Value) {
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
async fn a_partners_hook_answers_alike_whoever_calls_without_a_signature() {
    let planet = demo_planet().await;
    let client = Client::new(&planet.url());
    let fan = sign_in(&client, "fan@example.com").await;
    let hooks = PUBLIC
        .iter()
        .filter(|name| name.contains("/partner-hooks/"));
    for name in hooks {
        let unsigned = (401, json!("signature_invalid"));
        assert_eq!(ask(&client, request(name)).await, unsigned, "{name}");
        let by_a_fan = ask(&client, request(name).bearer(&fan)).await;
        assert_eq!(by_a_fan, unsigned, "{name} by a fan");
    }
    planet.stop().await.unwrap();
}

async fn sign_in(client: &Client, email: &str) -> String {
    let body = json!({ "email": email, "password": "planet on a laptop" });
    let request = Request::post("/v1/sessions", &body);
    client
        .send(&request)
        .await
        .unwrap()
        .text_at("/access_token")
}

/// A token that acts for an organization that the caller has just founded. It is a draft.
async fn act_for_a_draft(client: &Client, founder: &str) -> String {
    let body = json!({ "name": "Strangers", "kind": "personal_office", "region": "CN" });
    let request = Request::post("/v1/organizations", &body).bearer(founder);
    let id = client.send(&request).await.unwrap().text_at("/id");
    let path = format!("/v1/organizations/{id}/access-tokens");
    let request = Request::post(path, &json!({})).bearer(founder);
    client
        .send(&request)
        .await
        .unwrap()
        .text_at("/access_token")
}

fn guarded() -> Vec<String> {
    let guarded = operations().into_iter().filter(|(_, guarded)| *guarded);
    guarded.map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_a_guard_without_a_good_token_or_the_right_role() {
    let planet = demo_planet().await;
    let client = Client::new(&planet.url());
    let fan = sign_in(&client, "fan@example.com").await;
    for name in guarded() {
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
        } else if code != json!("organization_required") {
            expect_nothing_given_away(&name, status, "a fan");
        }
    }
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_reaches_nothing_of_others_and_a_draft_sells_nothing() {
    let planet = demo_planet().await;
    let client = Client::new(&planet.url());
    let fan = sign_in(&client, "fan@example.com").await;
    let draft = act_for_a_draft(&client, &fan).await;
    for name in guarded() {
        let (status, code) = ask(&client, request(&name).bearer(&draft)).await;
        if OPERATORS.contains(&name.as_str()) {
            assert_eq!(
                (status, code),
                (403, json!("forbidden")),
                "{name} by a draft"
            );
        } else if code != json!("forbidden") {
            expect_nothing_given_away(&name, status, "a draft");
        }
    }
    planet.stop().await.unwrap();
}

/// What is not theirs is not there; a request is looked at before what it is about.
fn expect_nothing_given_away(name: &str, status: u16, caller: &str) {
    let is_about_something = name.contains('{') && !name.contains("earn-rules");
    if is_about_something {
        // Declining what was never offered is done, whatever it was.
        let is_done = status == 204 && name.ends_with("/decline");
        let told = is_done || [400, 404, 422].contains(&status);
        assert!(told, "{name} by {caller} answers {status}");
    } else {
        assert!(
            status != 403 && status < 500,
            "{name} by {caller} answers {status}"
        );
    }
}
