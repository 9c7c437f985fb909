//! The same key twice is one request.

use axum::{extract::State, response::Response};
use platform::{
    Aws,
    serve::Function,
    table::{Key, Table, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::{Answer, App, Client, World};
use web::{
    Api, ApiError, Code, IDEMPOTENCY, Idempotent, Json, RequestKey, Requests, replayed, routes,
};

/// A counter in a table, raised by a route that moves value.
#[derive(Clone)]
struct Counter {
    aws: Aws,
    table: Table,
    requests: Requests,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RaiseIn {
    by: i64,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
struct RaiseOut {
    id: String,
    by: i64,
}

fn counter_key() -> Key {
    Key::sorted("COUNTER", "COUNTER")
}

#[utoipa::path(post, path = "/raise", request_body = RaiseIn, responses((status = 201, body = RaiseOut)))]
async fn raise(
    State(app): State<Counter>,
    request: Idempotent<RaiseIn>,
) -> Result<Response, ApiError> {
    if let Some(result) = app.requests.find::<RaiseOut>(&request.key).await? {
        return Ok(replayed(Json(result).created()));
    }
    if request.body.by == 0 {
        return Err(ApiError::new(Code::StateConflict));
    }
    let result = RaiseOut {
        id: request
            .key
            .derive::<kernel::kind::Entry>("raise")
            .to_string(),
        by: request.body.by,
    };
    match app
        .aws
        .transact(app.transaction(&request.key, &result)?)
        .await
    {
        Ok(()) => Ok(Json(result).created()),
        Err(TransactError::Cancelled(cancelled)) if cancelled.names(IDEMPOTENCY) => {
            let result = app.requests.find::<RaiseOut>(&request.key).await?;
            Ok(replayed(
                Json(result.ok_or_else(ApiError::not_found)?).created(),
            ))
        }
        Err(error) => Err(error.into()),
    }
}

impl Counter {
    fn transaction(&self, key: &RequestKey, result: &RaiseOut) -> Result<Transaction, ApiError> {
        let raised =
            Write::update(&self.table, counter_key(), "ADD #count :by").bind(":by", result.by);
        Ok(Transaction::new()
            .and(raised)
            .and(self.requests.record(key, result)?))
    }
}

async fn app(world: &World) -> App {
    let clock = world.clock.clone();
    let counter = Counter {
        aws: world.aws.clone(),
        table: world.table("PointsTable"),
        requests: Requests::new(world.table("RequestsTable"), clock),
    };
    let router = Api::new().route(routes!(raise)).router(counter);
    world
        .app("Front", |_, _, _| async move {
            Ok(Function::new().http(router))
        })
        .await
}

/// Asks to raise the counter, always under the same key.
async fn ask(client: &Client, by: i64) -> Answer {
    let request = client
        .request("POST", "/raise")
        .header("idempotency-key", "k1");
    request.json(json!({ "by": by })).send().await
}

async fn count(world: &World) -> i64 {
    let item = world
        .table("PointsTable")
        .get_item(&counter_key())
        .await
        .unwrap();
    item.and_then(|item| item.number("count"))
        .unwrap_or_default()
}

#[tokio::test]
async fn a_repeated_request_has_one_effect_and_the_same_answer() {
    let world = World::start().await;
    let app = app(&world).await;
    let client = app.caller(kernel::Id::derive(&["a"]));
    let request = || {
        client
            .request("POST", "/raise")
            .header("idempotency-key", "k1")
    };
    let first = request().json(json!({ "by": 3 })).send().await;
    let second = request().json(json!({ "by": 3 })).send().await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(count(&world).await, 3);
}

#[tokio::test]
async fn sixty_four_at_once_have_one_effect() {
    let world = World::start().await;
    let app = app(&world).await;
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let client = app.caller(kernel::Id::derive(&["a"]));
            tokio::spawn(async move {
                let request = client
                    .request("POST", "/raise")
                    .header("idempotency-key", "k1");
                request.json(json!({ "by": 1 })).send().await
            })
        })
        .collect();
    let mut bodies = std::collections::BTreeSet::new();
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        bodies.insert(answer.text());
    }
    assert_eq!(bodies.len(), 1);
    assert_eq!(count(&world).await, 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused_and_another_callers_key_is_another() {
    let world = World::start().await;
    let app = app(&world).await;
    let client = app.caller(kernel::Id::derive(&["a"]));
    assert_eq!(ask(&client, 1).await.status, 201);
    let other = ask(&client, 2).await;
    assert_eq!(
        (other.status, other.problem_code().as_str()),
        (422, "idempotency_key_reused")
    );
    let stranger = app.caller(kernel::Id::derive(&["b"]));
    let request = stranger
        .request("POST", "/raise")
        .header("idempotency-key", "k1");
    let answer = request.json(json!({ "by": 10 })).send().await;
    assert_eq!(
        (answer.status, answer.header("idempotent-replayed")),
        (201, None)
    );
    assert_eq!(count(&world).await, 11);
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let world = World::start().await;
    let app = app(&world).await;
    let client = app.caller(kernel::Id::derive(&["a"]));
    assert_eq!(ask(&client, 0).await.status, 409);
    assert_eq!(ask(&client, 5).await.status, 201);
    assert_eq!(count(&world).await, 5);
}

#[tokio::test]
async fn a_missing_or_malformed_key_is_refused_before_anything_happens() {
    let world = World::start().await;
    let app = app(&world).await;
    let client = app.caller(kernel::Id::derive(&["a"]));
    let answer = client.post("/raise", json!({ "by": 1 })).await;
    assert_eq!(answer.problem_code(), "idempotency_key_missing");
    for key in ["", "two words", "a,b"] {
        let request = client
            .request("POST", "/raise")
            .header("idempotency-key", key);
        let answer = request.json(json!({ "by": 1 })).send().await;
        assert_eq!(answer.problem_code(), "idempotency_key_invalid", "{key:?}");
    }
    assert_eq!(count(&world).await, 0);
}

#[tokio::test]
async fn after_thirty_days_a_key_is_new() {
    let world = World::start().await;
    let app = app(&world).await;
    let request = |client: testkit::Client| async move {
        let request = client
            .request("POST", "/raise")
            .header("idempotency-key", "k1");
        request.json(json!({ "by": 1 })).send().await
    };
    let caller = || app.caller(kernel::Id::derive(&["a"]));
    request(caller()).await;
    let days = |days: i64| jiff::SignedDuration::from_hours(24 * days);
    world.clock.advance(days(29)).unwrap();
    assert_eq!(
        request(caller()).await.header("idempotent-replayed"),
        Some("true")
    );
    world.clock.advance(days(2)).unwrap();
    assert_eq!(request(caller()).await.header("idempotent-replayed"), None);
    assert_eq!(count(&world).await, 2);
}
