//! `POST /1/submit-listens`: what is refused, and in which words

use serde_json::{Value, json};

use crate::players::{Stage, assert_refused, document, listen_at, listen_with, without_utf8};

#[tokio::test]
async fn the_first_bad_listen_refuses_the_whole_document() {
    let stage = Stage::start().await;
    let good = listen_at(stage.now_s() - 600);
    let bad = listen_with(stage.now_s() - 300, "/track_metadata/track_name", "");
    let answer = stage
        .submit(
            &stage.member("alice").token,
            &document("import", [good, bad]),
        )
        .await;
    assert_refused(&answer, 400, "one bad of two");
    assert_eq!(
        answer.json()["error"],
        "field track_metadata.track_name is empty."
    );
    stage.assert_nothing_sent("one bad of two").await;
}

#[tokio::test]
async fn a_document_that_listenbrainz_refuses_is_refused_in_its_words() {
    let stage = Stage::start().await;
    let now_s = stage.now_s();
    let good = || listen_at(now_s - 600);
    let info = |value: Value| {
        let listen = listen_with(now_s - 600, "/track_metadata/additional_info", value);
        document("single", [listen])
    };
    let named = |name: &str, value: Value| {
        let pointer = format!("/track_metadata/{name}");
        document("single", [listen_with(now_s - 600, &pointer, value)])
    };
    let at = |value: Value| document("single", [listen_with(0, "/listened_at", value)]);
    let without = |name: &str| {
        let mut listen = good();
        listen.as_object_mut().unwrap().remove(name);
        document("single", [listen])
    };
    let playing = |change: fn(&mut serde_json::Map<String, Value>)| {
        let mut listen = good();
        let keys = listen.as_object_mut().unwrap();
        keys.remove("listened_at");
        change(keys);
        document("playing_now", [listen])
    };
    let metadata = json!({ "artist_name": "A", "track_name": "T" });
    let cases = [
        (json!([]), "Top level"),
        (json!("text"), "Top level"),
        (json!(null), "Top level"),
        (json!({}), "Invalid JSON document submitted."),
        (
            json!({ "listen_type": "single" }),
            "Invalid JSON document submitted.",
        ),
        (
            json!({ "payload": [good()] }),
            "Invalid JSON document submitted.",
        ),
        (document("single", json!({})), "should be a list"),
        (document("single", json!(null)), "should be a list"),
        (document("single", json!("listens")), "should be a list"),
        (
            document("single", json!([])),
            "does not contain any listens",
        ),
        (
            document("import", json!([])),
            "does not contain any listens",
        ),
        (document("import", vec![good(); 1_001]), "Too many listens"),
        (document("Single", [good()]), "valid listen_type"),
        (
            json!({ "listen_type": null, "payload": [good()] }),
            "valid listen_type",
        ),
        (
            json!({ "listen_type": ["single"], "payload": [good()] }),
            "valid listen_type",
        ),
        (document("single", [good(), good()]), "more than listen"),
        (
            document("playing_now", [good(), good()]),
            "more than listen",
        ),
        (document("single", [json!(null)]), "Listen is empty"),
        (document("single", [json!(7)]), "should be a json object"),
        (
            document("single", [json!([good()])]),
            "should be a json object",
        ),
        (without("listened_at"), "must contain the key listened_at"),
        (at(json!(null)), "an int value"),
        (at(json!("abc")), "an int value"),
        (at(json!("1.5")), "an int value"),
        (at(json!([])), "an int value"),
        (at(json!(now_s + 3_600)), "too high"),
        (at(json!(1_000_000_000_000_000_000_i64)), "too high"),
        (at(json!(u64::MAX)), "too high"),
        (at(json!(1e300)), "too high"),
        (at(json!(-1)), "too low"),
        (at(json!(1_033_430_399)), "too low"),
        (
            without("track_metadata"),
            "must contain the key track_metadata",
        ),
        (
            document(
                "single",
                [json!({ "listened_at": now_s, "track_metadata": metadata, "x": 1 })],
            ),
            "only contain listened_at and",
        ),
        (
            document(
                "single",
                [json!({ "listened_at": now_s, "track_metadata": null })],
            ),
            "null value",
        ),
        (
            document(
                "single",
                [json!({ "listened_at": now_s, "track_metadata": "T" })],
            ),
            "must be a json object",
        ),
        (
            playing(|keys| drop(keys.insert("listened_at".into(), json!(null)))),
            "must not contain listened_at",
        ),
        (
            playing(|keys| drop(keys.insert("x".into(), json!(1)))),
            "as top level key when submitting",
        ),
        (
            playing(|keys| drop(keys.remove("track_metadata"))),
            "must contain the key track_metadata",
        ),
        (
            named("track_name", json!(" ")),
            "field track_metadata.track_name is empty.",
        ),
        (
            named("artist_name", json!("")),
            "field track_metadata.artist_name is empty.",
        ),
        (
            named("track_name", json!(5)),
            "track_metadata.track_name must be a single string.",
        ),
        (
            named("artist_name", json!(null)),
            "track_metadata.artist_name must be a single string.",
        ),
        (
            named("release_name", json!(["R"])),
            "track_metadata.release_name must be a single string.",
        ),
        (named("track_name", json!("a\0b")), "unicode null"),
        (info(json!({ "media_player": "a\0b" })), "unicode null"),
        (info(json!({ "deep": [{ "er": "\0" }] })), "unicode null"),
        (info(json!([])), "additional_info must be a json object"),
        (info(json!({ "tags": vec!["t"; 51] })), "more than 50 items"),
        (
            info(json!({ "tags": ["é".repeat(65)] })),
            "longer than 64 characters",
        ),
        (info(json!({ "tags": 7 })), "tags must be a list"),
        (
            info(json!({ "duration": 100, "duration_ms": 100_000 })),
            "both duration and duration_ms",
        ),
        (
            info(json!({ "duration": 100, "duration_ms": null })),
            "both duration and duration_ms",
        ),
        (
            info(json!({ "duration": 0 })),
            "Value for duration is invalid",
        ),
        (
            info(json!({ "duration": null })),
            "Value for duration is invalid",
        ),
        (
            info(json!({ "duration_ms": -1 })),
            "Value for duration_ms is invalid",
        ),
        (
            info(json!({ "duration_ms": 0.5 })),
            "Value for duration_ms is invalid",
        ),
        (
            info(json!({ "duration_ms": "long" })),
            "Value for duration_ms is invalid",
        ),
        (
            info(json!({ "duration": "inf" })),
            "Value for duration is invalid",
        ),
        (
            info(json!({ "duration": 2_073_601 })),
            "max permitted value is 2073600",
        ),
        (
            info(json!({ "duration_ms": 2_073_600_001_u64 })),
            "max permitted value is 2073600000",
        ),
        (
            info(json!({ "duration_ms": 1e300 })),
            "max permitted value is 2073600000",
        ),
        (
            info(json!({ "recording_mbid": "none" })),
            "recording_mbid MBID format invalid.",
        ),
        (
            info(json!({ "release_mbid": 7 })),
            "release_mbid MBID format invalid.",
        ),
        (
            info(json!({ "artist_mbids": "b1a9c0e9-d987-4042-ae91-78d6a3267d69" })),
            "artist_mbids MBID format invalid.",
        ),
        (
            info(json!({ "work_mbids": [{}] })),
            "work_mbids MBID format invalid.",
        ),
    ];
    for (index, (document, error)) in cases.into_iter().enumerate() {
        let text: String = document.to_string().chars().take(300).collect();
        // A member each, since there are more of them than one token may submit.
        let member = stage.member(&index.to_string());
        let answer = stage.submit(&member.token, &document).await;
        assert_refused(&answer, 400, &text);
        let said = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains(error), "{text}: {said}");
        stage.assert_nothing_sent(&text).await;
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_400() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let good = document("single", [listen_at(stage.now_s() - 600)]).to_string();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_inside = good.replace(
        "\"a test\"",
        &format!("{}{}", "[".repeat(500), "]".repeat(500)),
    );
    let long = good.replace("Teardrop", &"x".repeat(1_000_000));
    let no_utf8 = without_utf8(&good);
    for (about, body, error) in [
        ("nothing", Vec::new(), "Cannot parse JSON document: "),
        ("half", good[..50].into(), "Cannot parse JSON document: "),
        (
            "a tail",
            format!("{good} x").into(),
            "Cannot parse JSON document: ",
        ),
        ("no UTF-8", no_utf8, "Cannot parse JSON document: "),
        (
            "NaN",
            good.replace("200000", "NaN").into(),
            "Cannot parse JSON document: ",
        ),
        (
            "a number without end",
            good.replace("200000", "1e999").into(),
            "Cannot parse JSON document: ",
        ),
        ("deep", deep.into(), "Cannot parse JSON document: "),
        (
            "deep inside",
            deep_inside.into(),
            "Cannot parse JSON document: ",
        ),
        ("a megabyte", long.into(), "JSON document is too large."),
        ("11 MB", vec![b' '; 11_000_000], "Payload too large."),
    ] {
        let answer = stage.submit_bytes(&member.token, body).await;
        assert_refused(&answer, 400, about);
        let said = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(said.starts_with(error), "{about}: {said}");
        stage.assert_nothing_sent(about).await;
    }
}

