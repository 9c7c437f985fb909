//! Grants: making and seeing them.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::rights_stage::{Stage, account, grant, grant_in, grants_path, id, organization};

const ABSENT: &str = "01J8Z3K4M5N6P7Q8R9S0T1V2W3";

#[tokio::test]
async fn a_holder_grants_a_right_and_both_parties_see_it() {
    let stage = Stage::set().await;
    let (work, recording) = stage.song("label").await;
    for subject in [work, recording] {
        let terms = json!({
            "uses": ["stream", "download"], "territories": ["JP", "CN"],
            "until": "2027-06-01T12:00:00Z", "exclusive": true,
        });
        let body = grant_in("store", terms);
        let answer = grant(&stage.member("label"), &subject, &subject, body).await;
        let mut shown = answer.json();
        let path = format!("/v1/grants/{}", id(&answer));
        for party in ["label", "store"] {
            assert_eq!(stage.member(party).get(&path).await.json(), shown);
        }
        assert_eq!(
            stage.member("ben").get(&path).await.problem_code(),
            "not_found"
        );
        shown.as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(
            shown,
            json!({
                "subject": subject,
                "holder": organization("label"),
                "licensee": organization("store"),
                "uses": ["download", "stream"],
                "territories": ["CN", "JP"],
                "from": "2026-06-01T12:00:00Z",
                "until": "2027-06-01T12:00:00Z",
                "exclusive": true,
                "state": "live",
                "revoked_from": null,
                "granted_at": "2026-06-01T12:00:00Z",
            })
        );
    }
}

#[tokio::test]
async fn the_same_request_twice_makes_one_grant() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let label = stage.member("label");
    let body = grant_in("store", json!({ "exclusive": true }));
    let first = grant(&label, &work, "k1", body.clone()).await;
    let again = grant(&label, &work, "k1", body).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(again.body, first.body);
    let other = grant(&label, &work, "k1", grant_in("ben", json!({}))).await;
    assert_eq!(other.problem_code(), "idempotency_key_reused");
    let grants = label.get(&grants_path(&work)).await.json();
    assert_eq!(grants["items"].as_array().unwrap().len(), 1);
    let keyless = label
        .post(&grants_path(&work), grant_in("ben", json!({})))
        .await;
    assert_eq!(keyless.problem_code(), "idempotency_key_missing");
}

#[tokio::test]
async fn two_parties_are_not_given_the_same_alone() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let label = stage.member("label");
    let sole = |licensee: &str, uses: Value, territories: Value, from: &str, until: &str| {
        let terms = json!({
            "uses": uses, "territories": territories, "from": from, "until": until,
            "exclusive": true,
        });
        grant_in(licensee, terms)
    };
    let (june, july) = ("2026-06-01T12:00:00Z", "2026-07-01T12:00:00Z");
    let august = "2026-08-01T12:00:00Z";
    let body = sole(
        "ann",
        json!(["download", "stream"]),
        json!(["CN", "JP"]),
        june,
        july,
    );
    id(&grant(&label, &work, "k0", body).await);
    let cases = [
        (
            sole("ben", json!(["download"]), json!(["JP"]), june, july),
            409,
        ),
        (
            sole(
                "ben",
                json!(["stream"]),
                json!("worldwide"),
                "2026-06-30T00:00:00Z",
                august,
            ),
            409,
        ),
        (
            sole("ben", json!(["download"]), json!(["FI"]), june, july),
            201,
        ),
        (
            sole("ben", json!(["karaoke"]), json!("worldwide"), june, july),
            201,
        ),
        (
            sole(
                "ben",
                json!(["download", "stream"]),
                json!(["CN", "JP"]),
                july,
                august,
            ),
            201,
        ),
        (
            sole("ann", json!(["download"]), json!(["CN"]), june, july),
            201,
        ),
        (grant_in("ben", json!({ "uses": ["download"] })), 201),
    ];
    for (number, (body, expected)) in cases.into_iter().enumerate() {
        let answer = grant(&label, &work, &format!("k{}", number + 1), body.clone()).await;
        assert_eq!(answer.status, expected, "{body}: {}", answer.text());
        if expected == 409 {
            assert_eq!(answer.problem_code(), "grant_overlaps");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_exclusive_grants_at_once_one_is_made() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let (label, work) = (stage.member("label"), work.clone());
        let body = grant_in(&format!("store {number}"), json!({ "exclusive": true }));
        tasks.spawn(async move { grant(&label, &work, &format!("k{number}"), body).await });
    }
    let answers = tasks.join_all().await;
    let made: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .collect();
    assert_eq!(made.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem_code(), "grant_overlaps");
    }
    let grants = stage.member("label").get(&grants_path(&work)).await.json();
    assert_eq!(grants["items"], json!([made[0].json()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_tries_of_one_request_make_one_grant_and_have_one_answer() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (label, work) = (stage.member("label"), work.clone());
        let body = grant_in("store", json!({ "exclusive": true }));
        tasks.spawn(async move { grant(&label, &work, "k1", body).await });
    }
    let answers = tasks.join_all().await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.body, answers[0].body);
    }
    let grants = stage.member("label").get(&grants_path(&work)).await.json();
    assert_eq!(grants["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_grant_is_refused_with_its_field() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    for (field, value, pointer) in [
        ("licensee", json!("x"), "/licensee"),
        ("licensee", json!(organization("label")), "/licensee"),
        ("uses", json!([]), "/uses"),
        ("uses", json!(["smoke_signals"]), "/uses"),
        ("uses", json!(["Download"]), "/uses/0"),
        ("territories", json!([]), "/territories"),
        ("territories", json!(["XX"]), "/territories/0"),
        ("territories", json!("CN"), "/territories"),
        ("from", json!("yesterday"), "/from"),
        ("from", json!(null), "/from"),
        ("until", json!("2026-06-01T12:00:00Z"), "/until"),
        ("until", json!("2026-05-01T00:00:00Z"), "/until"),
        ("until", json!(null), "/until"),
        ("exclusive", json!("yes"), "/exclusive"),
        ("holder", json!(organization("ben")), "/holder"),
    ] {
        let body = grant_in("store", json!({ field: value.clone() }));
        let answer = grant(&stage.member("label"), &work, "k1", body).await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            pointer,
            "{field}: {value}"
        );
    }
    let past = json!({ "from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z" });
    let answer = grant(&stage.member("label"), &work, "k1", grant_in("store", past)).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/until");
}

