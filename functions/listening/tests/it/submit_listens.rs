//! `POST /1/submit-listens`

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::players::{Stage, assert_refused, document, listen_at, listen_with};

#[tokio::test]
async fn a_single_listen_is_sent_on() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let now_s = stage.now_s();

    let answer = stage
        .submit(&member.token, &document("single", [listen_at(now_s - 600)]))
        .await;

    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "status": "ok" }))
    );
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["type"], "listening.listens_submitted");
    assert_eq!(
        sent[0]["data"],
        json!({
            "account": member.account,
            "received_at": now_s,
            "listens": [[now_s - 600, now_s - 400]],
        })
    );
}

#[tokio::test]
async fn what_is_playing_now_is_accepted_and_earns_nothing() {
    let stage = Stage::start().await;
    let mut listen = listen_at(0);
    listen.as_object_mut().unwrap().remove("listened_at");
    let answer = stage
        .submit(
            &stage.member("alice").token,
            &document("playing_now", [listen]),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "status": "ok" }))
    );
    stage.assert_nothing_sent("playing now").await;
}

#[tokio::test]
async fn an_import_of_a_thousand_listens_becomes_one_message() {
    let stage = Stage::start().await;
    let listens: Vec<Value> = (1..=1_000)
        .map(|index| listen_at(stage.now_s() - 210 * index))
        .collect();
    let answer = stage
        .submit(&stage.member("alice").token, &document("import", listens))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["data"]["listens"].as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn lengths_are_read_in_every_way_that_clients_write_them() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let at_s = stage.now_s() - 1_000;
    for (info, seconds) in [
        (json!({ "duration_ms": 100_000 }), 100),
        (json!({ "duration_ms": "100000" }), 100),
        (json!({ "duration_ms": 100_000.9 }), 100),
        (json!({ "duration": 100 }), 100),
        (json!({ "duration": "100.7" }), 100),
        (json!({ "duration": 1e2 }), 100),
        (json!({}), 30),
        (json!(null), 30),
        (
            json!({ "track_length": "100", "anything": [{ "else": [1, "two", null] }] }),
            30,
        ),
    ] {
        let listen = listen_with(at_s, "/track_metadata/additional_info", info.clone());
        let answer = stage
            .submit(&member.token, &document("single", [listen]))
            .await;
        assert_eq!(answer.status, 200, "{info}: {}", answer.text());
        let sent = stage.sent().await;
        assert_eq!(
            sent[0]["data"]["listens"],
            json!([[at_s, at_s + seconds]]),
            "{info}"
        );
    }
}

#[tokio::test]
async fn times_are_read_in_every_way_that_clients_write_them() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let at_s = stage.now_s() - 1_000;
    for time in [
        json!(at_s),
        json!(at_s.to_string()),
        json!(format!(" {at_s} ")),
    ] {
        let listen = listen_with(0, "/listened_at", time.clone());
        let answer = stage
            .submit(&member.token, &document("single", [listen]))
            .await;
        assert_eq!(answer.status, 200, "{time}");
        assert_eq!(
            stage.sent().await[0]["data"]["listens"][0][0],
            at_s,
            "{time}"
        );
    }
    let text = document("single", [listen_at(at_s)]).to_string();
    let text = text.replace(&at_s.to_string(), &format!("{at_s}.75"));
    let answer = stage.submit_bytes(&member.token, text.into_bytes()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(stage.sent().await[0]["data"]["listens"][0][0], at_s);
}

#[tokio::test]
async fn what_listenbrainz_takes_and_we_do_not_count_is_ok_and_sends_nothing() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let now_s = stage.now_s();
    for (about, listen) in [
        (
            "too short",
            listen_with(
                now_s - 600,
                "/track_metadata/additional_info",
                json!({ "duration": 29 }),
            ),
        ),
        ("too late", listen_at(now_s - 14 * 86_400 - 1)),
        ("a clock that is ahead", listen_at(now_s + 301)),
        ("a clock that is far ahead", listen_at(now_s + 3_599)),
    ] {
        let answer = stage
            .submit(&member.token, &document("single", [listen]))
            .await;
        assert_eq!(answer.status, 200, "{about}: {}", answer.text());
        stage.assert_nothing_sent(about).await;
    }
}

#[tokio::test]
async fn mbids_and_tags_are_taken_in_every_form_that_listenbrainz_takes() {
    let stage = Stage::start().await;
    let uuid = "b1a9c0e9-d987-4042-ae91-78d6a3267d69";
    let info = json!({
        "duration_ms": 200_000,
        "recording_mbid": uuid.to_uppercase(),
        "release_mbid": uuid.replace('-', ""),
        "track_mbid": format!("urn:uuid:{uuid}"),
        "release_group_mbid": "",
        "artist_mbids": [format!("{{{uuid}}}"), "", null],
        "work_mbids": null,
        "tags": vec!["t".repeat(64); 50],
    });
    let listen = listen_with(stage.now_s() - 600, "/track_metadata/additional_info", info);
    let answer = stage
        .submit(&stage.member("alice").token, &document("single", [listen]))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn every_answer_says_what_is_left_of_the_limit_and_the_51st_is_refused() {
    let stage = Stage::start().await;
    let (alice, bob) = (stage.member("alice"), stage.member("bob"));
    let document = document("single", [listen_at(stage.now_s() - 600)]);
    stage
        .world
        .clock
        .advance(SignedDuration::from_secs(3))
        .unwrap();
    for remaining in (0..50).rev() {
        let answer = stage.submit(&alice.token, &document).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("50"));
        assert_eq!(
            answer.header("x-ratelimit-remaining"),
            Some(remaining.to_string().as_str())
        );
        assert_eq!(answer.header("x-ratelimit-reset-in"), Some("7"));
        let reset = (stage.now_s() + 7).to_string();
        assert_eq!(answer.header("x-ratelimit-reset"), Some(reset.as_str()));
    }
    assert_eq!(stage.sent().await.len(), 50);

    let answer = stage.submit(&alice.token, &document).await;
    assert_refused(&answer, 429, "the 51st");
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
    stage.assert_nothing_sent("the 51st").await;

    assert_eq!(stage.submit(&bob.token, &document).await.status, 200);
    stage
        .world
        .clock
        .advance(SignedDuration::from_secs(7))
        .unwrap();
    assert_eq!(stage.submit(&alice.token, &document).await.status, 200);
}
