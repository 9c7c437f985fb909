//! Tickets that are kept for a partner, and what becomes of those it does not use.

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    box_office::{BoxOffice, cny, organization, ticket_quota, tickets},
    hooks::Hook,
    shop::{account, id},
};

#[tokio::test]
async fn tickets_are_kept_at_once_and_granted_once_the_partner_has_accepted() {
    let office = BoxOffice::open().await;
    let offered = office.offer("k1", json!({ "units": 40 })).await;
    let allotment = id(&offered);
    assert_eq!(office.committed().await, 40);
    let refused = office.grant(tickets("t1", &allotment, 1)).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "state_conflict")
    );
    let path = format!("allotments/{allotment}/accept");
    let body = json!({ "transaction_id": "accept-1" });
    let accepted = office.hook(&path, body.clone()).await;
    assert_eq!(
        (accepted.status, &accepted.json()["state"]),
        (200, &json!("open"))
    );
    let again = office.hook(&path, body).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    assert_eq!(office.grant(tickets("t2", &allotment, 3)).await.status, 201);
    let seen = office.see_allotment(&allotment).await;
    assert_eq!(seen["partner"], json!(office.hook.partner));
    assert_eq!((&seen["used"], &seen["returned"]), (&json!(3), &json!(0)));
    assert_eq!(office.committed().await, 40);
}

#[tokio::test]
async fn the_same_offer_twice_and_sixteen_times_at_once_keeps_tickets_once() {
    let office = BoxOffice::open().await;
    let body = json!({
        "ticket_quota": ticket_quota(),
        "units": 7,
        "unit_price": cny(100),
        "closes_at": office.starts_at,
    });
    let path = format!("/v1/partners/{}/allotments", office.hook.partner);
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (organizer, path, body) = (office.organizer(), path.clone(), body.clone());
        tasks.spawn(async move {
            let request = organizer.request("POST", &path);
            let request = request.header("idempotency-key", "k1").json(body);
            let answer = request.send().await;
            (answer.status, answer.json()["id"].clone())
        });
    }
    let answers = tasks.join_all().await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer == (201, answers[0].1.clone())),
        "{answers:?}"
    );
    assert_eq!(office.committed().await, 7);
    let reused = office.offer("k1", json!({ "units": 8 })).await;
    assert_eq!(
        (reused.status, reused.problem_code().as_str()),
        (422, "idempotency_key_reused")
    );
}

#[tokio::test]
async fn an_offer_that_is_declined_or_withdrawn_is_sold_to_the_public_again() {
    let office = BoxOffice::open().await;
    let declined = id(&office.offer("k1", json!({ "units": 5 })).await);
    let withdrawn = id(&office.offer("k2", json!({ "units": 6 })).await);
    assert_eq!(office.committed().await, 11);
    let decline = format!("allotments/{declined}/decline");
    for _ in 0..2 {
        let answer = office
            .hook(&decline, json!({ "transaction_id": "d1" }))
            .await;
        assert_eq!(
            (answer.status, &answer.json()["state"]),
            (200, &json!("declined"))
        );
        assert_eq!(office.committed().await, 6);
    }
    let withdraw = format!("/v1/allotments/{withdrawn}/withdraw");
    for _ in 0..2 {
        let answer = office.organizer().post(&withdraw, json!({})).await;
        assert_eq!(
            (answer.status, &answer.json()["state"]),
            (200, &json!("withdrawn"))
        );
        assert_eq!(office.committed().await, 0);
    }
    let accept = format!("allotments/{withdrawn}/accept");
    let late = office
        .hook(&accept, json!({ "transaction_id": "a1" }))
        .await;
    assert_eq!(
        (late.status, late.problem_code().as_str()),
        (409, "state_conflict")
    );
}

#[tokio::test]
async fn an_accepted_allotment_is_not_withdrawn() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(5).await;
    let withdraw = format!("/v1/allotments/{allotment}/withdraw");
    let answer = office.organizer().post(&withdraw, json!({})).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(office.committed().await, 5);
}

