//! `POST /v1/listens`

use serde_json::{Value, json};

use crate::players::{Stage, without_utf8};

fn listen(listened_at_s: i64) -> Value {
    json!({
        "listened_at": listened_at_s,
        "duration_ms": 200_000,
        "track_name": "Teardrop",
        "artist_name": "Massive Attack",
    })
}

fn listen_with(listened_at_s: i64, field: &str, value: impl Into<Value>) -> Value {
    let mut listen = listen(listened_at_s);
    listen[field] = value.into();
    listen
}

#[tokio::test]
async fn listens_become_one_message_with_their_seconds() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let now_s = stage.now_s();
    let mut full = listen_with(now_s - 1_000, "played_ms", 150_000);
    full["release_name"] = json!("Mezzanine");
    full["recording_mbid"] = json!("b1a9c0e9-d987-4042-ae91-78d6a3267d69");
    full["isrc"] = json!("GBAAA9800322");
    full["submission_client"] = json!("a test");
    let body = json!({ "listens": [listen(now_s - 500), full, listen(now_s - 20)] });

    let answer = stage
        .api
        .caller(member.account)
        .post("/v1/listens", body)
        .await;

    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.json(), json!({ "accepted": 3, "rejected": 0 }));
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["type"], "listening.listens_submitted");
    assert_eq!(sent[0]["subject"], json!(member.account));
    assert_eq!(
        sent[0]["data"],
        json!({
            "account": member.account,
            "received_at": now_s,
            "listens": [
                [now_s - 1_000, now_s - 850],
                [now_s - 500, now_s - 300],
                [now_s - 20, now_s],
            ],
        })
    );
}

#[tokio::test]
async fn a_bad_listen_is_rejected_alone() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let now_s = stage.now_s();
    let body = json!({ "listens": [
        listen(now_s + 301),
        listen_with(now_s - 900, "duration_ms", 29_999),
        listen(now_s - 600),
        listen_with(now_s - 300, "played_ms", 99_999),
        listen(-1),
        listen(1_000_000_000_000_000_000),
        listen(now_s - 15 * 86_400),
        listen_with(now_s - 400, "played_ms", 0),
    ] });

    let answer = stage
        .api
        .caller(member.account)
        .post("/v1/listens", body)
        .await;

    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(
        answer.json(),
        json!({
            "accepted": 2,
            "rejected": 6,
            "results": [
                { "index": 0, "reason": "in_the_future" },
                { "index": 1, "reason": "too_short" },
                { "index": 3, "reason": "not_played_enough" },
                { "index": 4, "reason": "too_long_ago" },
                { "index": 5, "reason": "in_the_future" },
                { "index": 7, "reason": "not_played_enough" },
            ],
        })
    );
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0]["data"]["listens"],
        json!([[now_s - 600, now_s - 400]])
    );
}

#[tokio::test]
async fn listens_that_earn_nothing_send_nothing() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let body = json!({ "listens": [
        listen(stage.now_s() - 15 * 86_400),
        listen_with(stage.now_s() - 900, "duration_ms", 1_000),
    ] });
    let answer = stage
        .api
        .caller(member.account)
        .post("/v1/listens", body)
        .await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json()["accepted"], 1);
    stage.assert_nothing_sent("late and too short").await;
}

