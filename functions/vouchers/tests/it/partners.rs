use serde_json::json;

use crate::shop::{Shop, account, id};

#[tokio::test]
async fn an_operator_enters_a_partner_and_sees_it_again() {
    let shop = Shop::open().await;
    let operator = shop.api.operator();
    let wanted = json!({ "name": " Golden Rooster ", "contact_email": "a@example.org" });
    let answer = operator.post("/v1/partners", wanted).await;
    let partner = answer.json();
    assert_eq!(answer.status, 201);
    assert_eq!(partner["name"], "Golden Rooster");
    assert_eq!(partner["contact_email"], "a@example.org");
    assert_eq!(partner["created_at"], "2026-06-01T12:00:00Z");
    let path = format!("/v1/partners/{}", id(&answer));
    assert_eq!(operator.get(&path).await.json(), partner);
}

#[tokio::test]
async fn partners_come_in_pages_oldest_first() {
    let shop = Shop::open().await;
    let operator = shop.api.operator();
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(shop.partner().await);
        let millisecond = jiff::SignedDuration::from_millis(1);
        shop.world.clock.advance(millisecond).unwrap();
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = operator
            .get(&format!("/v1/partners?limit=2{cursor}"))
            .await
            .json();
        for item in page["items"].as_array().unwrap() {
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn partners_are_for_operators_alone() {
    let shop = Shop::open().await;
    let path = format!("/v1/partners/{}", shop.partner().await);
    let member = shop.api.caller(account("ada"));
    for (method, path) in [
        ("GET", "/v1/partners"),
        ("POST", "/v1/partners"),
        ("GET", &path),
    ] {
        let request = member.request(method, path).json(json!({ "name": "x" }));
        let answer = request.send().await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (403, "forbidden")
        );
        let anonymous = shop.api.anonymous();
        let answer = anonymous
            .request(method, path)
            .json(json!({ "name": "x" }))
            .send()
            .await;
        assert_eq!(answer.problem_code(), "unauthenticated");
    }
}

#[tokio::test]
async fn what_is_no_partner_is_refused_with_its_field() {
    let shop = Shop::open().await;
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "a\nb" }), "/name"),
        (json!({ "name": 7 }), "/name"),
        (
            json!({ "name": "x", "contact_email": "nobody" }),
            "/contact_email",
        ),
        (
            json!({ "name": "x", "contact_email": null }),
            "/contact_email",
        ),
        (json!({ "name": "x", "role": "operator" }), "/role"),
    ] {
        let answer = shop.api.operator().post("/v1/partners", body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[tokio::test]
async fn a_partner_that_is_not_there_is_not_found() {
    let shop = Shop::open().await;
    for path in [
        "/v1/partners/prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "/v1/partners/x",
    ] {
        assert_eq!(
            shop.api.operator().get(path).await.problem_code(),
            "not_found"
        );
    }
}