#[tokio::test]
async fn what_is_unused_at_the_deadline_is_returned_once_and_what_ends_later_then() {
    let office = BoxOffice::of(json!({ "terms": { "claim_days": 30 } })).await;
    let allotment = office.allotment(10).await;
    let granted = office.granted(&allotment, "t1").await;
    office.granted(&allotment, "t2").await;
    assert_eq!(
        (office.units(&allotment).await, office.committed().await),
        ((2, 0), 10)
    );

    // Past the deadline nothing is granted, whether or not the sweeper has run.
    let past = SignedDuration::from_hours(24 * 20);
    office.shop.world.clock.advance(past).unwrap();
    let late = office.grant(tickets("t3", &allotment, 1)).await;
    assert_eq!(
        (late.status, late.problem_code().as_str()),
        (409, "state_conflict")
    );
    for _ in 0..3 {
        office.wait(0).await;
        assert_eq!(
            (office.units(&allotment).await, office.committed().await),
            ((2, 8), 2)
        );
    }
    assert_eq!(office.see_allotment(&allotment).await["state"], "closed");

    // One grant is claimed, the other ends unclaimed ten days later.
    assert_eq!(
        office.claim("ada", &granted["claim_code"]).await.status,
        200
    );
    for _ in 0..3 {
        office.wait(24 * 10).await;
        assert_eq!(
            (office.units(&allotment).await, office.committed().await),
            ((1, 9), 1)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweepers_at_once_and_an_ending_grant_return_each_unit_once() {
    let office = BoxOffice::with(json!({ "claim_days": 20 })).await;
    let allotment = office.allotment(10).await;
    for number in 0..6 {
        office.granted(&allotment, &format!("t{number}")).await;
    }
    let past = SignedDuration::from_hours(24 * 20);
    office.shop.world.clock.advance(past).unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let sweeper = office.sweeper.clone();
        tasks.spawn(async move { sweep(&sweeper).await });
    }
    tasks.join_all().await;
    assert_eq!(
        (office.units(&allotment).await, office.committed().await),
        ((0, 10), 0)
    );
    assert_eq!(office.exposure().await, 0);
}

async fn sweep(sweeper: &testkit::App) {
    let event = json!({ "schedule": "end-and-ask" }).to_string();
    let invocation = platform::serve::Invocation::default();
    sweeper
        .function()
        .invoke(&event, &invocation)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_concert_that_is_called_off_closes_its_allotments() {
    let office = BoxOffice::open().await;
    let open = office.allotment(10).await;
    let offered = id(&office.offer("k2", json!({ "units": 3 })).await);
    office.granted(&open, "t1").await;
    office.tell_concert("cancelled", 3).await;
    for allotment in [&open, &offered] {
        assert_eq!(office.see_allotment(allotment).await["state"], "closed");
    }
    assert_eq!(
        (office.units(&open).await, office.committed().await),
        ((0, 10), 0)
    );
    // Older news changes nothing.
    office.tell_concert("published", 2).await;
    let refused = office.offer("k3", json!({})).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "state_conflict")
    );
}

#[tokio::test]
async fn a_transaction_that_finds_its_work_done_uses_up_its_id_all_the_same() {
    let office = BoxOffice::open().await;
    let open = office.allotment(10).await;
    let accept = format!("allotments/{open}/accept");
    let body = json!({ "transaction_id": "a-2" });
    assert_eq!(office.hook(&accept, body.clone()).await.status, 200);
    let again = office.hook(&accept, body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = office.hook("grants", tickets("a-2", &open, 1)).await;
    assert_eq!(
        (other.status, other.problem_code().as_str()),
        (409, "transaction_conflict")
    );
}

#[tokio::test]
async fn no_more_is_kept_than_is_free() {
    let office = BoxOffice::open().await;
    office.allotment(990).await;
    let refused = office.offer("k2", json!({ "units": 11 })).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "out_of_stock")
    );
    assert_eq!(office.offer("k3", json!({ "units": 10 })).await.status, 201);
    assert_eq!(office.committed().await, 1_000);
}

