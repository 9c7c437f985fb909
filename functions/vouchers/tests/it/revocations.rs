//! Grants that are taken back, and the talk with `events` about it.

use serde_json::{Value, json};

use crate::{
    box_office::{BoxOffice, TICKET_PRICE, news, points},
    hooks::Hook,
};

/// The kinds of what is told of a grant, in order.
fn kinds_of(told: &[Value], grant: &str) -> Vec<String> {
    let of_grant = told.iter().filter(|event| event["subject"] == json!(grant));
    let mut of_grant: Vec<_> = of_grant.collect();
    of_grant.sort_by_key(|event| event["version"].as_u64());
    of_grant
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn before_it_is_claimed_a_grant_is_taken_back_at_once() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let granted = office.granted(&allotment, "t1").await;
    let grant = granted["id"].as_str().unwrap();
    let revoked = office.revoke(grant, "r1").await;
    assert_eq!(
        (revoked.status, &revoked.json()["state"]),
        (200, &json!("revoked"))
    );
    let again = office.revoke(grant, "r1").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    let another = office.revoke(grant, "r2").await;
    assert_eq!(another.problem_code(), "state_conflict");
    let late = office.claim("ada", &granted["claim_code"]).await;
    assert_eq!(
        (late.status, late.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(
        (office.units(&allotment).await, office.exposure().await),
        ((0, 0), 0)
    );
    assert_eq!(office.exchanged(grant).await, (false, false));
}

#[tokio::test]
async fn points_are_clawed_back_and_may_be_owed() {
    let office = BoxOffice::open().await;
    let granted = office.grant(points("t1", 100)).await.json();
    assert_eq!(
        office.claim("ada", &granted["claim_code"]).await.status,
        200
    );
    let reward = office.shop.reward(1, json!({ "price_points": 70 })).await;
    let ada = office.shop.api.caller(crate::shop::account("ada"));
    assert_eq!(crate::shop::redeem(&ada, &reward, "k1").await.status, 201);
    let grant = granted["id"].as_str().unwrap();
    let revoked = office.revoke(grant, "r1").await;
    assert_eq!(
        (revoked.status, &revoked.json()["state"]),
        (200, &json!("revoked"))
    );
    assert_eq!(office.shop.points("ada").await, -70);
    assert_eq!(office.exchanged(grant).await, (true, true));
    assert_eq!(office.exposure().await, 0);
    let again = office.revoke(grant, "r1").await;
    assert_eq!(again.status, 200);
    assert_eq!(office.shop.points("ada").await, -70);
}

#[tokio::test]
async fn tickets_are_asked_back_and_the_grant_ends_when_they_are_void() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let grant = office.issued(&allotment, "t1", "ada").await;
    let asked = office.revoke(&grant, "r1").await;
    assert_eq!(
        (asked.status, &asked.json()["state"]),
        (202, &json!("revoking"))
    );
    let again = office.revoke(&grant, "r1").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (202, Some("true"))
    );
    assert_eq!(
        (office.units(&allotment).await, office.exposure().await),
        ((1, 0), TICKET_PRICE)
    );
    for _ in 0..2 {
        office.tell("recalled", &grant).await;
        assert_eq!(office.state(&grant, "ada").await, "revoked");
        assert_eq!(
            (office.units(&allotment).await, office.exposure().await),
            ((0, 0), 0)
        );
    }
    assert_eq!(office.exchanged(&grant).await, (true, true));
    let decided = office.revoke(&grant, "r1").await;
    assert_eq!(
        (decided.status, &decided.json()["state"]),
        (200, &json!("revoked"))
    );
    let asked = office.told("EventsQueue").await;
    assert_eq!(
        kinds_of(&asked, &grant),
        ["partner_grant.claimed", "partner_grant.recall_asked"]
    );
    assert_eq!(asked[1]["data"], json!({ "grant": grant, "version": 4 }));
    let told = office.told("WebhooksQueue").await;
    let expected = [
        "partner_grant.claimed",
        "partner_grant.issued",
        "partner_grant.revoked",
    ];
    assert_eq!(kinds_of(&told, &grant), expected);
}

