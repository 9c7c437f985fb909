use serde_json::{Value, json};

use crate::house::{House, at};

const CONCERTS: &str = "/v1/events";
const OWN: &str = "/v1/events/mine";

#[tokio::test]
async fn a_draft_is_seen_by_its_organization_alone_until_it_is_published() {
    let house = House::open().await;
    let concert = house.draft(json!({ "about": "Loud." })).await;
    let path = format!("{CONCERTS}/{concert}");
    let own_path = format!("{OWN}/{concert}");
    assert_eq!(house.api.anonymous().get(&path).await.status, 404);
    assert_eq!(
        house.stranger().get(&own_path).await.problem_code(),
        "not_found"
    );
    let own = house.planner().get(&own_path).await;
    assert_eq!((own.status, own.header("etag")), (200, Some("\"1\"")));
    assert_eq!(own.json()["state"], "draft");
    assert_eq!(own.json()["days"], json!(["2026-06-01"]));
    assert_eq!(
        house.planner().get(OWN).await.json()["items"][0],
        own.json()
    );
    assert_eq!(house.stranger().get(OWN).await.json()["items"], json!([]));

    let published = house.act(&concert, "publish", json!({})).await;
    assert_eq!(published["state"], "published");
    let seen = house.api.anonymous().get(&path).await;
    assert_eq!((seen.status, seen.json()), (200, published.clone()));
    let list = house.api.anonymous().get(CONCERTS).await.json();
    assert_eq!(list["items"], json!([published]));
}

#[tokio::test]
async fn concerts_are_browsed_in_the_order_in_which_they_end_until_they_have_ended() {
    let house = House::open().await;
    let mut expected = Vec::new();
    for day in [5, 3, 4] {
        let show = house
            .show(json!({
                "starts_at": format!("2026-06-0{day}T20:00:00+08:00"),
                "ends_at": format!("2026-06-0{day}T23:00:00+08:00"),
            }))
            .await;
        expected.push((day, show.concert));
    }
    expected.sort();
    let mut seen = Vec::new();
    let mut path = format!("{CONCERTS}?limit=2");
    loop {
        let page = house.api.anonymous().get(&path).await.json();
        for item in page["items"].as_array().unwrap() {
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        match &page["next_cursor"] {
            Value::String(cursor) => path = format!("{CONCERTS}?limit=2&cursor={cursor}"),
            _ => break,
        }
    }
    let ids: Vec<_> = expected.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(seen, ids);
    house
        .world
        .clock
        .set(at("2026-06-04T23:00:00+08:00"))
        .unwrap();
    let page = house.api.anonymous().get(CONCERTS).await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["id"], json!(ids[2]));
}

#[tokio::test]
async fn ones_own_concerts_are_listed_in_pages_newest_first() {
    let house = House::open().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(house.draft(json!({})).await);
        let second = jiff::SignedDuration::from_secs(1);
        house.world.clock.advance(second).unwrap();
    }
    let first = house.planner().get(&format!("{OWN}?limit=2")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("{OWN}?limit=2&cursor={cursor}");
    let second = house.planner().get(&path).await.json();
    let seen: Vec<_> = [first, second.clone()]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    ids.reverse();
    assert_eq!((seen, &second["next_cursor"]), (ids, &Value::Null));
    let forged = house.planner().get(&format!("{OWN}?cursor=eHl6")).await;
    assert_eq!(forged.problem_code(), "validation_failed");
}

#[tokio::test]
async fn a_concert_is_changed_under_the_version_that_was_seen() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let path = format!("{CONCERTS}/{}", show.concert);
    let planner = house.planner();
    let patch = |tag: &str, patch: Value| {
        let request = planner.request("PATCH", &path);
        request.header("if-match", tag).json(patch).send()
    };
    let seen = planner.get(&path).await;
    let tag = seen.header("etag").unwrap().to_owned();
    let changed = patch(
        &tag,
        json!({ "title": "Another Night", "about": "Louder." }),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["title"], "Another Night");
    let late = patch(&tag, json!({ "title": "A Third" })).await;
    assert_eq!(late.problem_code(), "precondition_failed");
    let emptied = planner.patch(&path, json!({ "about": null })).await;
    assert_eq!(emptied.json()["about"], Value::Null);
    let moved = json!({ "ends_at": "2026-06-02T02:00:00+08:00" });
    assert_eq!(planner.patch(&path, moved).await.status, 200);
    let listed = house.api.anonymous().get(CONCERTS).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["ends_at"], "2026-06-01T18:00:00Z");
}

