use serde_json::{Value, json};

use crate::house::{House, TODAY, TOMORROW, at, keyed, show_at};

const CHECK_INS: &str = "/v1/check-ins";

#[tokio::test]
async fn a_ticket_opens_the_door_once_a_day() {
    let house = House::open().await;
    let show = house.two_nights().await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let first = show_at(&house.door(), &code, "1").await;
    assert_eq!(first.status, 201, "{}", first.text());
    let expected = json!({
        "id": first.json()["id"], "ticket_id": ticket, "concert_id": show.concert,
        "ticket_quota_id": show.quota, "name": "Standing", "day": TODAY,
        "checked_in_at": "2026-06-01T12:00:00Z",
    });
    assert_eq!(first.json(), expected);

    let again = show_at(&house.doorkeeper("other door"), &code, "1").await;
    assert_eq!(
        (again.status, again.problem_code().as_str()),
        (409, "ticket_already_used")
    );
    let when = "used for 2026-06-01 at 2026-06-01T12:00:00Z";
    assert!(again.json()["detail"].as_str().unwrap().contains(when));

    // It is two in the morning of the third; the night began on the second.
    house
        .world
        .clock
        .set(at("2026-06-03T02:00:00+08:00"))
        .unwrap();
    let second = show_at(&house.door(), &code, "2").await;
    assert_eq!(
        (second.status, &second.json()["day"]),
        (201, &json!(TOMORROW))
    );
    let uses = house.ticket("ada", &ticket).await["check_ins"].clone();
    assert_eq!(
        uses[0],
        json!({ "day": TODAY, "at": "2026-06-01T12:00:00Z" })
    );
    assert_eq!(uses[1]["day"], TOMORROW);
}

#[tokio::test]
async fn a_scanner_that_asks_again_is_answered_alike() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let first = show_at(&house.door(), &code, "1").await;
    let again = show_at(&house.door(), &code, "1").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(first.json(), again.json());
    let body = json!({ "ticket_code": code, "day": TODAY });
    let other = keyed(&house.door(), CHECK_INS, "1", body.clone()).await;
    assert_eq!(other.problem_code(), "idempotency_key_reused");
    let unkeyed = house.door().post(CHECK_INS, body).await;
    assert_eq!(unkeyed.problem_code(), "idempotency_key_missing");
}

#[tokio::test]
async fn what_is_not_valid_opens_no_door() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 2).await;
    let code = house.code("ada", &tickets[0]).await;
    let other_code = house.code("ada", &tickets[1]).await;
    let secret = other_code.split_once('.').unwrap().1;
    let spliced = format!("{}.{secret}", tickets[0]);
    let elsewhere = house.show(json!({})).await;
    for body in [
        json!({ "ticket_code": spliced }),
        json!({ "ticket_code": code, "day": TOMORROW }),
        json!({ "ticket_code": code, "concert_id": elsewhere.concert }),
    ] {
        let refused = keyed(&house.door(), CHECK_INS, &body.to_string(), body.clone()).await;
        assert_eq!(
            (refused.status, refused.problem_code().as_str()),
            (409, "ticket_not_valid"),
            "{body}"
        );
    }
    house
        .world
        .clock
        .set(at("2026-06-02T06:00:00+08:00"))
        .unwrap();
    let late = show_at(&house.door(), &code, "late").await;
    assert_eq!(late.problem_code(), "ticket_not_valid");
    house.act(&show.concert, "end", json!({})).await;
    let body = json!({ "ticket_code": code, "day": TODAY });
    let over = keyed(&house.door(), CHECK_INS, "over", body).await;
    assert_eq!(over.problem_code(), "ticket_not_valid");
    assert_eq!(
        house.ticket("ada", &tickets[0]).await["check_ins"],
        json!([])
    );
}

#[tokio::test]
async fn what_is_no_ticket_of_the_house_is_not_found() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let secret = code.split_once('.').unwrap().1;
    let none = crate::house::tickets_of("none", 1).remove(0);
    for text in [
        "",
        "tkt",
        &ticket,
        &format!("{none}.{secret}"),
        &format!("{code}x"),
    ] {
        let refused = show_at(&house.door(), text, text).await;
        assert_eq!(refused.problem_code(), "not_found", "{text}");
    }
    let foreign = show_at(&house.stranger(), &code, "1").await;
    assert_eq!(foreign.problem_code(), "not_found");
}

#[tokio::test]
async fn only_the_houses_door_lets_in() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let list = format!("/v1/events/{}/check-ins", show.concert);
    for (client, problem) in [
        (house.api.anonymous(), "unauthenticated"),
        (house.fan("ada"), "organization_required"),
        (house.planner(), "forbidden"),
    ] {
        assert_eq!(show_at(&client, &code, "1").await.problem_code(), problem);
        assert_eq!(client.get(&list).await.problem_code(), problem);
    }
    assert_eq!(
        house.stranger().get(&list).await.problem_code(),
        "not_found"
    );
    for body in [
        json!({}),
        json!({ "ticket_code": 1 }),
        json!({ "ticket_code": code, "day": "x" }),
    ] {
        let refused = keyed(&house.door(), CHECK_INS, "1", body).await;
        assert_eq!(refused.problem_code(), "validation_failed");
    }
}

#[tokio::test]
async fn the_door_lists_who_was_let_in() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let mut expected = Vec::new();
    for ticket in house.buy(&show, "ada", "line", 5).await {
        let code = house.code("ada", &ticket).await;
        let answer = show_at(&house.door(), &code, &ticket).await;
        expected.push((ticket, answer.json()));
    }
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    let path = format!("/v1/events/{}/check-ins?limit=3", show.concert);
    let first = house.door().get(&path).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = house
        .door()
        .get(&format!("{path}&cursor={cursor}"))
        .await
        .json();
    assert_eq!(second["next_cursor"], Value::Null);
    let seen: Vec<_> = [first, second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .collect();
    let expected: Vec<_> = expected.into_iter().map(|(_, shown)| shown).collect();
    assert_eq!(seen, expected);
}