#[tokio::test]
async fn a_refusal_leaves_the_grant_as_it_was() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let grant = office.issued(&allotment, "t1", "ada").await;
    assert_eq!(office.revoke(&grant, "r1").await.status, 202);
    for _ in 0..2 {
        office.tell("recall_refused", &grant).await;
        assert_eq!(office.state(&grant, "ada").await, "ticket_issued");
    }
    assert_eq!(
        (office.units(&allotment).await, office.exposure().await),
        ((1, 0), TICKET_PRICE)
    );
    assert_eq!(office.exchanged(&grant).await, (true, false));
    let told = office.told("WebhooksQueue").await;
    assert_eq!(
        kinds_of(&told, &grant).last().unwrap(),
        "partner_grant.revocation_refused"
    );
    // Another transaction may ask again, and be heard.
    assert_eq!(office.revoke(&grant, "r2").await.status, 202);
    office.tell("recalled", &grant).await;
    assert_eq!(office.state(&grant, "ada").await, "revoked");
}

#[tokio::test]
async fn after_the_deadline_and_after_somebody_came_nothing_is_taken_back() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let attended = office.issued(&allotment, "t1", "ada").await;
    office.tell("checked_in", &attended).await;
    let refused = office.revoke(&attended, "r1").await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "state_conflict")
    );
    let (granted, issued) = (
        office.granted(&allotment, "t2").await,
        office.issued(&allotment, "t3", "ben").await,
    );
    office.wait(72).await;
    for (number, grant) in [granted["id"].as_str().unwrap(), &issued]
        .iter()
        .enumerate()
    {
        let late = office.revoke(grant, &format!("r2-{number}")).await;
        assert_eq!(
            (late.status, late.problem_code().as_str()),
            (409, "state_conflict")
        );
    }
    assert_eq!(office.units(&allotment).await, (3, 0));
    assert_eq!(office.exposure().await, 3 * TICKET_PRICE);
}

#[tokio::test]
async fn who_comes_while_the_tickets_are_asked_back_stays_in() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let grant = office.issued(&allotment, "t1", "ada").await;
    assert_eq!(office.revoke(&grant, "r1").await.status, 202);
    for what in ["checked_in", "recall_refused", "recalled", "voided"] {
        office.tell(what, &grant).await;
        assert_eq!(office.state(&grant, "ada").await, "attended", "{what}");
    }
    assert_eq!(office.exchanged(&grant).await, (true, false));
    assert_eq!(office.exposure().await, TICKET_PRICE);
    let told = office.told("WebhooksQueue").await;
    let mut kinds = kinds_of(&told, &grant).split_off(2);
    kinds.sort();
    assert_eq!(
        kinds,
        ["partner_grant.attended", "partner_grant.revocation_refused"]
    );
}

#[tokio::test]
async fn a_check_in_that_is_told_before_the_issue_charges_once() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let grant = office.claimed(&allotment, "t1", "ada").await;
    assert_eq!(office.exchanged(&grant).await, (false, false));
    for what in ["checked_in", "checked_in", "issued", "issued", "checked_in"] {
        office.tell(what, &grant).await;
        assert_eq!(office.state(&grant, "ada").await, "attended", "{what}");
        assert_eq!(office.exchanged(&grant).await, (true, false));
    }
    let told = office.told("WebhooksQueue").await;
    let mut kinds = kinds_of(&told, &grant);
    kinds.sort();
    let expected = [
        "partner_grant.attended",
        "partner_grant.claimed",
        "partner_grant.issued",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn every_two_news_in_either_order_and_each_twice_add_up() {
    const NEWS: [&str; 6] = [
        "issued",
        "refused",
        "recalled",
        "recall_refused",
        "voided",
        "checked_in",
    ];
    let office = BoxOffice::open().await;
    let allotment = office.allotment(40).await;
    let mut kept = 0;
    let pairs = NEWS
        .iter()
        .flat_map(|first| NEWS.map(|second| (*first, second)));
    for (number, (first, second)) in pairs.enumerate() {
        let grant = office
            .claimed(&allotment, &format!("t{number}"), "ada")
            .await;
        let batch = [first, second, first, second].map(|what| news(what, &grant));
        assert!(office.deliver(&batch).await.is_empty());
        let state = office.state(&grant, "ada").await;
        let (charged, reversed) = office.exchanged(&grant).await;
        let story = format!("{first}, {second}: {state}");
        match state.as_str() {
            "claimed" => assert!(!charged && !reversed, "{story}"),
            "ticket_issued" | "attended" => assert!(charged && !reversed, "{story}"),
            "revoked" | "voided" => assert_eq!(charged, reversed, "{story}"),
            _ => panic!("{story}"),
        }
        kept += u64::from(!["revoked", "voided"].contains(&state.as_str()));
    }
    assert_eq!(office.units(&allotment).await, (kept, 0));
    assert_eq!(
        office.exposure().await,
        i64::try_from(kept).unwrap() * TICKET_PRICE
    );
}

#[tokio::test]
async fn a_concert_that_is_called_off_ends_what_waits_and_events_decides_on_the_rest() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let waiting = office.granted(&allotment, "t1").await;
    let claimed = office.claimed(&allotment, "t2", "ada").await;
    let issued = office.issued(&allotment, "t3", "ben").await;
    let attended = office.issued(&allotment, "t4", "cem").await;
    office.tell("checked_in", &attended).await;
    office.tell_concert("cancelled", 2).await;
    office.tell_concert("cancelled", 2).await;
    assert_eq!(office.units(&allotment).await, (3, 7));
    let refused = office.claim("dan", &waiting["claim_code"]).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "state_conflict")
    );
    office.tell("refused", &claimed).await;
    for grant in [&issued, &attended] {
        office.tell("voided", grant).await;
    }
    assert_eq!(office.state(&claimed, "ada").await, "voided");
    assert_eq!(office.state(&issued, "ben").await, "voided");
    assert_eq!(office.state(&attended, "cem").await, "attended");
    assert_eq!(office.exchanged(&claimed).await, (false, false));
    assert_eq!(office.exchanged(&issued).await, (true, true));
    assert_eq!(office.exchanged(&attended).await, (true, false));
    assert_eq!(
        (office.units(&allotment).await, office.committed().await),
        ((1, 9), 1)
    );
    assert_eq!(office.exposure().await, TICKET_PRICE);
}

