//! Who manages whose endpoints.

use std::collections::BTreeMap;

use kernel::{Id, kind};
use serde_json::json;
use testkit::Client;

use crate::house::{House, organization, paid};

/// Every route of an endpoint and of a delivery, with a body that would do.
async fn refusals(client: &Client, endpoint: &str, delivery: &str) -> Vec<(u16, String)> {
    let endpoint = format!("/v1/webhook-endpoints/{endpoint}");
    let delivery = format!("/v1/webhook-deliveries/{delivery}");
    let mut answers = vec![
        client.get(&endpoint).await,
        client
            .patch(&endpoint, json!({ "description": "mine" }))
            .await,
        client.delete(&endpoint).await,
        client.get(&format!("{endpoint}/deliveries")).await,
        client.get(&delivery).await,
        client.post(&format!("{delivery}/replay"), json!({})).await,
    ];
    for action in [
        "enable",
        "disable",
        "test",
        "recover?since=2026-06-01T00:00:00Z",
    ] {
        answers.push(
            client
                .post(&format!("{endpoint}/{action}"), json!({}))
                .await,
        );
    }
    let rotate = json!({ "overlap_hours": 1 });
    answers.push(
        client
            .post(&format!("{endpoint}/rotate-secret"), rotate)
            .await,
    );
    let answers = answers.into_iter();
    answers
        .map(|answer| (answer.status, answer.problem_code()))
        .collect()
}

#[tokio::test]
async fn what_is_somebody_elses_looks_like_what_is_not_there() {
    let mut house = House::open().await;
    let mine = house.register("label", "a.example.com", json!({})).await;
    house.tell(&paid("label", "ord_1")).await;
    let delivery = house.deliveries("label", &mine).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let none = Id::<kind::WebhookEndpoint>::derive(&["none"]).to_string();
    let no_delivery = Id::<kind::WebhookDelivery>::derive(&["none"]).to_string();

    let not_found = vec![(404, "not_found".to_owned()); 11];
    let other = house.manager("other");
    assert_eq!(refusals(&other, &mine, &delivery).await, not_found);
    assert_eq!(refusals(&other, &none, &no_delivery).await, not_found);
    assert_eq!(refusals(&other, "x", "y").await, not_found);
    // Operators see to partners, not into organizations.
    let operator = house.api.operator();
    assert_eq!(refusals(&operator, &mine, &delivery).await, not_found);
    assert_eq!(house.endpoint("label", &mine).await["state"], "active");
    assert_eq!(house.receivers.all().len(), 1);
}

#[tokio::test]
async fn who_manages_nothing_is_told_so() {
    let mut house = House::open().await;
    let mine = house.register("label", "a.example.com", json!({})).await;
    house.tell(&paid("label", "ord_1")).await;
    let delivery = house.deliveries("label", &mine).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let account = Id::derive(&["somebody"]);
    let person = house.api.caller(account);
    let refused = vec![(403, "organization_required".to_owned()); 11];
    assert_eq!(refusals(&person, &mine, &delivery).await, refused);
    let seller = house
        .api
        .member(account, organization("label"), &["catalogue", "orders"]);
    let refused = vec![(403, "forbidden".to_owned()); 11];
    assert_eq!(refusals(&seller, &mine, &delivery).await, refused);
    let nobody = house.api.anonymous();
    let refused = vec![(401, "unauthenticated".to_owned()); 11];
    assert_eq!(refusals(&nobody, &mine, &delivery).await, refused);
    let denied = BTreeMap::from([("denied", json!("the token has expired"))]);
    let denied = house.api.authorized(denied);
    assert_eq!(refusals(&denied, &mine, &delivery).await, refused);

    for (client, status) in [(&person, 403), (&seller, 403), (&nobody, 401)] {
        let body = json!({ "url": "https://b.example.com/" });
        assert_eq!(
            client.post("/v1/webhook-endpoints", body).await.status,
            status
        );
        assert_eq!(client.get("/v1/webhook-endpoints").await.status, status);
    }
    assert_eq!(nobody.get("/v1/webhook-event-types").await.status, 200);
}

#[tokio::test]
async fn the_endpoints_of_partners_are_managed_by_operators() {
    let mut house = House::open().await;
    let partner = Id::<kind::Partner>::derive(&["chain"]);
    let body = json!({ "url": "https://chain.example.com/", "partner": partner });
    let refused = house
        .manager("label")
        .post("/v1/webhook-endpoints", body.clone())
        .await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (403, "forbidden")
    );
    let operator = house.api.operator();
    let created = operator.post("/v1/webhook-endpoints", body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(created.json()["owner_id"], json!(partner));

    let listed = operator
        .get(&format!("/v1/webhook-endpoints?partner={partner}"))
        .await
        .json();
    assert_eq!(listed["items"][0]["id"], json!(id));
    let peek = format!("/v1/webhook-endpoints?partner={partner}");
    assert_eq!(
        house.manager("label").get(&peek).await.problem_code(),
        "forbidden"
    );
    let own = house
        .manager("label")
        .get("/v1/webhook-endpoints")
        .await
        .json();
    assert_eq!(own["items"], json!([]));
    let path = format!("/v1/webhook-endpoints/{id}");
    assert_eq!(
        house.manager("label").get(&path).await.problem_code(),
        "not_found"
    );

    let audience = [partner.to_string()];
    let at = kernel::Timestamp::UNIX_EPOCH;
    let issued =
        kernel::Event::for_webhooks("voucher.issued", "vch_1", 1, at, &audience, json!({}));
    house.tell(&issued.unwrap()).await;
    assert_eq!(house.receivers.at("chain.example.com").len(), 1);
    let deliveries = operator.get(&format!("{path}/deliveries")).await.json();
    let delivery = deliveries["items"][0]["id"].as_str().unwrap();
    let path = format!("/v1/webhook-deliveries/{delivery}");
    assert_eq!(operator.get(&path).await.status, 200);
    assert_eq!(
        house.manager("label").get(&path).await.problem_code(),
        "not_found"
    );
}
