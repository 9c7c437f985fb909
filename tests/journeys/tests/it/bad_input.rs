//! What must not work, over a real socket: each with a stable code and without any effect.

use journeys::{Answer, Client, Request};
use serde_json::{Value, json};

use crate::demo_planet;

const PASSWORD: &str = "planet on a laptop";

struct Fan {
    client: Client,
    access: String,
    player: String,
}

async fn fan(url: &str) -> Fan {
    let client = Client::new(url);
    let access = sign_in(&client, "fan@example.com").await;
    let body = json!({ "name": "a player" });
    let request = Request::post("/v1/accounts/me/listening-tokens", &body).bearer(&access);
    let token = client.send(&request).await.unwrap().text_at("/token");
    Fan {
        client,
        access,
        player: format!("Token {token}"),
    }
}

async fn sign_in(client: &Client, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD });
    let answer = client
        .send(&Request::post("/v1/sessions", &body))
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text_at("/access_token")
}

/// A problem document, whole, with this status and code.
fn assert_problem(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{what}: {}",
        answer.text()
    );
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{what}: {problem}");
    assert_eq!(problem["status"], status, "{what}: {problem}");
    for member in ["type", "title", "instance", "request_id"] {
        assert!(
            problem[member].is_string(),
            "{what}: {member} is missing in {problem}"
        );
    }
}

