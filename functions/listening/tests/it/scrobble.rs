//! AudioScrobbler 1.2 under `/scrobble/1.2`, as Debian's mpdscribble 0.24 speaks it.

use jiff::SignedDuration;
use serde_json::json;
use testkit::Answer;

use crate::players::Stage;

/// The handshake as mpdscribble sends it; what `a` proves is the password `x`.
async fn handshake(stage: &Stage, client: &str, username: &str) -> Answer {
    let path = format!(
        "/scrobble/1.2?hs=true&p=1.2&c={client}&v=0.24&u={username}&t=1795365069&a=359d7969cea517d03a311304913448c5"
    );
    stage.api.anonymous().get(&path).await
}

/// The lines that a handshake answers: the session and the two addresses.
async fn session(stage: &Stage, client: &str, username: &str) -> [String; 3] {
    let answer = handshake(stage, client, username).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    assert!(text.ends_with('\n') && !text.contains('\r'));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (4, "OK"));
    [1, 2, 3].map(|line| lines[line].to_owned())
}

async fn post(stage: &Stage, path: &str, form: &str) -> Answer {
    let client = stage.api.anonymous();
    client
        .request("POST", path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
}

fn assert_said(answer: &Answer, text: &str) {
    assert_eq!((answer.status, answer.text().as_str()), (200, text));
}

const HOST: &str = "https://local.execute-api.us-east-1.amazonaws.com";

#[tokio::test]
async fn a_song_that_ended_when_mpdscribble_says_is_credited_with_the_time_before() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let now_s = stage.now_s();
    let [session, now_playing, submissions] = session(&stage, "mdc", &member.token).await;
    assert_eq!(now_playing, format!("{HOST}/scrobble/1.2/now-playing"));
    assert_eq!(submissions, format!("{HOST}/scrobble/1.2/submissions"));

    let playing = format!("s={session}&a=A%20B&t=T%20%26%20%C3%A9%20%3D1&b=Al&l=200&n=5&m=");
    assert_said(
        &post(&stage, "/scrobble/1.2/now-playing", &playing).await,
        "OK\n",
    );
    stage.assert_nothing_sent("now playing").await;

    let form = format!(
        "s={session}&a[0]=Rick%20Astley&t[0]=Never%20Gonna&l[0]=213&i[0]={}&o[0]=P&r[0]=&b[0]=Alb&n[0]=1&m[0]=&r[0]=L\
         &a[1]=X&t[1]=Y&l[1]=100&i[1]={now_s}&o[1]=R&r[1]=&b[1]=&n[1]=&m[1]=",
        now_s - 100,
    );
    let answer = post(&stage, "/scrobble/1.2/submissions", &form).await;
    assert_said(&answer, "OK\n");
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("47"));
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["data"]["account"], json!(member.account));
    assert_eq!(
        sent[0]["data"]["listens"],
        json!([[now_s - 313, now_s - 100], [now_s - 100, now_s]])
    );
}

#[tokio::test]
async fn a_player_that_keeps_to_the_protocol_is_credited_from_the_start() {
    let stage = Stage::start().await;
    let at_s = stage.now_s() - 900;
    let [session, ..] = session(&stage, "tst", &stage.member("alice").token).await;
    let form = format!("s={session}&a%5B0%5D=A&t%5B0%5D=T&l%5B0%5D=200&i%5B0%5D={at_s}");
    assert_said(
        &post(&stage, "/scrobble/1.2/submissions", &form).await,
        "OK\n",
    );
    assert_eq!(
        stage.sent().await[0]["data"]["listens"],
        json!([[at_s, at_s + 200]])
    );
}

#[tokio::test]
async fn who_has_no_good_token_gets_no_session() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    stage.revoke(&member).await;
    for username in ["", "alice", "lt_AAAA", &member.token] {
        assert_said(&handshake(&stage, "mdc", username).await, "BADAUTH\n");
    }
}