#[tokio::test]
async fn a_day_with_tickets_stays_a_day() {
    let house = House::open().await;
    let show = house.two_nights().await;
    let path = format!("{CONCERTS}/{}", show.concert);
    let shorter = json!({ "ends_at": "2026-06-02T01:00:00+08:00" });
    let refused = house.planner().patch(&path, shorter).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    let stray = json!({ "days": ["2026-06-01", "2026-06-09"] });
    let refused = house.planner().patch(&path, stray).await;
    assert_eq!(refused.problem_code(), "validation_failed");
}

#[tokio::test]
async fn what_is_no_concert_is_refused() {
    let house = House::open().await;
    let valid = json!({
        "title": "One Night", "venue": "Mao Livehouse", "region": "CN-SH",
        "starts_at": "2026-06-01T20:30:00+08:00", "ends_at": "2026-06-02T01:00:00+08:00",
        "time_zone": "Asia/Shanghai",
    });
    for (field, value) in [
        ("title", json!("")),
        ("title", json!(7)),
        ("title", Value::Null),
        ("venue", json!("two\nlines")),
        ("region", json!("shanghai")),
        ("starts_at", json!("tomorrow")),
        ("ends_at", json!("2026-06-01T20:30:00+08:00")),
        ("ends_at", json!("2027-06-01T20:30:00+08:00")),
        ("time_zone", json!("Mars/Olympus_Mons")),
        ("days", json!([])),
        ("days", json!(["2026-06-01", "2026-06-01"])),
        ("days", json!(["2026-06-03"])),
        ("days", json!("2026-06-01")),
        ("about", json!("")),
        ("state", json!("published")),
    ] {
        let mut concert = valid.clone();
        concert[field] = value.clone();
        let refused = house.planner().post(CONCERTS, concert).await;
        assert_eq!(
            refused.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
    }
    assert_eq!(house.planner().post(CONCERTS, valid).await.status, 201);
}

#[tokio::test]
async fn only_those_who_plan_for_an_organization_plan() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let path = |verb: &str| format!("{CONCERTS}/{}{verb}", show.concert);
    let reason = json!({ "reason": "No." });
    for (client, status, code) in [
        (house.api.anonymous(), 401, "unauthenticated"),
        (house.fan("ada"), 403, "organization_required"),
        (house.door(), 403, "forbidden"),
        (house.stranger(), 404, "not_found"),
    ] {
        for answer in [
            client.patch(&path(""), json!({})).await,
            client.post(&path("/publish"), json!({})).await,
            client.post(&path("/end"), json!({})).await,
            client.post(&path("/cancel"), reason.clone()).await,
            client.get(&format!("{OWN}/{}", show.concert)).await,
        ] {
            assert_eq!(
                (answer.status, answer.problem_code().as_str()),
                (status, code)
            );
        }
    }
    let made = house.door().post(CONCERTS, json!({})).await;
    assert!([403, 422].contains(&made.status));
    assert_eq!(house.fan("ada").get(OWN).await.status, 403);
}

#[tokio::test]
async fn a_concert_ends_when_it_has_begun_and_is_still_to_be_seen() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let end = format!("{CONCERTS}/{}/end", show.concert);
    let early = house.planner().post(&end, json!({})).await;
    assert_eq!(early.problem_code(), "state_conflict");
    house
        .world
        .clock
        .set(at("2026-06-01T20:30:00+08:00"))
        .unwrap();
    let ended = house.act(&show.concert, "end", json!({})).await;
    assert_eq!(ended["state"], "ended");
    assert_eq!(house.act(&show.concert, "end", json!({})).await, ended);
    let path = format!("{CONCERTS}/{}", show.concert);
    assert_eq!(house.api.anonymous().get(&path).await.json(), ended);
    let list = house.api.anonymous().get(CONCERTS).await.json();
    assert_eq!(list["items"], json!([]));
    let reason = json!({ "reason": "Too late." });
    let refused = house
        .planner()
        .post(&format!("{path}/cancel"), reason)
        .await;
    assert_eq!(refused.problem_code(), "state_conflict");
}
