//! Addresses that are not public: refused when they are registered, and never dialled.

use serde_json::json;

use crate::house::{House, paid};

#[tokio::test]
async fn an_address_that_is_not_public_is_not_registered() {
    let house = House::open().await;
    let resolved = [
        ("private.example.com", "10.0.0.1"),
        ("loopback.example.com", "127.0.0.1"),
        ("metadata.example.com", "169.254.169.254"),
        ("mapped.example.com", "::ffff:10.0.0.1"),
        ("unique.example.com", "fd00::1"),
    ];
    for (host, address) in resolved {
        house.receivers.resolve(host, &["93.184.216.34", address]);
    }
    let names = resolved.map(|(host, _)| format!("https://{host}/"));
    let literal = [
        "http://hooks.example.com/",
        "https://hooks.example.com:8443/",
        "https://user@hooks.example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://hooks.internal/",
        "https://hooks.example.com./",
        "ftp://hooks.example.com/",
        "not an address",
        "",
    ];
    for url in names.iter().map(String::as_str).chain(literal) {
        let manager = house.manager("label");
        let answer = manager
            .post("/v1/webhook-endpoints", json!({ "url": url }))
            .await;
        let refusal = (answer.status, answer.problem_code());
        assert_eq!(refusal, (422, "url_not_allowed".to_owned()), "{url}");
    }
    let id = house.register("label", "a.example.com", json!({})).await;
    let path = format!("/v1/webhook-endpoints/{id}");
    for url in [names[0].as_str(), literal[3]] {
        let answer = house
            .manager("label")
            .patch(&path, json!({ "url": url }))
            .await;
        assert_eq!(answer.problem_code(), "url_not_allowed", "{url}");
    }
    assert!(house.receivers.all().is_empty());
}

#[tokio::test]
async fn a_name_that_turns_private_later_is_not_dialled() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    for address in ["169.254.169.254", "10.1.2.3", "fd00::1", "::1"] {
        house.receivers.resolve("a.example.com", &[address]);
        house
            .tell(&paid("label", &format!("ord_{}", address.len())))
            .await;
        house.pass_minutes(1).await;
    }
    assert!(house.receivers.all().is_empty());
    let listed = house.deliveries("label", &id).await;
    let delivery = house
        .delivery("label", listed[0]["id"].as_str().unwrap())
        .await;
    let error = delivery["attempts"][0]["error"].as_str().unwrap();
    assert!(
        error.contains("not public") && !error.contains("169.254"),
        "{error}"
    );
    // It turns out to have been a mistake of the name servers.
    house.receivers.resolve("a.example.com", &["93.184.216.34"]);
    house.pass_minutes(12).await;
    assert!(
        house
            .states("label", &id)
            .await
            .iter()
            .all(|state| state == "delivered")
    );
}
