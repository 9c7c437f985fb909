//! What a deployment holds back, for whom, and what goes on all the same.

use platform::serve::Function;
use serde_json::json;
use testkit::{App, Client, World};
use web::{Api, Caller, Capability, Stage, routes};

#[utoipa::path(get, path = "/catalogue", responses((status = 200)))]
async fn browse() -> &'static str {
    "browsed"
}

#[utoipa::path(post, path = "/orders", responses((status = 200)))]
async fn order(_: Caller) -> &'static str {
    "ordered"
}

/// On the path of another route that is held back.
#[utoipa::path(get, path = "/orders", responses((status = 200)))]
async fn list_orders(_: Caller) -> &'static str {
    "listed"
}

#[utoipa::path(post, path = "/notify", responses((status = 200)))]
async fn notify() -> &'static str {
    "noted"
}

#[utoipa::path(post, path = "/hooks", responses((status = 200)))]
async fn hook() -> &'static str {
    "heard"
}

#[utoipa::path(get, path = "/me", responses((status = 200)))]
async fn me(_: Caller) -> &'static str {
    "me"
}

fn api() -> Api {
    Api::new()
        .route(routes!(me))
        .capability(Capability::Trade)
        .public(routes!(browse))
        .route(routes!(order))
        .by_invitation(
            Capability::Trade,
            "hooks are signed by whom operators gave a key",
        )
        .public(routes!(hook))
        .whatever_stage(Capability::Trade, "what was ordered is paid and looked at")
        .public(routes!(notify))
        .route(routes!(list_orders))
}

async fn app(api: Api) -> App {
    let world = World::start().await;
    let router = api.router(());
    world
        .app("Front", |_, _, _| async move {
            Ok(Function::new().http(router))
        })
        .await
}

/// What a request of each kind is answered by, in the order of the table of routes.
async fn answers(client: &Client) -> [String; 6] {
    let mut answers = Vec::new();
    for (method, path) in [
        ("GET", "/me"),
        ("GET", "/catalogue"),
        ("POST", "/orders"),
        ("POST", "/hooks"),
        ("POST", "/notify"),
        ("GET", "/orders"),
    ] {
        let answer = client.request(method, path).send().await;
        answers.push(match answer.status {
            200 => answer.text(),
            status => format!("{status} {}", answer.problem_code()),
        });
    }
    answers.try_into().unwrap()
}

const OFF: &str = "403 capability_off";
const STRANGER: &str = "401 unauthenticated";

#[tokio::test]
async fn what_is_open_is_open_to_everybody() {
    let app = app(api().stage(Capability::Trade, Stage::Open)).await;
    let fan = app.caller(kernel::Id::derive(&["fan"]));
    for client in [fan, app.operator()] {
        let expected = ["me", "browsed", "ordered", "heard", "noted", "listed"];
        assert_eq!(answers(&client).await, expected);
    }
    let expected = [STRANGER, "browsed", STRANGER, "heard", "noted", STRANGER];
    assert_eq!(answers(&app.anonymous()).await, expected);
}

#[tokio::test]
async fn what_is_off_is_off_for_operators_too_and_what_was_begun_goes_on() {
    let said = api().stage(Capability::Trade, Stage::Off);
    // Of another capability something is said; of trade nothing.
    let unsaid = api().stage(Capability::Webhooks, Stage::Open);
    for api in [said, unsaid] {
        let app = app(api).await;
        let fan = app.caller(kernel::Id::derive(&["fan"]));
        for client in [fan, app.operator()] {
            let expected = ["me", OFF, OFF, OFF, "noted", "listed"];
            assert_eq!(answers(&client).await, expected);
        }
        // Who is calling is asked before anything else.
        let expected = [STRANGER, OFF, STRANGER, OFF, "noted", STRANGER];
        assert_eq!(answers(&app.anonymous()).await, expected);
    }
}

#[tokio::test]
async fn what_is_tried_out_is_open_to_operators_and_to_whom_they_invited() {
    let app = app(api().stage(Capability::Trade, Stage::Operators)).await;
    let expected = ["me", "browsed", "ordered", "heard", "noted", "listed"];
    assert_eq!(answers(&app.operator()).await, expected);
    // An operator who acts for an organization does not operate, and may try.
    let account = json!("acct_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    let acting = |scopes: &str| {
        app.authorized([("account", account.clone()), ("scopes", json!(scopes))].into())
    };
    assert_eq!(answers(&acting("catalogue trying_out")).await, expected);
    let expected = ["me", OFF, OFF, "heard", "noted", "listed"];
    assert_eq!(answers(&acting("catalogue trying")).await, expected);
    let fan = app.caller(kernel::Id::derive(&["fan"]));
    assert_eq!(answers(&fan).await, expected);
    let expected = [STRANGER, OFF, STRANGER, "heard", "noted", STRANGER];
    assert_eq!(answers(&app.anonymous()).await, expected);
}

#[tokio::test]
async fn a_refusal_says_what_is_off_and_a_wrong_method_stays_one() {
    let app = app(api().stage(Capability::Trade, Stage::Operators)).await;
    let answer = app.anonymous().get("/catalogue").await;
    assert_eq!(answer.json()["detail"], "trade is open to operators alone");
    assert_eq!(answer.json()["type"], "/problems/capability-off");
    assert_eq!(answer.json()["retryable"], false);
    let answer = app.anonymous().delete("/catalogue").await;
    assert_eq!(answer.problem_code(), "method_not_allowed");
}

#[test]
fn the_document_says_of_which_capability_an_operation_is_and_since_when_it_is_served() {
    let document = serde_json::to_value(api().openapi()).unwrap();
    let said = |path: &str, method: &str| {
        let operation = &document["paths"][path][method];
        assert!(operation["responses"]["default"].is_object(), "{path}");
        ["name", "served_from", "because"].map(|what| {
            let said = &operation["x-capability"][what];
            said.as_str().unwrap_or("-").to_owned()
        })
    };
    assert_eq!(said("/me", "get"), ["-", "-", "-"]);
    assert_eq!(said("/orders", "post"), ["trade", "open", "-"]);
    let because = "what was ordered is paid and looked at";
    assert_eq!(said("/orders", "get"), ["trade", "off", because]);
    assert_eq!(said("/hooks", "post")[1], "operators");
    assert!(document["paths"]["/orders"]["post"]["security"].is_array());
    assert!(document["paths"]["/notify"]["post"]["security"].is_null());
}
