use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::house::{House, TODAY, TOMORROW};

#[tokio::test]
async fn a_holder_sees_the_code_and_nobody_else_sees_anything() {
    let house = House::open().await;
    let show = house.two_nights().await;
    let tickets = house.buy(&show, "ada", "line", 1).await;
    let ticket = house.ticket("ada", &tickets[0]).await;
    assert_eq!(ticket["days"], json!([TODAY, TOMORROW]));
    assert_eq!(ticket["state"], "issued");
    assert_eq!(ticket["title"], "One Night");
    assert_eq!(ticket["name"], "Standing");
    let code = ticket["code"].as_str().unwrap();
    let (shown, secret) = code.split_once('.').unwrap();
    assert_eq!(shown, tickets[0]);
    // 192 bits in base 64.
    assert_eq!(secret.len(), 32);
    let path = format!("/v1/tickets/{}", tickets[0]);
    for (client, code) in [
        (house.fan("ben"), "not_found"),
        (house.planner(), "not_found"),
        (house.door(), "not_found"),
        (house.api.operator(), "not_found"),
        (house.api.anonymous(), "unauthenticated"),
    ] {
        assert_eq!(client.get(&path).await.problem_code(), code);
    }
}

#[tokio::test]
async fn ones_own_tickets_are_listed_newest_first_without_codes() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let mut expected = Vec::new();
    for number in 0..3 {
        let line = format!("line {number}");
        expected.extend(house.buy(&show, "ada", &line, 1).await);
        house
            .world
            .clock
            .advance(SignedDuration::from_secs(1))
            .unwrap();
    }
    house.buy(&show, "ben", "ben's", 1).await;
    expected.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/tickets?limit=2".to_owned();
    loop {
        let page = house.fan("ada").get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        for item in page.json()["items"].as_array().unwrap() {
            assert_eq!(item["code"], Value::Null);
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        match page.json()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/tickets?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let forged = house.fan("ada").get("/v1/tickets?cursor=eHl6").await;
    assert_eq!(forged.problem_code(), "validation_failed");
    assert_eq!(house.api.anonymous().get("/v1/tickets").await.status, 401);
}
