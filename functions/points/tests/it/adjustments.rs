//! `/v1/points/adjustments`

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, App, Client};
use wallet::{MAX_ISSUED, Reason, Rules};

use crate::{Points, member};

pub(crate) const ADJUSTMENTS: &str = "/v1/points/adjustments";

pub(crate) fn operator(api: &App, name: &str) -> Client {
    let context = [
        ("account", json!(member(name))),
        ("scopes", json!("operator")),
    ];
    api.authorized(context.into())
}

pub(crate) fn body(account: Id<kind::Account>, points: i64) -> Value {
    json!({
        "account": account,
        "points": points,
        "reason": "the concert's plays were counted twice",
        "reference": "SUP-2041",
    })
}

pub(crate) async fn post(client: &Client, path: &str, key: &str, body: Value) -> Answer {
    let request = client.request("POST", path).header("idempotency-key", key);
    request.json(body).send().await
}

async fn propose(points: &Points, name: &str, account: Id<kind::Account>, number: i64) -> String {
    let client = operator(&points.api, name);
    let key = format!("{name} {number}").replace(' ', "-");
    let answer = post(&client, ADJUSTMENTS, &key, body(account, number)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn decide(api: &App, name: &str, id: &str, key: &str, what: &str) -> Answer {
    let body = match what {
        "reject" => json!({ "reason": "they were not" }),
        _ => json!({}),
    };
    let path = format!("{ADJUSTMENTS}/{id}/{what}");
    post(&operator(api, name), &path, key, body).await
}

async fn approve(points: &Points, name: &str, id: &str) -> Answer {
    decide(&points.api, name, id, &format!("approve-{name}"), "approve").await
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem_code())
}

pub(crate) async fn listed(points: &Points, query: &str) -> Vec<String> {
    let client = operator(&points.api, "looks");
    let answer = client.get(&format!("{ADJUSTMENTS}?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json()["items"].as_array().unwrap().clone();
    let ids = items.iter().map(|item| item["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// A world in which a fan has 60 points.
pub(crate) async fn start() -> (Points, Id<kind::Account>) {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(60, 60)]).await;
    (points, fan)
}

#[tokio::test]
async fn one_proposes_another_approves_and_the_member_has_and_sees_it() {
    let (points, fan) = start().await;
    let client = operator(&points.api, "one");
    let proposed = post(&client, ADJUSTMENTS, "k", body(fan, 25)).await;
    assert_eq!(proposed.status, 201, "{}", proposed.text());
    let mut told = proposed.json();
    let id = told["id"].take();
    let id = id.as_str().unwrap();
    let expected = json!({
        "id": null,
        "account": fan,
        "points": 25,
        "reason": "the concert's plays were counted twice",
        "reference": "SUP-2041",
        "state": "proposed",
        "proposed_by": member("one"),
        "proposed_at": "2026-06-01T12:00:00Z",
        "expires_at": "2026-06-08T12:00:00Z",
        "decided_by": null,
        "decided_at": null,
        "rejection": null,
    });
    assert_eq!(told, expected);
    assert_eq!(points.available(fan).await, 60);

    let approved = approve(&points, "other", id).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    let told = approved.json();
    assert_eq!(told["state"], "approved");
    assert_eq!(told["decided_by"], json!(member("other")));
    assert_eq!(
        client.get(&format!("{ADJUSTMENTS}/{id}")).await.json(),
        told
    );
    let balance = points.balance(fan).await;
    assert_eq!(balance["available"], 85);
    let expiring = json!([{ "expires_at": "2027-07-01T00:00:00Z", "points": 85 }]);
    assert_eq!(balance["expiring"], expiring);

    points.world.pump("WalletsTable", &points.journal).await;
    let entries = points.api.caller(fan);
    let entries = entries.get("/v1/accounts/me/points/entries").await;
    let text = entries.text();
    assert!(!text.contains("counted twice") && !text.contains("SUP-2041"));
    let entry = &entries.json()["items"][0];
    assert_eq!(entry["kind"], "adjusted");
    assert_eq!(
        (&entry["points"], &entry["reference"]),
        (&json!(25), &json!(id))
    );
}

#[tokio::test]
async fn what_is_taken_away_is_taken_once_and_never_more_than_there_is() {
    let (points, fan) = start().await;
    let too_much = propose(&points, "one", fan, -61).await;
    let all = propose(&points, "one", fan, -60).await;
    let refused = approve(&points, "other", &too_much).await;
    assert_eq!(refusal(&refused), (409, "insufficient_points".to_owned()));
    assert_eq!(points.available(fan).await, 60);
    let still = listed(&points, "").await;
    assert!(still.contains(&too_much) && still.contains(&all));

    let taken = decide(&points.api, "other", &all, "k2", "approve").await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(points.available(fan).await, 0);
    let again = decide(&points.api, "other", &all, "k3", "approve").await;
    assert_eq!(refusal(&again), (409, "state_conflict".to_owned()));
    // Later there is enough, and the proposal still stands.
    points.listen(fan, &[(200, 60), (300, 60)]).await;
    let taken = decide(&points.api, "other", &too_much, "k4", "approve").await;
    assert_eq!(refusal(&taken), (409, "insufficient_points".to_owned()));
    points.listen(fan, &[(24 * 60 + 200, 60)]).await;
    let taken = decide(&points.api, "other", &too_much, "k4", "approve").await;
    assert_eq!(taken.status, 200, "{}", taken.text());
}

#[tokio::test]
async fn a_wallet_that_is_full_takes_no_more_and_the_proposal_stays() {
    let (points, fan) = start().await;
    let now = points.world.clock.now();
    let wallets = points.wallets();
    let fill = wallets.commit(fan, |wallet| {
        let most = kernel::Points::new(MAX_ISSUED - 60).unwrap();
        let reason = Reason::new("vch_test").unwrap();
        wallet.credit(most, &Rules::founding(), reason, now)
    });
    fill.await.unwrap();
    let id = propose(&points, "one", fan, 1).await;
    let refused = approve(&points, "other", &id).await;
    assert_eq!(refusal(&refused), (409, "state_conflict".to_owned()));
    assert_eq!(points.available(fan).await, MAX_ISSUED);
    assert_eq!(listed(&points, "").await, [id]);
}

#[tokio::test]
async fn neither_the_one_who_proposed_it_nor_the_one_it_is_for_approves() {
    let (points, fan) = start().await;
    points.listen(member("one"), &[(60, 10)]).await;
    let id = propose(&points, "one", fan, 25).await;
    let same = approve(&points, "one", &id).await;
    assert_eq!(refusal(&same), (403, "second_person_needed".to_owned()));
    let own = approve(&points, "fan", &id).await;
    assert_eq!(refusal(&own), (403, "forbidden".to_owned()));
    let client = operator(&points.api, "one");
    let own = post(&client, ADJUSTMENTS, "own", body(member("one"), 5)).await;
    assert_eq!(refusal(&own), (403, "forbidden".to_owned()));
    assert_eq!(points.available(fan).await, 60);
    assert_eq!(points.available(member("one")).await, 10);
    // Who proposed it may take it back, though.
    let rejected = decide(&points.api, "one", &id, "k", "reject").await;
    assert_eq!(rejected.status, 200, "{}", rejected.text());
}

#[tokio::test]
async fn nobody_rejects_what_would_be_taken_from_them() {
    let (points, fan) = start().await;
    let id = propose(&points, "one", fan, -50).await;
    let own = decide(&points.api, "fan", &id, "k", "reject").await;
    assert_eq!(refusal(&own), (403, "forbidden".to_owned()));
    assert_eq!(listed(&points, "").await, std::slice::from_ref(&id));
    let approved = approve(&points, "other", &id).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    assert_eq!(points.available(fan).await, 10);
}

#[tokio::test]
async fn what_is_rejected_or_has_expired_is_never_approved() {
    let (points, fan) = start().await;
    let rejected = propose(&points, "one", fan, 1).await;
    let late = propose(&points, "one", fan, 2).await;
    let answer = decide(&points.api, "other", &rejected, "k", "reject").await;
    assert_eq!(answer.json()["state"], "rejected");
    assert_eq!(answer.json()["rejection"], "they were not");
    let again = decide(&points.api, "other", &rejected, "k", "reject").await;
    assert_eq!((again.status, again.json()), (200, answer.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));

    let clock = &points.world.clock;
    clock.set("2026-06-08T11:59:59Z".parse().unwrap()).unwrap();
    assert_eq!(
        listed(&points, "state=proposed").await,
        std::slice::from_ref(&late)
    );
    clock.advance(SignedDuration::from_secs(1)).unwrap();
    for id in [&rejected, &late] {
        for what in ["approve", "reject"] {
            let key = format!("{what}-{id}");
            let answer = decide(&points.api, "third", id, &key, what).await;
            assert_eq!(refusal(&answer), (409, "state_conflict".to_owned()));
        }
    }
    assert_eq!(points.available(fan).await, 60);
    assert!(listed(&points, "").await.is_empty());
    assert_eq!(listed(&points, "state=expired").await, [late]);
    assert_eq!(listed(&points, "state=rejected").await, [rejected]);
    assert!(listed(&points, "state=approved").await.is_empty());
}

#[tokio::test]
async fn lists_come_in_pages_that_follow_each_other() {
    let (points, fan) = start().await;
    let mut ids = Vec::new();
    for number in 1..=5 {
        points
            .world
            .clock
            .advance(SignedDuration::from_hours(1))
            .unwrap();
        ids.push(propose(&points, "one", fan, number).await);
    }
    let client = operator(&points.api, "looks");
    let walk = async |state: &str| {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{ADJUSTMENTS}?state={state}&limit=2{cursor}");
            let page = client.get(&path).await.json();
            for item in page["items"].as_array().unwrap() {
                assert_eq!(item["state"], json!(state));
                seen.push(item["id"].as_str().unwrap().to_owned());
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return seen,
            }
        }
    };
    assert_eq!(walk("proposed").await, ids, "oldest first");
    points
        .world
        .clock
        .advance(SignedDuration::from_hours(7 * 24 - 2))
        .unwrap();
    assert_eq!(walk("proposed").await, ids[3..], "without what has expired");
    let expired: Vec<String> = ids[..3].iter().rev().cloned().collect();
    assert_eq!(walk("expired").await, expired, "latest first");
    for id in &ids[3..] {
        let answer = decide(&points.api, "other", id, id, "approve").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let approved: Vec<String> = ids[3..].iter().rev().cloned().collect();
    assert_eq!(walk("approved").await, approved);
}

#[tokio::test]
async fn the_same_request_twice_has_one_effect_and_one_answer() {
    let (points, fan) = start().await;
    let client = operator(&points.api, "one");
    let first = post(&client, ADJUSTMENTS, "k", body(fan, 25)).await;
    let again = post(&client, ADJUSTMENTS, "k", body(fan, 25)).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = post(&client, ADJUSTMENTS, "k", body(fan, 26)).await;
    assert_eq!(refusal(&other), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(listed(&points, "").await.len(), 1);

    let id = first.json()["id"].as_str().unwrap().to_owned();
    let first = approve(&points, "other", &id).await;
    let again = approve(&points, "other", &id).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(points.available(fan).await, 85);
}

#[tokio::test]
async fn of_many_who_decide_at_once_one_does() {
    let (points, fan) = start().await;
    let id = propose(&points, "one", fan, 25).await;
    let names: Vec<String> = (0..12).map(|number| format!("operator-{number}")).collect();
    let decisions = names.iter().enumerate().map(|(number, name)| {
        let what = if number % 3 == 2 { "reject" } else { "approve" };
        decide(&points.api, name, &id, "k", what)
    });
    let answers = futures_util::future::join_all(decisions).await;
    let done: Vec<&Answer> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(done.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refusal(answer), (409, "state_conflict".to_owned()));
    }
    let is_approved = done[0].json()["state"] == "approved";
    let expected = if is_approved { 85 } else { 60 };
    assert_eq!(points.available(fan).await, expected);
}

#[tokio::test]
async fn listening_at_the_same_time_is_lost_by_no_approval() {
    let (points, fan) = start().await;
    let mut ids = Vec::new();
    for number in 1..=4 {
        ids.push(propose(&points, "one", fan, -number).await);
    }
    let approvals = ids
        .iter()
        .map(|id| decide(&points.api, "other", id, id, "approve"));
    let listening = points.listen(fan, &[(200, 30)]);
    let (answers, ()) = tokio::join!(futures_util::future::join_all(approvals), listening);
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(points.available(fan).await, 60 + 30 - 10);
}

#[tokio::test]
async fn only_operators_have_anything_to_do_with_adjustments() {
    let (points, fan) = start().await;
    let id = propose(&points, "one", fan, 25).await;
    let one = format!("{ADJUSTMENTS}/{id}");
    for (client, status, code) in [
        (points.api.anonymous(), 401, "unauthenticated"),
        (points.api.caller(fan), 403, "forbidden"),
    ] {
        let expected = (status, code.to_owned());
        for path in [ADJUSTMENTS, &one] {
            assert_eq!(refusal(&client.get(path).await), expected, "{path}");
        }
        let answer = post(&client, ADJUSTMENTS, "k", body(member("other"), 5)).await;
        assert_eq!(refusal(&answer), expected);
        for what in ["approve", "reject"] {
            let answer = post(&client, &format!("{one}/{what}"), "k", json!({})).await;
            assert_eq!(refusal(&answer), expected, "{what}");
        }
    }
    assert_eq!(points.available(fan).await, 60);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (points, fan) = start().await;
    let client = operator(&points.api, "one");
    let with = |field: &str, value: Value| {
        let mut body = body(fan, 5);
        body[field] = value;
        body
    };
    for wrong in [
        with("points", json!(0)),
        with("points", json!(100_001)),
        with("points", json!(-100_001)),
        with("points", json!(1.5)),
        with("points", json!("5")),
        with("reason", json!("")),
        with("reason", json!("r".repeat(1_001))),
        with("reason", json!(null)),
        with("reference", json!("two\nlines")),
        with("reference", json!(null)),
        with("account", json!("org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        // Nobody's wallet.
        with("account", json!(member("nobody"))),
        with("state", json!("approved")),
    ] {
        let answer = post(&client, ADJUSTMENTS, "wrong", wrong.clone()).await;
        assert_eq!(
            refusal(&answer),
            (422, "validation_failed".to_owned()),
            "{wrong}"
        );
    }
    let answer = client.post(ADJUSTMENTS, body(fan, 5)).await;
    assert_eq!(
        refusal(&answer),
        (400, "idempotency_key_missing".to_owned())
    );
    for query in ["state=gone", "limit=0", "cursor=dmNoXzE", "page=2"] {
        let answer = client.get(&format!("{ADJUSTMENTS}?{query}")).await;
        assert_eq!(
            refusal(&answer),
            (422, "validation_failed".to_owned()),
            "{query}"
        );
    }
    for id in [
        "adj_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "1",
    ] {
        let answer = client.get(&format!("{ADJUSTMENTS}/{id}")).await;
        assert_eq!(refusal(&answer), (404, "not_found".to_owned()), "{id}");
        for what in ["approve", "reject"] {
            let answer = decide(&points.api, "other", id, "k", what).await;
            assert_eq!(
                refusal(&answer),
                (404, "not_found".to_owned()),
                "{what} {id}"
            );
        }
    }
    let id = propose(&points, "one", fan, 5).await;
    let path = format!("{ADJUSTMENTS}/{id}/reject");
    let answer = post(&client, &path, "r", json!({ "reason": " " })).await;
    assert_eq!(refusal(&answer), (422, "validation_failed".to_owned()));
}