#[tokio::test]
async fn news_that_nobody_can_have_is_left_for_an_operator() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let unclaimed = office.granted(&allotment, "t1").await;
    let unclaimed = unclaimed["id"].as_str().unwrap();
    let unknown = kernel::Id::<kernel::kind::PartnerGrant>::derive(&["unknown"]).to_string();
    let batch = [
        news("issued", unclaimed),
        news("issued", &unknown),
        news("lost", unclaimed),
    ];
    assert_eq!(office.deliver(&batch).await, ["0", "1", "2"]);
}

#[tokio::test]
async fn a_grant_is_its_partners_to_take_back() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let granted = office.granted(&allotment, "t1").await;
    let grant = granted["id"].as_str().unwrap();
    let rival = Hook::open(&office.shop).await;
    let path = format!("grants/{grant}/revoke");
    let anyone = office.shop.api.anonymous();
    let body = json!({ "transaction_id": "r1" });
    let answer = rival.post(&anyone, &path, body.clone()).await;
    assert_eq!(answer.problem_code(), "not_found");
    let unscoped = Hook::of(&office.shop, office.hook.partner.clone(), &["vouchers"]).await;
    let answer = unscoped.post(&anyone, &path, body).await;
    assert_eq!(answer.problem_code(), "forbidden");
    // The id of another transaction.
    let conflict = office.revoke(grant, "t1").await;
    assert_eq!(conflict.problem_code(), "transaction_conflict");
    for body in [json!({}), json!({ "transaction_id": "r", "reason": "" })] {
        let answer = office.hook(&path, body).await;
        assert_eq!(answer.problem_code(), "validation_failed");
    }
    assert_eq!(office.units(&allotment).await, (1, 0));
}

#[tokio::test]
async fn who_came_before_the_concert_was_called_off_stays_paid_for_whatever_is_told_first() {
    let office = BoxOffice::open().await;
    let open = office.allotment(10).await;
    let news = ["checked_in", "voided after use"];
    for (number, order) in [news, [news[1], news[0]]].into_iter().enumerate() {
        let grant = office.issued(&open, &format!("t{number}"), "ada").await;
        for what in order {
            office.tell(what, &grant).await;
        }
        assert_eq!(office.state(&grant, "ada").await, "attended");
        assert_eq!(office.exchanged(&grant).await, (true, false));
    }
}

#[tokio::test]
async fn more_grants_than_one_message_ends_become_void_with_those_that_follow() {
    let office = BoxOffice::open().await;
    let open = office.allotment(40).await;
    for number in 0..30 {
        office.granted(&open, &format!("t{number}")).await;
    }
    office.tell_concert("cancelled", 3).await;
    let (used, _) = office.units(&open).await;
    assert_eq!(used, 5);
    let world = &office.shop.world;
    assert_eq!(world.depth("VouchersQueue").await, 1);
    world.drain("VouchersQueue", &office.shop.worker).await;
    assert_eq!(
        (office.units(&open).await, office.committed().await),
        ((0, 40), 0)
    );
    assert_eq!(office.exposure().await, 0);
}