#[tokio::test]
async fn rights_are_granted_and_revoked_by_their_holder_alone() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let made = stage.grant("label", &work, "store", json!({})).await;
    let (path, body) = (grants_path(&work), grant_in("ben", json!({})));
    let revoke = format!("/v1/grants/{made}/revoke");
    let see = format!("/v1/grants/{made}");
    let org = kernel::Id::derive(&["label"]);
    let fan = stage.api.caller(account("fan"));
    let seller = stage.api.member(account("seller"), org, &["orders"]);
    let anonymous = stage.api.anonymous();
    for (client, code) in [
        (&stage.member("ben"), "not_found"),
        (&stage.member("store"), "not_found"),
        (&fan, "organization_required"),
        (&seller, "forbidden"),
        (&anonymous, "unauthenticated"),
    ] {
        assert_eq!(
            grant(client, &work, "k9", body.clone())
                .await
                .problem_code(),
            code
        );
        assert_eq!(client.post(&revoke, json!({})).await.problem_code(), code);
    }
    for (client, code) in [
        (&fan, "organization_required"),
        (&seller, "forbidden"),
        (&anonymous, "unauthenticated"),
    ] {
        assert_eq!(client.get(&path).await.problem_code(), code);
        assert_eq!(client.get(&see).await.problem_code(), code);
    }
    for subject in [format!("wrk_{ABSENT}"), format!("rcd_{ABSENT}")] {
        let answer = grant(&stage.member("label"), &subject, "k9", body.clone()).await;
        assert_eq!(answer.problem_code(), "not_found");
        let answer = stage.member("label").get(&grants_path(&subject)).await;
        assert_eq!(answer.problem_code(), "not_found");
    }
    assert_eq!(
        stage
            .revoke("label", &format!("grt_{ABSENT}"), json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn the_holder_lists_all_grants_and_a_licensee_its_own() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let mut made = Vec::new();
    for licensee in ["ann", "ben", "cai"] {
        made.push(stage.grant("label", &work, licensee, json!({})).await);
        stage.advance_s(1);
    }
    let path = grants_path(&work);
    for (party, expected) in [("label", 3), ("ben", 1), ("dan", 0)] {
        let page = stage.member(party).get(&path).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), expected, "{party}");
    }
    let first = stage
        .member("label")
        .get(&format!("{path}?limit=2"))
        .await
        .json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next_cursor"].as_str().unwrap();
    let rest = stage
        .member("label")
        .get(&format!("{path}?cursor={next}"))
        .await
        .json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next_cursor"], Value::Null);
}
