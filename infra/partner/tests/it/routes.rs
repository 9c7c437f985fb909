//! The controls, as a person and as a story use them.

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use partner::Till;
use serde_json::{Value, json};
use tower::ServiceExt;
use webhook_signatures::SymmetricKey;

use crate::{World, partner};

impl World {
    async fn browse(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let answer = self.chain.router().oneshot(request).await.unwrap();
        let location = answer.headers().get(header::LOCATION);
        let location = location
            .map_or("", |location| location.to_str().unwrap())
            .to_owned();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        (status, location, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn page(&self) -> String {
        let request = Request::get("/sandbox/chain").body(Body::empty()).unwrap();
        let (status, _, page) = self.browse(request).await;
        assert_eq!(status, 200);
        page
    }

    async fn submit(&self, path: &str, form: &str) -> (StatusCode, String, String) {
        let request = Request::post(format!("/sandbox/chain/{path}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.browse(request.unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::post(format!("/sandbox/chain/{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        let (status, _, answer) = self.browse(request.unwrap()).await;
        (status, serde_json::from_str(&answer).unwrap_or_default())
    }

    async fn read(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::get(format!("/sandbox/chain/{path}")).body(Body::empty());
        let (status, _, answer) = self.browse(request.unwrap()).await;
        (status, serde_json::from_str(&answer).unwrap_or_default())
    }
}

/// The values that the page offers to choose from in the list of this name.
fn offered(page: &str, list: &str) -> Vec<String> {
    let start = page.find(&format!("<select name=\"{list}\">")).unwrap();
    let list = &page[start..];
    let list = &list[..list.find("</select>").unwrap()];
    let options = list.split("value=\"").skip(1);
    options
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn everything_that_the_page_offers_goes_wrong_when_it_is_chosen() {
    let world = World::new();
    let faults = offered(&world.page().await, "fault");
    assert_eq!(faults.len(), 12);
    for fault in &faults {
        let form = format!("fault={fault}&seconds=5");
        let (status, location, _) = world.submit("faults", &form).await;
        assert_eq!(
            (status.as_u16(), location.as_str()),
            (303, "/sandbox/chain"),
            "{fault}"
        );
    }
    let page = world.page().await;
    let waiting = page.matches("<li>").count();
    assert_eq!(waiting, faults.len(), "{page}");
    assert!(page.contains("slow by 5000 ms") && page.contains("down until"));
}

#[tokio::test]
async fn a_story_lets_things_go_wrong_by_json() {
    let world = World::new();
    let (status, _) = world
        .post("faults", json!({ "fault": "server_error" }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(world.issue("vch_1").await.unwrap().0, 500);
    for body in [
        json!({}),
        json!({ "fault": "sloth" }),
        json!({ "fault": "slow", "ms": 1 }),
    ] {
        let (status, answer) = world.post("faults", body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["error"].is_string());
    }
}

#[tokio::test]
async fn a_contract_is_entered_with_keys_in_any_spelling_that_there_is() {
    let world = World::new();
    let another: kernel::Id<kernel::kind::Partner> = kernel::Id::derive(&["another"]);
    let key = SymmetricKey::generate().unwrap().reveal();
    let signing = webhook_signatures::SigningKey::generate().unwrap();
    let contract = json!({
        "partner": another, "exchange_keys": [key], "hook_key": signing.reveal(),
        "webhook_keys": [key, signing.public().to_string()],
    });
    assert_eq!(world.post("contracts", contract).await.0, 200);
    let (_, log) = world.read("log").await;
    assert_eq!(log["contracts"].as_array().unwrap().len(), 2);

    let contract = json!({ "partner": another, "exchange_keys": ["sesame"], "hook_key": key });
    let (status, answer) = world.post("contracts", contract).await;
    assert_eq!(status, 400);
    assert!(!answer.to_string().contains("sesame"));
}

#[tokio::test]
async fn a_guest_shows_a_code_at_the_till() {
    let world = World::new();
    world.planet.answers(200, json!({ "state": "redeemed" }));
    let asked = json!({ "partner": partner(), "operation": "redeem", "code": " GR-1 " });
    let (status, answer) = world.post("till", asked).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({ "status": 200, "answer": { "state": "redeemed" } })
    );
    let form = format!("partner={}&operation=validate&code=GR-1", partner());
    assert_eq!(world.submit("till", &form).await.0, 303);
    let nobody: kernel::Id<kernel::kind::Partner> = kernel::Id::derive(&["nobody"]);
    let asked = json!({ "partner": nobody, "operation": "redeem", "code": "GR-1" });
    assert_eq!(world.post("till", asked).await.0, 502);
    assert_eq!(Till::Redeem.as_str(), "redeem");
}

#[tokio::test]
async fn the_log_and_the_statement_are_read_as_json() {
    let world = World::new();
    world.issue("vch_1").await.unwrap();
    let (_, log) = world.read("log").await;
    assert_eq!(log["vouchers"][0]["reference"], "vch_1");
    assert_eq!(
        log["entries"],
        json!([{
            "at": "2026-06-01T12:00:00Z", "partner": partner(), "type": "called",
            "operation": "issue", "reference": "vch_1", "status": 201,
        }])
    );
    let path = format!("partners/{}/statements/2026-06", partner());
    let (status, lines) = world.read(&path).await;
    assert_eq!(status, 200);
    assert_eq!(
        lines,
        json!([{
            "reference": "vch_1", "posting": "charge", "direction": "outbound",
            "item": "voucher", "quantity": 1, "amount": { "minor": 500, "currency": "CNY" },
        }])
    );
    let path = format!("partners/{}/statements/june", partner());
    assert_eq!(world.read(&path).await.0, 400);
}

#[tokio::test]
async fn what_others_wrote_is_text_on_the_page() {
    let world = World::new();
    let script = json!({
        "reference": "vch_<script>", "product": "<b>bold</b>", "unit_price": crate::fen(1),
    });
    let asked = world
        .ask(http::Method::POST, "vouchers", Some(&script))
        .await;
    assert_eq!(asked.unwrap().0, 201);
    let page = world.page().await;
    assert!(
        !page.contains("<script>") && !page.contains("<b>bold"),
        "{page}"
    );
    assert!(page.contains("&lt;b&gt;bold&lt;/b&gt;"));
}
