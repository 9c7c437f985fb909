use jiff::SignedDuration;
use platform::table::Transaction;
use quota::Quotas;
use serde_json::{Value, json};

use crate::house::{House, keyed};

fn quotas(house: &House) -> Quotas {
    Quotas::new(house.world.table("QuotasTable"), house.world.clock.clone())
}

/// Takes tickets as a sale does.
async fn sell(house: &House, quota: &str, name: &str, units: u32) {
    let counted = format!("tickets:{quota}").parse().unwrap();
    let units = units.try_into().unwrap();
    let id = crate::house::id(name);
    let plan = quotas(house).take(&counted, id, units).await.unwrap();
    let sale = Transaction::from(plan.writes);
    house.world.aws.transact(sale).await.unwrap();
}

async fn availability(house: &House, quota: &str) -> Value {
    let path = format!("/v1/ticket-quotas/{quota}/availability");
    let answer = house.api.anonymous().get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_ticket_quota_is_counted_from_its_first_moment_on() {
    let house = House::open().await;
    let show = house.two_nights().await;
    let fields = json!({
        "name": "First night", "capacity": 30, "shards": 4, "days": ["2026-06-01"],
        "per_buyer_limit": 4,
    });
    let quota = house.quota(&show.concert, fields).await;
    let path = format!("/v1/events/{}", show.concert);
    let concert = house.api.anonymous().get(&path).await.json();
    let expected = json!({
        "id": quota, "name": "First night", "capacity": 30, "days": ["2026-06-01"],
        "per_buyer_limit": 4,
    });
    assert_eq!(concert["ticket_quotas"][1], expected);
    let counted = format!("tickets:{quota}").parse().unwrap();
    let usage = quotas(&house).usage(&counted).await.unwrap();
    assert_eq!((usage.capacity, usage.available), (30, 30));
}

#[tokio::test]
async fn a_repeated_key_adds_one_quota_and_another_request_under_it_none() {
    let house = House::open().await;
    let concert = house.draft(json!({})).await;
    let path = format!("/v1/events/{concert}/quotas");
    let quota = json!({ "name": "Standing", "capacity": 10 });
    let first = keyed(&house.planner(), &path, "1", quota.clone()).await;
    let again = keyed(&house.planner(), &path, "1", quota).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(first.json(), again.json());
    let other = json!({ "name": "Standing", "capacity": 11 });
    let refused = keyed(&house.planner(), &path, "1", other).await;
    assert_eq!(refused.problem_code(), "idempotency_key_reused");
    let own = format!("/v1/events/mine/{concert}");
    let shown = house.planner().get(&own).await.json();
    assert_eq!(shown["ticket_quotas"], json!([first.json()]));
}

#[tokio::test]
async fn what_is_no_quota_is_refused() {
    let house = House::open().await;
    let concert = house.draft(json!({})).await;
    let path = format!("/v1/events/{concert}/quotas");
    for (field, value) in [
        ("name", json!(" ")),
        ("capacity", json!(-1)),
        ("capacity", json!(1_000_001)),
        ("capacity", json!(1.5)),
        ("shards", json!(0)),
        ("shards", json!(65)),
        ("days", json!(["2026-06-02"])),
        ("per_buyer_limit", json!(0)),
        ("price", json!(1)),
    ] {
        let mut quota = json!({ "name": "Standing", "capacity": 10 });
        quota[field] = value.clone();
        let refused = keyed(&house.planner(), &path, field, quota).await;
        assert_eq!(
            refused.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
    }
    let unkeyed = json!({ "name": "Standing", "capacity": 10 });
    let refused = house.planner().post(&path, unkeyed.clone()).await;
    assert_eq!(refused.problem_code(), "idempotency_key_missing");
    for (client, code) in [
        (house.stranger(), "not_found"),
        (house.door(), "forbidden"),
        (house.fan("ada"), "organization_required"),
        (house.api.anonymous(), "unauthenticated"),
    ] {
        let refused = keyed(&client, &path, "1", unkeyed.clone()).await;
        assert_eq!(refused.problem_code(), code);
    }
}

#[tokio::test]
async fn what_is_over_gets_no_more_tickets() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house
        .act(&show.concert, "cancel", json!({ "reason": "Rain." }))
        .await;
    let path = format!("/v1/events/{}/quotas", show.concert);
    let quota = json!({ "name": "More", "capacity": 10 });
    let refused = keyed(&house.planner(), &path, "1", quota).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    let path = format!("/v1/ticket-quotas/{}", show.quota);
    let refused = house.planner().patch(&path, json!({ "capacity": 1 })).await;
    assert_eq!(refused.problem_code(), "state_conflict");
}

#[tokio::test]
async fn a_capacity_grows_and_shrinks_to_what_is_sold_but_not_below() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    sell(&house, &show.quota, "a", 40).await;
    let path = format!("/v1/ticket-quotas/{}", show.quota);
    let planner = house.planner();
    let refused = planner.patch(&path, json!({ "capacity": 39 })).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    assert!(refused.text().contains("40 units are in use"));
    let patch = json!({ "capacity": 40, "name": "Last" });
    let changed = planner.patch(&path, patch).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["ticket_quotas"][0]["capacity"], 40);
    let expected = json!({ "ticket_quota_id": show.quota, "sold_out": true, "available": 0 });
    assert_eq!(availability(&house, &show.quota).await, expected);
    assert_eq!(
        planner.patch(&path, json!({ "capacity": 41 })).await.status,
        200
    );
    assert_eq!(availability(&house, &show.quota).await["available"], 1);
    let request = planner.request("PATCH", &path).header("if-match", "\"1\"");
    let late = request.json(json!({ "capacity": 50 })).send().await;
    assert_eq!(late.problem_code(), "precondition_failed");
    let foreign = house.stranger().patch(&path, json!({})).await;
    assert_eq!(foreign.problem_code(), "not_found");
}

#[tokio::test]
async fn availability_is_exact_when_few_are_left_and_may_be_two_seconds_old() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let many = json!({ "ticket_quota_id": show.quota, "sold_out": false, "available": null });
    assert_eq!(availability(&house, &show.quota).await, many);
    sell(&house, &show.quota, "a", 80).await;
    assert_eq!(availability(&house, &show.quota).await, many);
    house
        .world
        .clock
        .advance(SignedDuration::from_secs(2))
        .unwrap();
    assert_eq!(availability(&house, &show.quota).await["available"], 20);
}

#[tokio::test]
async fn the_availability_of_what_was_not_announced_is_nobodys_business() {
    let house = House::open().await;
    let concert = house.draft(json!({})).await;
    let quota = house.quota(&concert, json!({})).await;
    let unknown = crate::house::id::<kernel::kind::TicketQuota>("none").to_string();
    for quota in [quota.as_str(), unknown.as_str(), "standing"] {
        let path = format!("/v1/ticket-quotas/{quota}/availability");
        let answer = house.api.anonymous().get(&path).await;
        assert_eq!(answer.problem_code(), "not_found", "{quota}");
    }
}
