//! Tickets for the grants of partners: issued, used, and void with their concert.

use kernel::{Id, kind};
use platform::table::Key;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::house::{House, Show, TODAY, TOMORROW, id, show_at};

/// What vouchers is told of a grant: kinds, in the order of their names.
async fn kinds(house: &House, grant: &str) -> Vec<String> {
    let told = house.told_of_grant(grant).await;
    let kinds = told.iter().map(|event| event["type"].as_str().unwrap());
    let mut kinds: Vec<_> = kinds.map(str::to_owned).collect();
    kinds.sort();
    kinds
}

async fn cancel(house: &House, show: &Show) {
    let reason = json!({ "reason": "Rain." });
    house.act(&show.concert, "cancel", reason).await;
}

/// Has the stream tell the worker, and the worker do its work.
async fn carry_out(house: &House) {
    house.world.pump("EventsTable", &house.stream).await;
    house.work().await;
}

async fn tickets(house: &House, holder: &str) -> Vec<Value> {
    let list = house.fan(holder).get("/v1/tickets?limit=100").await.json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_claimed_grant_becomes_tickets_and_takes_no_unit_of_their_quota() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let path = format!("/v1/ticket-quotas/{}/availability", show.quota);
    let before = house.api.anonymous().get(&path).await;
    assert_eq!(before.status, 200);
    let issued = house.grant(&show, "ada", "breakfast", 2).await;
    // Another process, since one remembers for a while what it has seen.
    let api = house.world.app("EventsApi", events::build).await;
    let after = api.anonymous().get(&path).await;
    assert_eq!(after.json(), before.json());
    assert_eq!(tickets(&house, "ada").await.len(), 2);
    let told = house.told_of_grant("breakfast").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["type"], "partner_tickets.issued");
    let grant: Id<kind::PartnerGrant> = id("breakfast");
    let issued_at = "2026-06-01T12:00:00Z";
    let data = json!({ "grant": grant, "tickets": issued, "issued_at": issued_at });
    assert_eq!(told[0]["data"], data);
    assert!(house.told_orders().await.is_empty());
}

#[tokio::test]
async fn a_claim_that_is_told_twice_or_at_once_is_issued_once() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.grant(&show, "ada", "breakfast", 2).await.remove(0);
    let code = house.code("ada", &ticket).await;
    for _ in 0..3 {
        house.claim_grant(&show, "ada", "breakfast", 2).await;
    }
    house.work().await;
    assert_eq!(tickets(&house, "ada").await.len(), 2);
    assert_eq!(house.code("ada", &ticket).await, code);
    assert_eq!(kinds(&house, "breakfast").await, ["partner_tickets.issued"]);
}

#[tokio::test]
async fn a_grant_for_what_is_called_off_or_not_there_is_refused() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let unknown = Show {
        quota: id::<kind::TicketQuota>("none").to_string(),
        ..show.clone()
    };
    let nowhere = Show {
        concert: id::<kind::Concert>("none").to_string(),
        ..show.clone()
    };
    let late = house.show(json!({})).await;
    cancel(&house, &late).await;
    for (name, show, reason) in [
        ("no quota", &unknown, "unknown"),
        ("no concert", &nowhere, "unknown"),
        ("called off", &late, "concert_cancelled"),
    ] {
        for _ in 0..2 {
            house.claim_grant(show, "ada", name, 1).await;
            carry_out(&house).await;
        }
        let told = house.told_of_grant(name).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["type"], "partner_tickets.refused");
        let grant: Id<kind::PartnerGrant> = id(name);
        let data = json!({ "grant": grant, "reason": reason });
        assert_eq!(told[0]["data"], data);
    }
    assert!(tickets(&house, "ada").await.is_empty());
    // What is not there is not called off later either.
    cancel(&house, &show).await;
    carry_out(&house).await;
    assert_eq!(kinds(&house, "no quota").await, ["partner_tickets.refused"]);
}

#[tokio::test]
async fn a_grant_of_no_tickets_or_too_many_ends_among_the_dead() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.claim_grant(&show, "ada", "none", 0).await;
    house.claim_grant(&show, "ada", "too many", 1_001).await;
    house.world.drain("EventsQueue", &house.worker).await;
    assert_eq!(house.world.depth("EventsQueueDead").await, 2);
}

#[tokio::test]
async fn every_use_of_each_of_its_tickets_is_told() {
    let house = House::open().await;
    let show = house.two_nights().await;
    let issued = house.grant(&show, "ada", "breakfast", 2).await;
    for ticket in &issued {
        let code = house.code("ada", ticket).await;
        assert_eq!(show_at(&house.door(), &code, ticket).await.status, 201);
    }
    let a_day = jiff::SignedDuration::from_hours(24);
    house.world.clock.advance(a_day).unwrap();
    let code = house.code("ada", &issued[0]).await;
    assert_eq!(show_at(&house.door(), &code, "next day").await.status, 201);
    let told = house.told_of_grant("breakfast").await;
    let used = told
        .iter()
        .filter(|event| event["type"] == "partner_tickets.checked_in");
    let mut used: Vec<_> = used.map(|event| event["data"].clone()).collect();
    used.sort_by_key(|data| data["day"].as_str().unwrap().to_owned());
    used[..2].sort_by_key(|data| {
        issued
            .iter()
            .position(|ticket| data["ticket"] == json!(ticket))
    });
    let grant: Id<kind::PartnerGrant> = id("breakfast");
    let (first, second) = ("2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z");
    let expected = [
        json!({ "grant": grant, "ticket": issued[0], "day": TODAY, "at": first }),
        json!({ "grant": grant, "ticket": issued[1], "day": TODAY, "at": first }),
        json!({ "grant": grant, "ticket": issued[0], "day": TOMORROW, "at": second }),
    ];
    assert_eq!(used, expected);
}

