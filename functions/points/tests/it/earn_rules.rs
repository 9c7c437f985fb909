//! `/v1/earn-rules`

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{Points, member};

async fn rule_id(points: &Points) -> String {
    let rules = points.api.operator().get("/v1/earn-rules").await.json();
    rules["items"][0]["id"].as_str().unwrap().to_owned()
}

fn version(effective_from: &str) -> Value {
    json!({
        "minutes_per_point": 2,
        "daily_cap": 50,
        "pending_days": 1,
        "lot_months": 3,
        "effective_from": effective_from,
    })
}

async fn publish(points: &Points, key: &str, body: Value) -> Answer {
    let path = format!("/v1/earn-rules/{}/versions", rule_id(points).await);
    let operator = points.api.operator();
    let request = operator
        .request("POST", &path)
        .header("idempotency-key", key);
    request.json(body).send().await
}

#[tokio::test]
async fn the_founding_rule_is_there_from_the_beginning() {
    let points = Points::start().await;
    let client = points.api.caller(member("fan"));
    let rules = client.get("/v1/earn-rules").await;
    assert_eq!(rules.status, 200);
    let rule = rules.json()["items"][0].clone();
    let expected = json!([{
        "version": 1,
        "effective_from": null,
        "minutes_per_point": 1,
        "daily_cap": 120,
        "pending_days": 0,
        "lot_months": 12,
    }]);
    assert_eq!(rule["versions"], expected);
    assert_eq!(rule["version_in_force"], json!(1));
    let path = format!("/v1/earn-rules/{}", rule["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json(), rule);
}

#[tokio::test]
async fn a_version_counts_from_its_first_date_on_and_not_before() {
    let points = Points::start().await;
    let fan = member("fan");
    // A worker knows the rule already when the version is published.
    points.listen(fan, &[(60, 10)]).await;
    let published = publish(&points, "key", version("2026-06-03")).await;
    assert_eq!(published.status, 201, "{}", published.text());
    assert_eq!(published.json()["version"], json!(2));

    points.listen(fan, &[(60, 20)]).await;
    assert_eq!(points.available(fan).await, 20);
    points
        .world
        .clock
        .advance(SignedDuration::from_hours(48))
        .unwrap();
    points.listen(fan, &[(60, 40), (60 + 24 * 60, 40)]).await;
    let balance = points.balance(fan).await;
    assert_eq!(balance["available"], json!(60));
    assert_eq!(balance["pending"], json!(20));
    assert_eq!(balance["today"]["daily_cap"], json!(50));
    points
        .world
        .clock
        .advance(SignedDuration::from_hours(12))
        .unwrap();
    let balance = points.balance(fan).await;
    assert_eq!(balance["available"], json!(80));
    let expiring = json!([
        { "expires_at": "2026-10-01T00:00:00Z", "points": 20 },
        { "expires_at": "2027-07-01T00:00:00Z", "points": 60 },
    ]);
    assert_eq!(balance["expiring"], expiring);
}

#[tokio::test]
async fn the_same_request_twice_publishes_once() {
    let points = Points::start().await;
    let first = publish(&points, "key", version("2026-06-03")).await;
    // Even when the date is too near by now.
    points
        .world
        .clock
        .advance(SignedDuration::from_hours(72))
        .unwrap();
    let again = publish(&points, "key", version("2026-06-03")).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.header("idempotent-replayed"), None);

    let other = publish(&points, "key", version("2026-07-03")).await;
    assert_eq!(
        (other.status, other.problem_code().as_str()),
        (422, "idempotency_key_reused")
    );
    let third = publish(&points, "another-key", version("2026-07-03")).await;
    assert_eq!(third.json()["version"], json!(3));
}

#[tokio::test]
async fn of_two_versions_at_once_each_has_its_own_number_or_is_refused() {
    let points = Points::start().await;
    let (one, other) = tokio::join!(
        publish(&points, "one", version("2026-06-03")),
        publish(&points, "other", version("2026-06-04")),
    );
    for answer in [&one, &other] {
        if answer.status != 201 {
            assert_eq!(
                (answer.status, answer.problem_code().as_str()),
                (409, "state_conflict")
            );
        }
    }
    assert!(one.status == 201 || other.status == 201);
    if (one.status, other.status) == (201, 201) {
        assert_ne!(one.json()["version"], other.json()["version"]);
    }
}

#[tokio::test]
async fn the_same_request_twice_at_once_publishes_once() {
    let points = Points::start().await;
    let (one, other) = tokio::join!(
        publish(&points, "key", version("2026-06-03")),
        publish(&points, "key", version("2026-06-03")),
    );
    assert_eq!((one.status, other.status), (201, 201));
    assert_eq!(one.json(), other.json());
    let rules = points.api.operator().get("/v1/earn-rules").await.json();
    assert_eq!(rules["items"][0]["versions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn only_an_operator_publishes() {
    let points = Points::start().await;
    let path = format!("/v1/earn-rules/{}/versions", rule_id(&points).await);
    for (client, status, code) in [
        (points.api.anonymous(), 401, "unauthenticated"),
        (points.api.caller(member("fan")), 403, "forbidden"),
    ] {
        let request = client
            .request("POST", &path)
            .header("idempotency-key", "key");
        let answer = request.json(version("2026-06-03")).send().await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (status, code)
        );
    }
    for path in ["/v1/earn-rules", &path.replace("/versions", "")] {
        assert_eq!(points.api.anonymous().get(path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_rule_that_is_not_there_is_not_found() {
    let points = Points::start().await;
    let operator = points.api.operator();
    for id in [
        "erl_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "1",
        "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
    ] {
        let answer = operator.get(&format!("/v1/earn-rules/{id}")).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (404, "not_found")
        );
        let path = format!("/v1/earn-rules/{id}/versions");
        let request = operator
            .request("POST", &path)
            .header("idempotency-key", "key");
        let answer = request.json(version("2026-06-03")).send().await;
        assert_eq!(answer.status, 404);
    }
}

#[tokio::test]
async fn bad_versions_are_refused() {
    let points = Points::start().await;
    let with = |field: &str, value: Value| {
        let mut body = version("2026-06-03");
        body[field] = value;
        body
    };
    for (body, pointer) in [
        (with("minutes_per_point", json!(0)), "/minutes_per_point"),
        (with("minutes_per_point", json!(1.0)), "/minutes_per_point"),
        (with("daily_cap", json!(1_441)), "/daily_cap"),
        (with("daily_cap", json!(-1)), "/daily_cap"),
        (with("pending_days", json!(29)), "/pending_days"),
        (with("lot_months", json!(37)), "/lot_months"),
        (with("lot_months", json!(null)), "/lot_months"),
        (
            with("effective_from", json!("2026-06-02")),
            "/effective_from",
        ),
        (with("effective_from", json!("tomorrow")), "/effective_from"),
        (with("version", json!(9)), "/version"),
    ] {
        let answer = publish(&points, "key", body.clone()).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (422, "validation_failed"),
            "{body}"
        );
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            json!(pointer),
            "{body}"
        );
    }
    let path = format!("/v1/earn-rules/{}/versions", rule_id(&points).await);
    let operator = points.api.operator();
    let without_key = operator.post(&path, version("2026-06-03")).await;
    assert_eq!(without_key.problem_code(), "idempotency_key_missing");
    let rules = operator.get("/v1/earn-rules").await.json();
    assert_eq!(rules["items"][0]["versions"].as_array().unwrap().len(), 1);
}