#[tokio::test]
async fn who_has_no_good_token_is_told_in_listenbrainz_words() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let body = document("single", [listen_at(stage.now_s() - 600)]).to_string();
    // One letter of the signature is another one.
    let (claims, signature) = member.token.split_at(80);
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{claims}{other}{}", &signature[1..]);
    let nonsense = "x".repeat(100_000);
    for (header, error) in [
        (None, "You need to provide an Authorization header."),
        (
            Some(String::new()),
            "You need to provide an Authorization header.",
        ),
        (
            Some("Token".to_owned()),
            "Provided Authorization header is invalid.",
        ),
        (
            Some(member.token.clone()),
            "Provided Authorization header is invalid.",
        ),
        (
            Some(format!("Token  {}", member.token)),
            "Invalid authorization token.",
        ),
        (
            Some("Token nonsense".to_owned()),
            "Invalid authorization token.",
        ),
        (
            Some(format!("Token {forged}")),
            "Invalid authorization token.",
        ),
        (
            Some(format!("Token {nonsense}")),
            "Invalid authorization token.",
        ),
    ] {
        let client = stage.api.anonymous();
        let mut request = client
            .request("POST", "/1/submit-listens")
            .body(body.clone());
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let answer = request.send().await;
        assert_refused(&answer, 401, error);
        assert_eq!(answer.json(), json!({ "code": 401, "error": error }));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("50"));
        stage.assert_nothing_sent(error).await;
    }
}
