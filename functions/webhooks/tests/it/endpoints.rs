//! Endpoints are registered, changed, listed.

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn an_endpoint_is_registered_shown_and_listed() {
    let house = House::open().await;
    let more = json!({
        "description": "billing",
        "event_types": ["order.refunded", "order.paid"],
        "ordered": true,
    });
    let registered = house.register_whole("label", "a.example.com", more).await;
    let id = registered["id"].as_str().unwrap();
    let shown = house.endpoint("label", id).await;
    let mut without_secret = registered.clone();
    without_secret.as_object_mut().unwrap().remove("secret");
    assert_eq!(shown, without_secret);
    assert_eq!(
        shown["event_types"],
        json!(["order.paid", "order.refunded"])
    );
    assert_eq!(
        (&shown["ordered"], &shown["signing"]),
        (&json!(true), &json!("hmac"))
    );
    assert_eq!(shown["state"], "active");
    let listed = house
        .manager("label")
        .get("/v1/webhook-endpoints")
        .await
        .json();
    assert_eq!(listed, json!({ "items": [shown], "next_cursor": null }));
}

#[tokio::test]
async fn an_edit_is_based_on_a_version() {
    let house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let path = format!("/v1/webhook-endpoints/{id}");
    let edit = async |version: &str, body: Value| {
        let manager = house.manager("label");
        let request = manager.request("PATCH", &path).header("if-match", version);
        request.json(body).send().await
    };
    let described = edit("\"1\"", json!({ "description": "billing" })).await;
    assert_eq!(
        (described.status, described.header("etag")),
        (200, Some("\"2\""))
    );
    let late = edit("\"1\"", json!({ "description": null })).await;
    assert_eq!(
        (late.status, late.problem_code().as_str()),
        (412, "precondition_failed")
    );
    let emptied = edit(
        "\"2\"",
        json!({ "description": null, "event_types": ["order.paid"] }),
    )
    .await;
    assert_eq!(emptied.json()["description"], Value::Null);
    assert_eq!(emptied.json()["event_types"], json!(["order.paid"]));
    let same = edit("\"3\"", json!({ "event_types": ["order.paid"] })).await;
    assert_eq!(same.header("etag"), Some("\"3\""));
    let open = edit("\"3\"", json!({ "event_types": null })).await;
    assert_eq!(open.json()["event_types"], Value::Null);
    let manager = house.manager("label");
    let stale = manager
        .request("DELETE", &path)
        .header("if-match", "\"1\"")
        .send()
        .await;
    assert_eq!(stale.problem_code(), "precondition_failed");
}

#[tokio::test]
async fn an_owner_has_twenty_endpoints_at_most_however_many_come_at_once() {
    let house = House::open().await;
    for number in 0..15 {
        house
            .register("label", &format!("h{number}.example.com"), json!({}))
            .await;
    }
    let manager = house.manager("label");
    let requests = (15..25).map(|number| {
        let body = json!({ "url": format!("https://h{number}.example.com/") });
        manager.post("/v1/webhook-endpoints", body)
    });
    let answers = futures_util::future::join_all(requests).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 5);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(
            (refused.status, refused.problem_code().as_str()),
            (409, "state_conflict")
        );
    }
    // Of another owner there are others; and one that is deleted makes room.
    house.register("other", "a.example.com", json!({})).await;
    let listed = manager.get("/v1/webhook-endpoints").await.json();
    let first = listed["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        manager
            .delete(&format!("/v1/webhook-endpoints/{first}"))
            .await
            .status,
        204
    );
    house.register("label", "late.example.com", json!({})).await;
}

#[tokio::test]
async fn the_catalogue_is_open_to_everybody() {
    let house = House::open().await;
    let answer = house.api.anonymous().get("/v1/webhook-event-types").await;
    let types = answer.json()["items"].clone();
    let paid = types
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "order.paid");
    assert_eq!(
        paid.unwrap(),
        &json!({ "name": "order.paid", "description": "An order was paid.", "audience": ["organization"] })
    );
}
