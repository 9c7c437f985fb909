//! Grants that are revoked, and their tickets with them.

use kernel::{Id, kind};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::house::{House, claim, id, show_at};

/// The one answer to a recall of a grant's tickets.
async fn outcome(house: &House, grant: &str, version: u64) -> Value {
    let told = house.told_of_grant(grant).await;
    let mut told: Vec<_> = told
        .into_iter()
        .filter(|event| event["type"].as_str().unwrap().contains("recall"))
        .filter(|event| event["version"] == version)
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[tokio::test]
async fn a_revoked_grant_takes_its_tickets_along_even_from_those_they_were_given_to() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.grant(&show, "ada", "breakfast", 2).await;
    let transfer = house.offer("ada", &tickets[1]).await;
    assert_eq!(claim(&house.fan("ben"), &transfer).await.status, 200);
    let codes = [
        house.code("ada", &tickets[0]).await,
        house.code("ben", &tickets[1]).await,
    ];
    house.revoke("breakfast", 4).await;
    house.work().await;
    let told = outcome(&house, "breakfast", 4).await;
    assert_eq!(told["type"], "partner_tickets.recalled");
    let grant: Id<kind::PartnerGrant> = id("breakfast");
    assert_eq!(told["data"], json!({ "grant": grant, "tickets": tickets }));
    for (holder, ticket) in [("ada", &tickets[0]), ("ben", &tickets[1])] {
        let revoked = house.ticket(holder, ticket).await;
        assert_eq!(
            (&revoked["state"], &revoked["code"]),
            (&json!("revoked"), &Value::Null)
        );
    }
    for code in codes {
        let refused = show_at(&house.door(), &code, &code).await;
        assert_eq!(refused.problem_code(), "ticket_not_valid");
    }
    assert!(house.told_orders().await.is_empty());
}

#[tokio::test]
async fn a_recall_is_decided_once_however_often_it_is_told_and_each_new_one_is_answered() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.grant(&show, "ada", "breakfast", 2).await;
    for _ in 0..3 {
        house.revoke("breakfast", 4).await;
    }
    house.work().await;
    house.revoke("breakfast", 4).await;
    house.revoke("breakfast", 6).await;
    house.work().await;
    for version in [4, 6] {
        let told = outcome(&house, "breakfast", version).await;
        assert_eq!(told["type"], "partner_tickets.recalled");
        assert_eq!(told["data"]["tickets"], json!(tickets));
    }
    // What is told again after that issues nothing anew.
    house.claim_grant(&show, "ada", "breakfast", 2).await;
    house.work().await;
    assert_eq!(house.ticket("ada", &tickets[0]).await["state"], "revoked");
}

#[tokio::test]
async fn what_was_checked_in_is_not_revoked_nor_what_came_with_it() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.grant(&show, "ada", "breakfast", 2).await;
    let code = house.code("ada", &tickets[0]).await;
    assert_eq!(show_at(&house.door(), &code, "1").await.status, 201);
    house.revoke("breakfast", 4).await;
    house.work().await;
    let told = outcome(&house, "breakfast", 4).await;
    assert_eq!(told["type"], "partner_tickets.recall_refused");
    let grant: Id<kind::PartnerGrant> = id("breakfast");
    let data = json!({ "grant": grant, "reason": "checked_in" });
    assert_eq!(told["data"], data);
    let other = house.code("ada", &tickets[1]).await;
    assert_eq!(show_at(&house.door(), &other, "2").await.status, 201);
}

#[tokio::test]
async fn a_recall_that_overtakes_the_claim_is_asked_again_until_it_can_be_decided() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.revoke("breakfast", 4).await;
    let tickets = house.grant(&show, "ada", "breakfast", 1).await;
    let told = outcome(&house, "breakfast", 4).await;
    assert_eq!(told["type"], "partner_tickets.recalled");
    assert_eq!(house.ticket("ada", &tickets[0]).await["state"], "revoked");
}

#[tokio::test]
async fn of_a_revocation_and_a_cancellation_the_first_one_counts_and_the_other_is_told_so() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let revoked = house.grant(&show, "ada", "revoked", 1).await.remove(0);
    house.grant(&show, "ada", "voided", 1).await;
    house.revoke("revoked", 4).await;
    house.work().await;
    let reason = json!({ "reason": "Rain." });
    house.act(&show.concert, "cancel", reason).await;
    house.world.pump("EventsTable", &house.stream).await;
    house.work().await;
    house.revoke("voided", 4).await;
    house.work().await;
    let late = outcome(&house, "voided", 4).await;
    assert_eq!(late["type"], "partner_tickets.recall_refused");
    assert_eq!(late["data"]["reason"], "concert_cancelled");
    assert_eq!(house.ticket("ada", &revoked).await["state"], "revoked");
    let told = house.told_of_grant("revoked").await;
    let voided = "partner_tickets.voided";
    assert!(told.iter().all(|event| event["type"] != voided), "{told:?}");
}

#[tokio::test]
async fn a_refused_grant_has_nothing_to_take_back() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let unknown = crate::house::Show {
        quota: id::<kind::TicketQuota>("none").to_string(),
        ..show
    };
    house.claim_grant(&unknown, "ada", "breakfast", 1).await;
    house.revoke("breakfast", 4).await;
    house.work().await;
    let told = outcome(&house, "breakfast", 4).await;
    assert_eq!(told["type"], "partner_tickets.recall_refused");
    assert_eq!(told["data"]["reason"], "unknown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_revocation_and_a_check_in_at_once_one_is_first_and_the_other_sees_it() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    for round in 0..8 {
        let grant = format!("grant {round}");
        let ticket = house.grant(&show, "ada", &grant, 1).await.remove(0);
        let code = house.code("ada", &ticket).await;
        house.revoke(&grant, 4).await;
        let door = house.door();
        let mut shown = JoinSet::new();
        shown.spawn(async move { show_at(&door, &code, &ticket).await });
        house.work().await;
        let shown = shown.join_next().await.unwrap().unwrap();
        let kind = outcome(&house, &grant, 4).await["type"].clone();
        match shown.status {
            201 => assert_eq!(kind, "partner_tickets.recall_refused"),
            409 => assert_eq!(kind, "partner_tickets.recalled"),
            status => unreachable!("{status}: {}", shown.text()),
        }
    }
}