#[tokio::test]
async fn a_request_repeated_gives_the_same_event_and_repetitions_within_it_count_once() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let client = stage.api.caller(member.account);
    let now_s = stage.now_s();
    let once = json!({ "listens": [listen(now_s - 900), listen(now_s - 500)] });
    let shuffled = json!({ "listens": [
        listen(now_s - 500), listen(now_s - 900), listen(now_s - 500),
    ] });
    for body in [&once, &once, &shuffled] {
        assert_eq!(client.post("/v1/listens", body.clone()).await.status, 202);
    }
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0]["id"], sent[1]["id"]);
    assert_eq!(sent[0]["id"], sent[2]["id"]);
    assert_eq!(sent[2]["data"]["listens"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_thousand_listens_are_taken_and_one_more_is_not() {
    let stage = Stage::start().await;
    let client = stage.api.caller(stage.member("alice").account);
    let listens = |count: i64| -> Vec<Value> {
        (0..count)
            .map(|index| listen(stage.now_s() - 210 * (index + 1)))
            .collect()
    };
    let answer = client
        .post("/v1/listens", json!({ "listens": listens(1_001) }))
        .await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (422, "validation_failed")
    );
    assert_eq!(answer.json()["errors"][0]["pointer"], "/listens");
    stage.assert_nothing_sent("1,001 listens").await;

    let answer = client
        .post("/v1/listens", json!({ "listens": listens(1_000) }))
        .await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json()["accepted"], 1_000);
    assert_eq!(stage.sent().await.len(), 1);
}

#[tokio::test]
async fn nobody_reports_without_signing_in() {
    let stage = Stage::start().await;
    let body = json!({ "listens": [listen(stage.now_s() - 900)] });
    let denied = [("denied", json!("the token has expired"))];
    for client in [stage.api.anonymous(), stage.api.authorized(denied.into())] {
        let answer = client.post("/v1/listens", body.clone()).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (401, "unauthenticated")
        );
    }
    stage.assert_nothing_sent("not signed in").await;
}

#[tokio::test]
async fn a_listening_token_is_no_way_in_here() {
    let stage = Stage::start().await;
    let answer = stage
        .api
        .anonymous()
        .request("POST", "/v1/listens")
        .header(
            "authorization",
            &format!("Token {}", stage.member("alice").token),
        )
        .json(json!({ "listens": [listen(stage.now_s() - 900)] }))
        .send()
        .await;
    assert_eq!(answer.status, 401);
    stage.assert_nothing_sent("a listening token").await;
}

#[tokio::test]
async fn what_does_not_fit_is_pointed_at_and_has_no_effect() {
    let stage = Stage::start().await;
    let client = stage.api.caller(stage.member("alice").account);
    let at_s = stage.now_s() - 900;
    let with =
        |field, value: Value| json!({ "listens": [listen(at_s), listen_with(at_s, field, value)] });
    let without = |field: &str| {
        let mut listen = listen(at_s);
        listen.as_object_mut().unwrap().remove(field);
        json!({ "listens": [listen] })
    };
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "listens": [] }), "/listens"),
        (json!({ "listens": listen(at_s) }), "/listens"),
        (json!({ "listens": null }), "/listens"),
        (json!({ "listens": [null] }), "/listens/0"),
        (
            json!({ "listens": [listen(at_s)], "account": "acct_x" }),
            "/account",
        ),
        (with("points", json!(5)), "/listens/1/points"),
        (
            with("listened_at", json!("1780000000")),
            "/listens/1/listened_at",
        ),
        (
            with("listened_at", json!(1_780_000_000.5)),
            "/listens/1/listened_at",
        ),
        (with("listened_at", json!(1e30)), "/listens/1/listened_at"),
        (
            with("listened_at", json!(u64::MAX)),
            "/listens/1/listened_at",
        ),
        (with("listened_at", json!(null)), "/listens/1/listened_at"),
        (with("duration_ms", json!(-1)), "/listens/1/duration_ms"),
        (
            with("duration_ms", json!(2_073_600_001_u64)),
            "/listens/1/duration_ms",
        ),
        (
            with("duration_ms", json!(1_000_000_000_000_000_000_u64)),
            "/listens/1/duration_ms",
        ),
        (
            with("duration_ms", json!("200000")),
            "/listens/1/duration_ms",
        ),
        (with("played_ms", json!(-5)), "/listens/1/played_ms"),
        (with("played_ms", json!(1.5)), "/listens/1/played_ms"),
        (with("track_name", json!("")), "/listens/1/track_name"),
        (with("track_name", json!(" \t")), "/listens/1/track_name"),
        (with("track_name", json!("a\0b")), "/listens/1/track_name"),
        (
            with("track_name", json!("é".repeat(1_001))),
            "/listens/1/track_name",
        ),
        (
            with("track_name", json!(["Teardrop"])),
            "/listens/1/track_name",
        ),
        (
            with("artist_name", json!("x".repeat(1_000_000))),
            "/listens/1/artist_name",
        ),
        (with("artist_name", json!(null)), "/listens/1/artist_name"),
        (with("release_name", json!(7)), "/listens/1/release_name"),
        (
            with("recording_mbid", json!("b1a9c0e9")),
            "/listens/1/recording_mbid",
        ),
        (with("isrc", json!("gb-aaa-98-00322")), "/listens/1/isrc"),
        (
            with("submission_client", json!({})),
            "/listens/1/submission_client",
        ),
        (without("listened_at"), "/listens/0"),
        (without("duration_ms"), "/listens/0"),
        (without("track_name"), "/listens/0"),
        (without("artist_name"), "/listens/0"),
        (
            json!({ "listens": [listen(stage.now_s() + 86_400)] }),
            "/listens/0/listened_at",
        ),
        (
            json!({ "listens": [listen(-1), listen(0)] }),
            "/listens/0/listened_at",
        ),
    ] {
        let text: String = body.to_string().chars().take(200).collect();
        let answer = client.post("/v1/listens", body).await;
        assert_eq!(answer.status, 422, "{text}: {}", answer.text());
        assert_eq!(answer.problem_code(), "validation_failed", "{text}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{text}");
        assert!(answer.body.len() < 2_000, "{text}: the text is told back");
        stage.assert_nothing_sent(&text).await;
    }
}