#[tokio::test]
async fn a_session_lives_until_its_token_is_revoked_and_then_a_new_one_is_asked_for() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let [session, ..] = session(&stage, "mdc", &member.token).await;
    stage
        .world
        .clock
        .advance(SignedDuration::from_hours(24 * 365))
        .unwrap();
    let form = format!("s={session}&a[0]=A&t[0]=T&l[0]=200&i[0]={}", stage.now_s());
    assert_said(
        &post(&stage, "/scrobble/1.2/submissions", &form).await,
        "OK\n",
    );
    assert_eq!(stage.sent().await.len(), 1);

    stage.revoke(&member).await;
    let bare = format!("s={}&a[0]=A&t[0]=T&l[0]=200&i[0]=1", member.token);
    for form in [
        form.as_str(),
        &bare,
        "s=nonsense",
        "s=e.nonsense",
        "s=e.",
        "",
        "a[0]=A",
    ] {
        for path in ["/scrobble/1.2/submissions", "/scrobble/1.2/now-playing"] {
            assert_said(&post(&stage, path, form).await, "BADSESSION\n");
        }
    }
    stage.assert_nothing_sent("no session").await;
}

#[tokio::test]
async fn a_listen_that_cannot_count_is_dropped_so_that_it_does_not_block_the_players_queue() {
    let stage = Stage::start().await;
    let [session, ..] = session(&stage, "mdc", &stage.member("alice").token).await;
    let now_s = stage.now_s();
    for (about, fields) in [
        ("no time", "a[0]=A&t[0]=T&l[0]=200&i[0]=".to_owned()),
        (
            "a time that is none",
            "a[0]=A&t[0]=T&l[0]=200&i[0]=noon".to_owned(),
        ),
        ("negative", "a[0]=A&t[0]=T&l[0]=200&i[0]=-1".to_owned()),
        (
            "far too large",
            "a[0]=A&t[0]=T&l[0]=200&i[0]=9223372036854775807".to_owned(),
        ),
        (
            "beyond",
            "a[0]=A&t[0]=T&l[0]=200&i[0]=99999999999999999999".to_owned(),
        ),
        (
            "the future",
            format!("a[0]=A&t[0]=T&l[0]=200&i[0]={}", now_s + 86_400),
        ),
        ("too short", format!("a[0]=A&t[0]=T&l[0]=29&i[0]={now_s}")),
        ("no artist", format!("a[0]=&t[0]=T&l[0]=200&i[0]={now_s}")),
        ("no track", format!("a[0]=A&l[0]=200&i[0]={now_s}")),
    ] {
        let form = format!("s={session}&{fields}");
        assert_said(
            &post(&stage, "/scrobble/1.2/submissions", &form).await,
            "OK\n",
        );
        stage.assert_nothing_sent(about).await;
    }
}

#[tokio::test]
async fn a_request_that_is_not_of_the_protocol_fails_without_effect() {
    let stage = Stage::start().await;
    let token = stage.member("alice").token;
    for query in [
        "",
        "?hs=true",
        "?p=1.2",
        "?hs=true&p=1.1",
        "?hs=false&p=1.2",
    ] {
        let answer = stage
            .api
            .anonymous()
            .get(&format!("/scrobble/1.2{query}"))
            .await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.text().starts_with("FAILED "), "{query}");
    }
    let [session, ..] = session(&stage, "mdc", &token).await;
    let long = "x".repeat(11_000_000);
    for (about, fields, status) in [
        ("no listen", "", 400),
        ("51 listens", "a[50]=A&t[50]=T&i[50]=1780000000", 400),
        ("an index without end", "a[184467440737095516]=A", 400),
        ("11 MB", long.as_str(), 413),
    ] {
        let answer = post(
            &stage,
            "/scrobble/1.2/submissions",
            &format!("s={session}&{fields}"),
        )
        .await;
        assert_eq!(answer.status, status, "{about}");
        assert!(answer.text().starts_with("FAILED "), "{about}");
        stage.assert_nothing_sent(about).await;
    }
}

#[tokio::test]
async fn a_session_is_limited_like_its_token() {
    let stage = Stage::start().await;
    let [session, ..] = session(&stage, "mdc", &stage.member("alice").token).await;
    let form = format!("s={session}");
    for _ in 1..50 {
        assert_said(
            &post(&stage, "/scrobble/1.2/now-playing", &form).await,
            "OK\n",
        );
    }
    let answer = post(&stage, "/scrobble/1.2/now-playing", &form).await;
    assert_eq!(answer.status, 429);
    assert!(answer.text().starts_with("FAILED "));
}