#[tokio::test]
async fn bad_input_is_refused_field_by_field() {
    let office = BoxOffice::open().await;
    let (now, starts_at) = (office.shop.world.clock.now(), office.starts_at);
    let after = starts_at + SignedDuration::from_secs(1);
    let unknown = Id::<kind::TicketQuota>::derive(&["unknown"]);
    for (fields, pointer) in [
        (json!({ "units": 10_001 }), "/units"),
        (json!({ "unit_price": cny(-1) }), "/unit_price"),
        (
            json!({ "unit_price": { "minor": 1, "currency": "HKD" } }),
            "/unit_price",
        ),
        (json!({ "closes_at": now }), "/closes_at"),
        (json!({ "closes_at": after }), "/closes_at"),
        (json!({ "ticket_quota": unknown }), "/ticket_quota"),
    ] {
        let answer = office.offer("k1", fields.clone()).await;
        assert_eq!(answer.status, 422, "{fields}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{fields}");
    }
    for fields in [
        json!({ "units": 0 }),
        json!({ "price": 1 }),
        json!({ "closes_at": null }),
    ] {
        let answer = office.offer("k1", fields.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{fields}");
    }
    assert_eq!(office.committed().await, 0);
}

#[tokio::test]
async fn allotments_are_their_organizers_and_their_partners() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(5).await;
    let path = format!("/v1/allotments/{allotment}");
    let other = Id::derive(&["another organization"]);
    let api = &office.shop.api;
    let stranger = api.member(account("eve"), other, &["events"]);
    assert_eq!(stranger.get(&path).await.problem_code(), "not_found");
    let withdraw = format!("{path}/withdraw");
    assert_eq!(
        stranger.post(&withdraw, json!({})).await.problem_code(),
        "not_found"
    );
    assert_eq!(
        stranger.get("/v1/allotments").await.json()["items"],
        json!([])
    );
    let unscoped = api.member(account("organizer"), organization(), &[]);
    assert_eq!(unscoped.get(&path).await.problem_code(), "forbidden");
    let alone = api.caller(account("organizer"));
    assert_eq!(
        alone.get(&path).await.problem_code(),
        "organization_required"
    );
    assert_eq!(api.anonymous().get(&path).await.status, 401);

    let rival = Hook::open(&office.shop).await;
    let accept = format!("allotments/{allotment}/accept");
    let body = json!({ "transaction_id": "a" });
    let answer = rival.post(&api.anonymous(), &accept, body.clone()).await;
    assert_eq!(answer.problem_code(), "not_found");
    let grant = tickets("t", &allotment, 1);
    let answer = rival.post(&api.anonymous(), "grants", grant).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/earns/allotment");
    let unscoped = Hook::of(&office.shop, office.hook.partner.clone(), &["grants"]).await;
    let answer = unscoped.post(&api.anonymous(), &accept, body).await;
    assert_eq!(answer.problem_code(), "forbidden");
}

#[tokio::test]
async fn allotments_are_listed_newest_first_in_pages() {
    let office = BoxOffice::open().await;
    let mut offered = Vec::new();
    for number in 0..5 {
        office.wait(1).await;
        offered.push(json!(id(&office
            .offer(&format!("k{number}"), json!({}))
            .await)));
    }
    offered.reverse();
    let (mut listed, mut path) = (Vec::new(), "/v1/allotments?limit=2".to_owned());
    loop {
        let page = office.organizer().get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        listed.extend(items.iter().map(|item: &Value| item["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/allotments?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(listed, offered);
    let foreign = office
        .organizer()
        .get("/v1/allotments?cursor=dmNoXzE")
        .await;
    assert_eq!(foreign.problem_code(), "validation_failed");
}

#[tokio::test]
async fn a_sandbox_partner_keeps_no_ticket_from_anybody() {
    let office = BoxOffice::of(json!({ "mode": "sandbox" })).await;
    let allotment = office.allotment(10).await;
    assert_eq!(office.see_allotment(&allotment).await["sandbox"], true);
    assert_eq!(office.committed().await, 0);
    office.granted(&allotment, "t1").await;
    office.wait(24 * 20).await;
    assert_eq!(
        (office.units(&allotment).await, office.committed().await),
        ((1, 9), 0)
    );
}

#[tokio::test]
async fn both_sides_are_told_how_far_an_allotment_is() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    office.granted(&allotment, "t1").await;
    office.wait(24 * 20).await;
    let told = office.told("WebhooksQueue").await;
    let mut told: Vec<_> = told
        .iter()
        .filter(|event| event["subject"] == json!(allotment))
        .map(|event| (event["type"].clone(), event["data"]["audience"].clone()))
        .collect();
    told.sort_by_key(|(kind, _)| kind.to_string());
    let (partner, organization) = (json!(office.hook.partner), json!(organization()));
    assert_eq!(
        told,
        [
            (json!("allotment.accepted"), json!([organization])),
            (json!("allotment.closed"), json!([partner, organization])),
            (json!("allotment.offered"), json!([partner])),
        ]
    );
}
