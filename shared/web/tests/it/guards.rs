//! Deny by default, one shape of errors, and no panic that reaches a caller.

use platform::serve::Function;
use serde_json::json;
use testkit::{App, World};
use web::{Api, ApiError, Caller, Code, Operator, routes};

#[utoipa::path(get, path = "/open", responses((status = 200)))]
async fn open() -> &'static str {
    "open"
}

/// It forgets to ask for a caller; the table of routes does not.
#[utoipa::path(get, path = "/careless", responses((status = 200)))]
async fn careless() -> &'static str {
    "secret"
}

#[utoipa::path(get, path = "/mine", responses((status = 200)))]
async fn mine(caller: Caller) -> String {
    caller.account.to_string()
}

#[utoipa::path(get, path = "/operate", responses((status = 200)))]
async fn operate(_operator: Operator) -> &'static str {
    "operated"
}

#[utoipa::path(get, path = "/panics", responses((status = 200)))]
async fn panics() -> &'static str {
    panic!("a defect");
}

#[utoipa::path(get, path = "/breaks", responses((status = 200)))]
async fn breaks() -> ApiError {
    ApiError::internal("the cause, which is for the log alone")
}

async fn app() -> App {
    let api = Api::new()
        .public(routes!(open))
        .public(routes!(panics))
        .public(routes!(breaks))
        .route(routes!(careless))
        .route(routes!(mine))
        .route(routes!(operate));
    let world = World::start().await;
    let router = api.router(());
    world
        .app("Front", |_, _, _| async move {
            Ok(Function::new().http(router))
        })
        .await
}

#[tokio::test]
async fn a_route_that_is_not_public_refuses_strangers_before_its_handler_runs() {
    let app = app().await;
    for path in ["/careless", "/mine", "/operate"] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (401, "unauthenticated")
        );
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    assert_eq!(app.anonymous().get("/open").await.status, 200);
}

#[tokio::test]
async fn what_the_authorizer_denied_is_401_with_its_reason() {
    let app = app().await;
    let denied = [("denied", json!("the token has expired"))].into();
    let answer = app.authorized(denied).get("/mine").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["detail"], "the token has expired");
    // A denial outweighs an account beside it.
    let both = [
        ("denied", json!("no")),
        ("account", json!("acct_01ARZ3NDEKTSV4RRFFQ69G5FAV")),
    ];
    assert_eq!(app.authorized(both.into()).get("/mine").await.status, 401);
}

#[tokio::test]
async fn only_operators_operate() {
    let app = app().await;
    let fan = app.caller(kernel::Id::derive(&["fan"]));
    let answer = fan.get("/operate").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (403, "forbidden")
    );
    assert_eq!(app.operator().get("/operate").await.status, 200);
    // A scope that only begins like it is another.
    let account = json!("acct_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    let close = [("account", account), ("scopes", json!("operators reader"))];
    assert_eq!(
        app.authorized(close.into()).get("/operate").await.status,
        403
    );
}

#[tokio::test]
async fn every_error_is_a_problem_without_its_cause() {
    let app = app().await;
    let client = app.anonymous();
    for (path, status, code) in [
        ("/nowhere", 404, "not_found"),
        ("/panics", 500, "internal"),
        ("/breaks", 500, "internal"),
    ] {
        let answer = client.get(path).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (status, code)
        );
        assert!(!answer.text().contains("cause") && !answer.text().contains("defect"));
        assert_eq!(answer.header("x-request-id"), Some("test-request"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let answer = client.delete("/open").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (405, "method_not_allowed")
    );
}

#[test]
fn codes_and_their_pages_are_unique() {
    let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        let wire = serde_json::to_value(code).unwrap();
        assert_eq!(wire, code.as_str(), "the wire and the documentation agree");
    }
}
