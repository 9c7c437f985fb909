//! What a partner grants, and what it takes back.

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    box_office::{BoxOffice, TICKET_PRICE, cny, points, tickets},
    hooks::Hook,
    shop::account,
};

#[tokio::test]
async fn a_grant_says_what_it_costs_until_when_it_can_be_claimed_and_by_which_code() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let answer = office.grant(tickets("t1", &allotment, 2)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let mut granted = answer.json();
    let code = granted["claim_code"].take();
    assert_eq!(code.as_str().unwrap().len(), 16);
    assert!(granted["id"].take().as_str().unwrap().starts_with("pgr_"));
    let expected = json!({
        "id": null,
        "state": "granted",
        "claim_code": null,
        "claim_by": "2026-07-01T12:00:00Z",
        "revocable_until": "2026-06-04T12:00:00Z",
        "unit_price": cny(TICKET_PRICE),
        "per_quantity": 1,
        "quantity": 2,
        "amount": cny(2 * TICKET_PRICE),
        "sandbox": false,
    });
    assert_eq!(granted, expected);
    assert_eq!(office.exposure().await, 2 * TICKET_PRICE);
}

#[tokio::test]
async fn points_are_granted_by_number_or_by_what_was_bought() {
    let office = BoxOffice::open().await;
    let by_number = office.grant(points("t1", 250)).await.json();
    assert_eq!(
        (&by_number["quantity"], &by_number["amount"]),
        (&json!(250), &cny(125))
    );
    assert_eq!(
        (&by_number["unit_price"], &by_number["per_quantity"]),
        (&cny(50), &json!(100))
    );
    let purchase = json!({
        "transaction_id": "t2",
        "occurred_at": "2026-06-01T11:59:00Z",
        "earns": { "type": "points", "purchase": cny(4_999) },
    });
    let by_purchase = office.grant(purchase).await.json();
    assert_eq!(
        (&by_purchase["quantity"], &by_purchase["amount"]),
        (&json!(40), &cny(20))
    );
    assert_eq!(office.exposure().await, 145);
}