fn listen(listened_at: Value) -> Value {
    json!({ "listens": [{ "listened_at": listened_at, "duration_ms": 240_000, "track_name": "a", "artist_name": "b" }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_have_a_stable_code_and_no_effect() {
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let long = "x".repeat(1_000_000);
    let huge = vec![b' '; 11_000_000];
    let post = |path: &str| Request::new(http::Method::POST, path).bearer(&fan.access);
    let sign_up = |body: &Value| Request::post("/v1/accounts", body);
    let person = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({
            "email": "new@example.com",
            "password": PASSWORD,
            "display_name": "New",
            "time_zone": "Asia/Shanghai",
            "acquisition_source": "organic",
        });
        change(&mut body);
        body
    };
    let cases = [
        (
            "no JSON",
            400,
            "malformed_request",
            post("/v1/listens").body("{\"listens\":"),
        ),
        (
            "invalid UTF-8",
            400,
            "malformed_request",
            post("/v1/listens").body(&b"{\"listens\":\"\xff\xfe\"}"[..]),
        ),
        (
            "deep nesting",
            400,
            "malformed_request",
            post("/v1/listens").body("[".repeat(200_000)),
        ),
        (
            "an empty body",
            400,
            "malformed_request",
            post("/v1/listens"),
        ),
        (
            "a wrong type",
            422,
            "validation_failed",
            post("/v1/listens").json(&listen(json!("yesterday"))),
        ),
        (
            "a fraction of a second",
            422,
            "validation_failed",
            post("/v1/listens").json(&listen(json!(1.5))),
        ),
        (
            "an unknown field",
            422,
            "validation_failed",
            post("/v1/listens").json(&json!({ "listens": [], "points": 1_000 })),
        ),
        (
            "11 MB",
            413,
            "payload_too_large",
            post("/v1/listens").body(huge),
        ),
        (
            "another media type",
            415,
            "unsupported_media_type",
            post("/v1/listens")
                .body("<x/>")
                .header("content-type", "text/xml"),
        ),
        (
            "a name of 1 MB",
            413,
            "payload_too_large",
            sign_up(&person(&|body| body["display_name"] = json!(long))),
        ),
        (
            "a long name",
            422,
            "validation_failed",
            sign_up(&person(&|body| {
                body["display_name"] = json!("x".repeat(65))
            })),
        ),
        (
            "a role of one's own choice",
            422,
            "validation_failed",
            sign_up(&person(&|body| body["roles"] = json!(["operator"]))),
        ),
        (
            "no address",
            422,
            "validation_failed",
            sign_up(&person(&|body| body["email"] = json!("new.example.com"))),
        ),
        (
            "a short password",
            422,
            "validation_failed",
            sign_up(&person(&|body| body["password"] = json!("short"))),
        ),
        (
            "no such time zone",
            422,
            "validation_failed",
            sign_up(&person(&|body| body["time_zone"] = json!("Mars/Olympus"))),
        ),
        (
            "null for a text",
            422,
            "validation_failed",
            sign_up(&person(&|body| body["display_name"] = Value::Null)),
        ),
        (
            "a redemption without a key",
            400,
            "idempotency_key_missing",
            post("/v1/rewards/rwd_01ARZ3NDEKTSV4RRFFQ69G5FAV/redemptions").json(&json!({})),
        ),
        (
            "an unroutable path",
            404,
            "not_found",
            post("/v2/anything").json(&json!({})),
        ),
        (
            "a method that is not there",
            405,
            "method_not_allowed",
            Request::new(http::Method::DELETE, "/v1/accounts/me").bearer(&fan.access),
        ),
    ];
    for (what, status, code, request) in cases {
        let answer = fan.client.send(&request).await.unwrap();
        assert_problem(&answer, status, code, what);
    }

    let answer = fan
        .client
        .send(&Request::get("/v1/accounts/me/points").bearer(&fan.access))
        .await;
    assert_eq!(
        answer.unwrap().number_at("/available"),
        0,
        "nothing of that earned points"
    );
    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    let answer = fan
        .client
        .send(&Request::post("/v1/sessions", &body))
        .await
        .unwrap();
    assert_eq!(answer.status, 401, "nothing of that made an account");
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_no_request_to_the_api_may_be_as_long_as_is_the_buckets_to_refuse() {
    let planet = demo_planet().await;
    let head =
        "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let mut form = head.as_bytes().to_vec();
    form.resize(11_000_000, b' ');
    form.extend_from_slice(b"\r\n--boundary--\r\n");
    let request = Request::new(http::Method::POST, "/planet-mediabucket")
        .header("content-type", "multipart/form-data; boundary=boundary")
        .body(form);
    let answer = Client::new(&planet.url()).send(&request).await.unwrap();
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(
        answer.text().contains("<Code>AccessDenied</Code>"),
        "{}",
        answer.text()
    );
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_times_earn_nothing() {
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let now = jiff::Timestamp::now().as_second();
    let times = [
        -1,
        0,
        1,
        now + 86_400,
        now + 10 * 365 * 86_400,
        i64::MAX,
        i64::MIN,
    ];
    for time in times {
        let native = Request::post("/v1/listens", &listen(json!(time))).bearer(&fan.access);
        let answer = fan.client.send(&native).await.unwrap();
        match answer.status {
            202 => assert_eq!(
                answer.number_at("/accepted"),
                0,
                "{time}: {}",
                answer.text()
            ),
            422 => assert_problem(&answer, 422, "validation_failed", &time.to_string()),
            _ => panic!("{time}: {} {}", answer.status, answer.text()),
        }
        let body = json!({
            "listen_type": "single",
            "payload": [{ "listened_at": time, "track_metadata": { "artist_name": "a", "track_name": "b", "additional_info": { "duration_ms": 240_000 } } }],
        });
        let request =
            Request::post("/1/submit-listens", &body).header("authorization", &fan.player);
        let answer = fan.client.send(&request).await.unwrap();
        assert_eq!(answer.status, 400, "{time}: {}", answer.text());
        assert_eq!(answer.json()["code"], 400);
    }
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let balance = Request::get("/v1/accounts/me/points").bearer(&fan.access);
    let answer = fan.client.send(&balance).await.unwrap();
    assert_eq!(
        answer.number_at("/available") + answer.number_at("/pending"),
        0
    );
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_tokens_are_401_with_a_code() {
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let mut parts: Vec<String> = fan.access.split('.').map(str::to_owned).collect();
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    parts[2].replace_range(..1, flipped);
    let tokens = [
        "Bearer nonsense".to_owned(),
        "Bearer ".to_owned(),
        "Basic dXNlcjpwYXNz".to_owned(),
        format!("Bearer {}", parts.join(".")),
        format!("Bearer {}", fan.access.replace('.', "")),
        format!("Bearer {}", "a".repeat(5_000)),
        // A token of another kind opens nothing here.
        fan.player.replace("Token", "Bearer"),
    ];
    for token in tokens {
        for path in ["/v1/accounts/me", "/v1/accounts/me/points", "/v1/vouchers"] {
            let request = Request::get(path).header("authorization", &token);
            let answer = fan.client.send(&request).await.unwrap();
            assert_problem(
                &answer,
                401,
                "unauthenticated",
                &token[..token.len().min(40)],
            );
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    let answer = fan
        .client
        .send(&Request::get("/v1/accounts/me"))
        .await
        .unwrap();
    assert_problem(&answer, 401, "unauthenticated", "no token");
    assert_eq!(
        answer.json()["message"],
        "Unauthorized",
        "as the gateway says it"
    );
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_others_is_not_there() {
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let tokens = Request::get("/v1/accounts/me/listening-tokens").bearer(&fan.access);
    let token_id = fan
        .client
        .send(&tokens)
        .await
        .unwrap()
        .text_at("/items/0/id");
    let other = sign_in(&fan.client, "operator@example.com").await;
    for path in [
        format!("/v1/accounts/me/listening-tokens/{token_id}"),
        "/v1/accounts/me/listening-tokens/ltk_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "/v1/accounts/me/listening-tokens/../../etc".to_owned(),
    ] {
        let request = Request::new(http::Method::DELETE, path.as_str()).bearer(&other);
        let answer = fan.client.send(&request).await.unwrap();
        assert_problem(&answer, 404, "not_found", &path);
    }
    let valid = Request::get("/1/validate-token").header("authorization", &fan.player);
    let answer = fan.client.send(&valid).await.unwrap();
    assert_eq!(answer.json()["valid"], true, "the token still works");
    let partners = Request::post("/v1/partners", &json!({ "name": "Mine" })).bearer(&fan.access);
    let answer = fan.client.send(&partners).await.unwrap();
    assert_problem(&answer, 403, "forbidden", "a fan is no operator");
    planet.stop().await.unwrap();
}
