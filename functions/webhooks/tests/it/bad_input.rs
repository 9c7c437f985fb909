//! What is not taken, and where the answer points to.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn what_does_not_fit_is_pointed_at() {
    let house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let url = "https://a.example.com/";
    let create = "/v1/webhook-endpoints";
    let rotate = format!("{create}/{id}/rotate-secret");
    for (path, body, pointer) in [
        (create, json!({}), ""),
        (create, json!({ "url": 7 }), "/url"),
        (
            create,
            json!({ "url": url, "description": "" }),
            "/description",
        ),
        (
            create,
            json!({ "url": url, "description": "a\nb" }),
            "/description",
        ),
        (
            create,
            json!({ "url": url, "event_types": [] }),
            "/event_types",
        ),
        (
            create,
            json!({ "url": url, "event_types": ["order.unheard_of"] }),
            "/event_types/0",
        ),
        (
            create,
            json!({ "url": url, "event_types": "order.paid" }),
            "/event_types",
        ),
        (create, json!({ "url": url, "ordered": "yes" }), "/ordered"),
        (create, json!({ "url": url, "signing": "rsa" }), "/signing"),
        (
            create,
            json!({ "url": url, "partner": "org_1" }),
            "/partner",
        ),
        (create, json!({ "url": url, "owner": "org_1" }), "/owner"),
        (create, json!({ "url": url, "state": "active" }), "/state"),
        (&rotate, json!({}), ""),
        (&rotate, json!({ "overlap_hours": -1 }), "/overlap_hours"),
        (&rotate, json!({ "overlap_hours": 169 }), "/overlap_hours"),
        (
            &rotate,
            json!({ "overlap_hours": 1, "secret": "whsec_" }),
            "/secret",
        ),
    ] {
        let answer = house.manager("label").post(path, body.clone()).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (422, "validation_failed"),
            "{body}"
        );
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let path = format!("{create}/{id}");
    for (body, pointer) in [
        (json!({ "url": null }), "/url"),
        (json!({ "ordered": true }), "/ordered"),
        (json!({ "signing": "ed25519" }), "/signing"),
        (json!({ "event_types": [] }), "/event_types"),
        (json!({ "secrets": [] }), "/secrets"),
    ] {
        let answer = house.manager("label").patch(&path, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let answer = house
        .manager("label")
        .request("POST", create)
        .body("{")
        .send()
        .await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (400, "malformed_request")
    );
}