#[tokio::test]
async fn the_same_transaction_again_is_the_same_grant_and_another_under_its_id_a_conflict() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let first = office.grant(tickets("t1", &allotment, 1)).await;
    let again = office.grant(tickets("t1", &allotment, 1)).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    assert_eq!(again.json(), first.json());
    for other in [tickets("t1", &allotment, 2), points("t1", 50)] {
        let answer = office.grant(other).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (409, "transaction_conflict")
        );
    }
    // After years, too.
    let years = SignedDuration::from_hours(24 * 365 * 10);
    office.shop.world.clock.advance(years).unwrap();
    let late = office.grant(tickets("t1", &allotment, 1)).await;
    assert_eq!(
        (late.status, &late.json()["id"]),
        (200, &first.json()["id"])
    );
    assert_eq!(office.units(&allotment).await, (1, 0));
    assert_eq!(office.exposure().await, TICKET_PRICE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_times_at_once_is_one_grant() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let answers = at_once(&office, vec![tickets("t1", &allotment, 1); 32]).await;
    let created = answers.iter().filter(|(status, _)| *status == 201).count();
    let repeated = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!((created, repeated), (1, 31), "{answers:?}");
    assert!(answers.iter().all(|(_, body)| *body == answers[0].1));
    assert_eq!(office.units(&allotment).await, (1, 0));
    assert_eq!(office.exposure().await, TICKET_PRICE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_at_once_on_twenty_tickets_are_twenty_grants() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(20).await;
    let wishes = (0..64).map(|number| tickets(&format!("t{number}"), &allotment, 1));
    let answers = at_once(&office, wishes.collect()).await;
    let created = answers.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(created, 20);
    for (status, body) in answers.iter().filter(|(status, _)| *status != 201) {
        assert_eq!(
            (*status, &body["code"]),
            (409, &json!("allotment_exhausted"))
        );
    }
    assert_eq!(office.units(&allotment).await, (20, 0));
    assert_eq!(office.committed().await, 20);
    assert_eq!(office.exposure().await, 20 * TICKET_PRICE);
}

async fn at_once(office: &BoxOffice, wishes: Vec<Value>) -> Vec<(u16, Value)> {
    let mut tasks = JoinSet::new();
    for wish in wishes {
        let client = office.shop.api.anonymous();
        let hook = Hook {
            partner: office.hook.partner.clone(),
            key: office.hook.key.clone(),
            clock: office.hook.clock.clone(),
        };
        tasks.spawn(async move {
            let answer = hook.post(&client, "grants", wish).await;
            (answer.status, answer.json())
        });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn a_partner_grants_no_more_than_was_agreed() {
    let limits = json!({ "grants_a_day": 3, "points_a_day": 500, "points_a_grant": 400 });
    let office = BoxOffice::with(json!({ "limits": limits })).await;
    let refused = async |body: Value| office.grant(body).await.problem_code();
    assert_eq!(refused(points("a", 401)).await, "partner_limit_reached");
    assert_eq!(office.grant(points("b", 400)).await.status, 201);
    assert_eq!(refused(points("c", 101)).await, "partner_limit_reached");
    assert_eq!(office.grant(points("d", 50)).await.status, 201);
    assert_eq!(office.grant(points("e", 50)).await.status, 201);
    assert_eq!(refused(points("f", 0)).await, "validation_failed");
    assert_eq!(refused(points("g", 1)).await, "partner_limit_reached");
    office.wait(24).await;
    assert_eq!(office.grant(points("g", 1)).await.status, 201);
}

#[tokio::test]
async fn a_partner_that_pays_before_grants_what_it_has_paid_for() {
    let billing = json!({ "type": "postpaid", "credit_limit": cny(2 * TICKET_PRICE) });
    let office = BoxOffice::with(json!({ "billing": billing })).await;
    let allotment = office.allotment(10).await;
    let first = office.granted(&allotment, "t1").await;
    office.granted(&allotment, "t2").await;
    let refused = office.grant(tickets("t3", &allotment, 1)).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "balance_exhausted")
    );
    assert_eq!(office.units(&allotment).await, (2, 0));
    // What is taken back is free for another.
    let grant = first["id"].as_str().unwrap();
    assert_eq!(office.revoke(grant, "r1").await.status, 200);
    assert_eq!(office.grant(tickets("t3", &allotment, 1)).await.status, 201);
    let billing = json!({ "type": "prepaid" });
    let poor = BoxOffice::with(json!({ "billing": billing })).await;
    assert_eq!(
        poor.grant(points("t", 100)).await.problem_code(),
        "balance_exhausted"
    );
}

#[tokio::test]
async fn what_cannot_be_earned_is_refused() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let unknown = Id::<kind::Allotment>::derive(&["unknown"]).to_string();
    let earns = |earns: Value| json!({ "transaction_id": "t", "earns": earns });
    let both = json!({ "type": "points", "points": 1, "purchase": cny(1) });
    let yen = json!({ "minor": 5_000, "currency": "JPY" });
    for (body, pointer) in [
        (tickets("t", &allotment, 11), "/earns/quantity"),
        (tickets("t", &unknown, 1), "/earns/allotment"),
        (earns(json!({ "type": "points" })), "/earns"),
        (earns(both), "/earns"),
        (
            earns(json!({ "type": "points", "purchase": cny(999) })),
            "/earns",
        ),
        (
            earns(json!({ "type": "points", "purchase": yen })),
            "/earns",
        ),
    ] {
        let answer = office.grant(body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let mut future = points("t", 1);
    future["occurred_at"] = json!("2026-06-01T12:05:01Z");
    let answer = office.grant(future).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/occurred_at");
    for (name, value) in [
        ("transaction_id", json!("")),
        ("transaction_id", json!("a b")),
        ("member", json!("")),
        ("member", Value::Null),
        ("more", json!(1)),
        (
            "earns",
            json!({ "type": "ticket", "allotment": allotment, "quantity": 0 }),
        ),
        ("earns", json!({ "type": "cash", "amount": 1 })),
    ] {
        let mut body = points("t", 1);
        body[name] = value.clone();
        let answer = office.grant(body).await;
        assert!(
            [400, 422].contains(&answer.status),
            "{name} {value}: {}",
            answer.text()
        );
    }
    assert_eq!(office.exposure().await, 0);
    assert_eq!(office.units(&allotment).await, (0, 0));
}

#[tokio::test]
async fn a_grant_needs_the_scope_and_a_concert_that_is_published() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let anyone = office.shop.api.anonymous();
    let other = Hook::of(&office.shop, office.hook.partner.clone(), &["vouchers"]).await;
    let answer = other.post(&anyone, "grants", points("t", 1)).await;
    assert_eq!(answer.problem_code(), "forbidden");
    office.tell_concert("draft", 2).await;
    let answer = office.grant(tickets("t", &allotment, 1)).await;
    assert_eq!(answer.problem_code(), "state_conflict");
    office.tell_concert("published", 3).await;
    assert_eq!(office.grant(tickets("t", &allotment, 1)).await.status, 201);
}

#[tokio::test]
async fn what_nobody_claims_expires_and_all_is_free_again() {
    let office = BoxOffice::with(json!({ "claim_days": 3 })).await;
    let allotment = office.allotment(10).await;
    let ticket = office.granted(&allotment, "t1").await;
    let earned = office.grant(points("t2", 100)).await.json();
    office.wait(24 * 3 - 1).await;
    assert_eq!(office.units(&allotment).await, (1, 0));
    // At its moment it is over, whether or not the sweeper has run.
    let hour = SignedDuration::from_hours(1);
    office.shop.world.clock.advance(hour).unwrap();
    for grant in [&ticket, &earned] {
        let late = office.claim("ada", &grant["claim_code"]).await;
        assert_eq!((late.status, late.problem_code().as_str()), (410, "gone"));
    }
    for _ in 0..2 {
        office.wait(1).await;
        assert_eq!(
            (office.units(&allotment).await, office.exposure().await),
            ((0, 0), 0)
        );
    }
    let late = office.claim("ada", &ticket["claim_code"]).await;
    assert_eq!(late.problem_code(), "gone");
    let revoked = office.revoke(ticket["id"].as_str().unwrap(), "r1").await;
    assert_eq!(revoked.problem_code(), "gone");
    assert_eq!(
        office.exchanged(ticket["id"].as_str().unwrap()).await,
        (false, false)
    );
}

#[tokio::test]
async fn a_sandbox_partner_goes_all_the_way_and_nothing_is_worth_anything() {
    let office = BoxOffice::of(json!({ "mode": "sandbox" })).await;
    let allotment = office.allotment(10).await;
    let ticket = office.claimed(&allotment, "t1", "ada").await;
    assert_eq!(office.state(&ticket, "ada").await, "ticket_issued");
    let earned = office.grant(points("t2", 100)).await.json();
    assert_eq!(earned["sandbox"], true);
    assert_eq!(office.claim("ada", &earned["claim_code"]).await.status, 200);
    assert_eq!(office.shop.points("ada").await, 0);
    assert_eq!(office.told("EventsQueue").await, [Value::Null; 0]);
    assert_eq!(office.exposure().await, 0);
    // Recorded alike, and taken back alike.
    for (number, grant) in [ticket.as_str(), earned["id"].as_str().unwrap()]
        .iter()
        .enumerate()
    {
        assert_eq!(office.exchanged(grant).await, (true, false));
        assert_eq!(
            office.revoke(grant, &format!("r{number}")).await.status,
            200
        );
        assert_eq!(office.exchanged(grant).await, (true, true));
    }
    assert_eq!(office.units(&allotment).await, (0, 0));
    assert_eq!(office.shop.points("ada").await, 0);
}

#[tokio::test]
async fn what_was_tried_out_is_no_longer_there_once_a_partner_is_live() {
    let office = BoxOffice::of(json!({ "mode": "sandbox" })).await;
    let allotment = office.allotment(10).await;
    office.granted(&allotment, "t1").await;
    let live = format!("/v1/partners/{}/go-live", office.hook.partner);
    let answer = office.shop.api.operator().post(&live, json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // The transaction is another than the one of the sandbox, and so is what it may take from.
    let answer = office.grant(tickets("t1", &allotment, 1)).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/earns/allotment");
    let mine = office.shop.api.caller(account("ada"));
    assert_eq!(
        mine.get("/v1/partner-grants").await.json()["items"],
        json!([])
    );
}