#[tokio::test]
async fn the_use_of_a_bought_ticket_is_not_told_to_vouchers() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    show_at(&house.door(), &code, "1").await;
    house.world.pump("EventsTable", &house.stream).await;
    for event in house.world.messages("VouchersQueue").await {
        assert_eq!(event["type"], "concert.changed");
    }
}

#[tokio::test]
async fn a_concert_that_is_called_off_makes_its_tickets_void_and_says_so_once() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.grant(&show, "ada", "breakfast", 1).await.remove(0);
    house.buy(&show, "ada", "line", 1).await;
    cancel(&house, &show).await;
    for _ in 0..2 {
        carry_out(&house).await;
    }
    assert_eq!(house.ticket("ada", &ticket).await["state"], "void");
    let told = house.told_of_grant("breakfast").await;
    assert_eq!(told.len(), 2, "{told:?}");
    let voided = told
        .iter()
        .find(|event| event["type"] == "partner_tickets.voided")
        .unwrap();
    let grant: Id<kind::PartnerGrant> = id("breakfast");
    let data = json!({ "grant": grant, "reason": "concert_cancelled", "attended": false });
    assert_eq!(voided["data"], data);
}

#[tokio::test]
async fn tickets_that_become_void_are_told_to_have_been_used_if_they_were() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.grant(&show, "ada", "breakfast", 2).await;
    let code = house.code("ada", &tickets[1]).await;
    assert_eq!(show_at(&house.door(), &code, "1").await.status, 201);
    cancel(&house, &show).await;
    carry_out(&house).await;
    let told = house.told_of_grant("breakfast").await;
    let voided = told
        .iter()
        .find(|event| event["type"] == "partner_tickets.voided")
        .unwrap();
    assert_eq!(voided["data"]["attended"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_claimed_while_the_concert_is_called_off_ends_void_or_refused() {
    const GRANTS: usize = 16;
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let names: Vec<_> = (0..GRANTS)
        .map(|number| format!("grant {number}"))
        .collect();
    for name in &names {
        house.claim_grant(&show, "ada", name, 2).await;
    }
    let path = format!("/v1/events/{}/cancel", show.concert);
    let planner = house.planner();
    let mut cancelling = JoinSet::new();
    cancelling.spawn(async move { planner.post(&path, json!({ "reason": "Rain." })).await });
    house.work().await;
    assert_eq!(cancelling.join_next().await.unwrap().unwrap().status, 200);
    carry_out(&house).await;
    for name in &names {
        let kinds = kinds(&house, name).await;
        let issued = ["partner_tickets.issued", "partner_tickets.voided"];
        assert!(
            kinds == issued || kinds == ["partner_tickets.refused"],
            "{kinds:?}"
        );
    }
    for ticket in tickets(&house, "ada").await {
        assert_eq!(ticket["state"], "void");
    }
}

/// A row as it is kept: the names of its attributes, and those that say for what it is.
async fn row(house: &House, pk: String, sk: String) -> (Vec<String>, Value) {
    let table = house.world.table("EventsTable");
    let item = table.get_item(&Key::sorted(pk, sk)).await.unwrap();
    let item = serde_json::to_value(item.unwrap()).unwrap();
    let names = item.as_object().unwrap().keys().cloned().collect();
    (names, item)
}

// Rows of before there were grants lie in the table, and a release that is taken back reads those
// of this one.
#[tokio::test]
async fn the_rows_of_orders_are_what_they_were_before_there_were_grants() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    house.recall("refund", "line", 1).await;
    house.work().await;
    let (line, order) = (id::<kind::OrderLine>("line"), id::<kind::Order>("line"));
    let refund = id::<kind::RefundRequest>("refund");
    let buyer = json!({ "S": id::<kind::Account>("ada") });
    let (line, order) = (line.to_string(), order.to_string());
    let (names, item) = row(&house, format!("LINE#{line}"), "LINE".to_owned()).await;
    let expected = [
        "buyer",
        "id",
        "issued",
        "of_concert",
        "order",
        "per_unit",
        "pk",
        "quantity",
        "sk",
        "state",
        "ticket_quota",
        "updated_at",
        "version",
        "voided",
    ];
    assert_eq!(names, expected);
    assert_eq!(item["id"], json!({ "S": line }));
    assert_eq!(item["order"], json!({ "S": order }));
    assert_eq!(item["buyer"], buyer);
    let (names, item) = row(&house, format!("TICKET#{ticket}"), "TICKET".to_owned()).await;
    let expected = [
        "days",
        "held_since",
        "held_since_time",
        "holder",
        "id",
        "line",
        "name",
        "number",
        "of_concert",
        "order",
        "organization",
        "pk",
        "buyer",
        "secret",
        "sk",
        "state",
        "ticket_quota",
        "title",
        "version",
    ];
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(item["line"], json!({ "S": line }));
    assert_eq!(item["order"], json!({ "S": order }));
    assert_eq!(item["buyer"], buyer);
    let sk = format!("RECALL#{refund}");
    let (names, item) = row(&house, format!("LINE#{line}"), sk).await;
    let expected = [
        "decided_at",
        "line",
        "order",
        "outcome",
        "pk",
        "quantity",
        "refund_request",
        "sk",
    ];
    assert_eq!(names, expected);
    assert_eq!(item["quantity"], json!({ "N": "1" }));
}