#[tokio::test]
async fn a_name_may_have_a_thousand_characters_of_any_script() {
    let stage = Stage::start().await;
    let client = stage.api.caller(stage.member("alice").account);
    let listen = listen_with(stage.now_s() - 900, "track_name", "曲".repeat(1_000));
    let answer = client
        .post("/v1/listens", json!({ "listens": [listen] }))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text());
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_has_no_effect() {
    let stage = Stage::start().await;
    let client = stage.api.caller(stage.member("alice").account);
    let valid = json!({ "listens": [listen(stage.now_s() - 900)] }).to_string();
    let deep = format!(
        r#"{{"listens":{}{}}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let large = format!("{valid}{}", " ".repeat(1024 * 1024));
    let json = "application/json";
    for (name, body, content_type, expected) in [
        ("nothing", Vec::new(), json, (400, "malformed_request")),
        ("half", valid[..40].into(), json, (400, "malformed_request")),
        (
            "a tail",
            format!("{valid}x").into(),
            json,
            (400, "malformed_request"),
        ),
        (
            "no UTF-8",
            without_utf8(&valid),
            json,
            (400, "malformed_request"),
        ),
        (
            "a number without end",
            valid.replace("200000", "1e999").into(),
            json,
            (422, "validation_failed"),
        ),
        ("deep", deep.into(), json, (422, "validation_failed")),
        (
            "1 MiB and more",
            large.into(),
            json,
            (413, "payload_too_large"),
        ),
        (
            "11 MB",
            "x".repeat(11_000_000).into(),
            json,
            (413, "payload_too_large"),
        ),
        (
            "a form",
            valid.clone().into(),
            "application/x-www-form-urlencoded",
            (415, "unsupported_media_type"),
        ),
    ] {
        let answer = client
            .request("POST", "/v1/listens")
            .header("content-type", content_type)
            .body(body)
            .send()
            .await;
        let answered = (answer.status, answer.problem_code());
        assert_eq!(answered, (expected.0, expected.1.to_owned()), "{name}");
        stage.assert_nothing_sent(name).await;
    }
}
