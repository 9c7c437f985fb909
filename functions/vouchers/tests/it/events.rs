//! What the others are told: all of it, and nothing that is not theirs.

use std::collections::BTreeSet;

use partner::Fault;
use serde_json::{Value, json};

use crate::{
    box_office::{BoxOffice, cny, points},
    chain::OnDemand,
    shop::{PRICE, account, redeem},
};

/// What a partner is told of.
const FOR_PARTNERS: [&str; 17] = [
    "allotment.closed",
    "allotment.offered",
    "partner.balance_low",
    "partner_grant.attended",
    "partner_grant.claimed",
    "partner_grant.expired",
    "partner_grant.issued",
    "partner_grant.revocation_refused",
    "partner_grant.revoked",
    "partner_grant.voided",
    "partner_link.linked",
    "partner_link.unlinked",
    "voucher.expired",
    "voucher.failed",
    "voucher.issued",
    "voucher.redeemed",
    "voucher.reversed",
];

/// What an organization is told of.
const FOR_ORGANIZATIONS: [&str; 3] = [
    "allotment.accepted",
    "allotment.closed",
    "allotment.declined",
];

/// What was told in one world, and what must not be in any of it.
struct Heard {
    webhooks: Vec<Value>,
    others: Vec<Value>,
    secrets: Vec<String>,
}

/// Every text in a JSON value, names of fields included.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name);
                texts(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A code as it would be found: without what only helps the eye.
fn bare(code: &str) -> String {
    code.replace('-', "")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Grants that go every way a grant can go; answers their codes.
async fn every_grant(office: &BoxOffice) -> Vec<String> {
    let allotment = office.allotment(10).await;
    let mut codes = Vec::new();
    for (name, news) in [
        ("ada", &["checked_in"][..]),
        ("ben", &["recalled"]),
        ("eve", &["recall_refused"]),
        ("kim", &["voided"]),
    ] {
        let grant = office.granted(&allotment, &format!("t-{name}")).await;
        codes.push(text(&grant["claim_code"]));
        assert_eq!(office.claim(name, &grant["claim_code"]).await.status, 200);
        let grant = text(&grant["id"]);
        office.tell("issued", &grant).await;
        if news[0].starts_with("recall") {
            office.revoke(&grant, &format!("r-{name}")).await;
        }
        for what in news {
            office.tell(what, &grant).await;
        }
    }
    let unclaimed = office.grant(points("t-points", 200)).await.json();
    codes.push(text(&unclaimed["claim_code"]));
    codes
}

/// A link that is made and ended; answers its code.
async fn every_link(office: &BoxOffice) -> String {
    let member = office.shop.api.caller(account("ada"));
    let path = format!("/v1/partners/{}/links", office.hook.partner);
    let code = text(&member.post(&path, json!({})).await.json()["code"]);
    let confirm = json!({ "transaction_id": "l-1", "code": code, "member": "M-1" });
    let linked = office.hook("links/confirm", confirm).await;
    assert_eq!(linked.status, 200, "{}", linked.text());
    let path = format!("links/{}/unlink", text(&linked.json()["id"]));
    let unlinked = office.hook(&path, json!({ "transaction_id": "l-2" })).await;
    assert_eq!(unlinked.status, 200, "{}", unlinked.text());
    code
}

/// Vouchers that are used, reversed and left to expire; answers their codes.
async fn every_voucher(office: &BoxOffice) -> Vec<String> {
    let fields = json!({ "partner_id": office.hook.partner, "unit_price": cny(300) });
    let reward = office.shop.reward(3, fields).await;
    let mut codes = Vec::new();
    for (name, operation) in [("ada", "redeem"), ("ben", "reverse"), ("eve", "validate")] {
        let member = office.shop.member(name, PRICE).await;
        let code = text(&redeem(&member, &reward, "k1").await.json()["code"]);
        let mut body = json!({ "code": code });
        if operation != "validate" {
            body["transaction_id"] = json!(format!("v-{name}"));
        }
        if operation == "reverse" {
            body["reason"] = json!("returned");
        }
        let answer = office.hook(&format!("vouchers/{operation}"), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        codes.push(code);
    }
    codes
}

/// Everything that happens between a partner, an organizer and members.
async fn everything() -> Heard {
    let office = BoxOffice::with(json!({
        "billing": { "type": "postpaid", "credit_limit": cny(1_000_000) },
        "alert_below": cny(1_000_000),
    }))
    .await;
    let mut secrets = every_grant(&office).await;
    secrets.push(every_link(&office).await);
    secrets.extend(every_voucher(&office).await);
    secrets.push(office.hook.key.reveal());
    let offered = office.offer("declined", json!({ "units": 2 })).await.json();
    let path = format!("allotments/{}/decline", text(&offered["id"]));
    let declined = office.hook(&path, json!({ "transaction_id": "a-1" })).await;
    assert_eq!(declined.status, 200, "{}", declined.text());
    // Until the grant, the voucher and the allotment have ended that nobody wanted.
    office.wait(24 * 31).await;

    let world = &office.shop.world;
    world.messages("WebhooksQueue").await;
    world.pump("VouchersTable", &office.stream).await;
    let mut others = world.messages("EventsQueue").await;
    others.extend(world.messages("VouchersQueue").await);
    Heard {
        webhooks: world.messages("WebhooksQueue").await,
        others,
        secrets,
    }
}

/// A voucher that the partner makes when it is wanted, and one that it does not make.
async fn everything_on_demand() -> Heard {
    let market = OnDemand::open().await;
    let ada = market.shop.member("ada", PRICE).await;
    let code = redeem(&ada, &market.reward, "k1").await.json()["code"].take();
    let ben = market.shop.member("ben", PRICE).await;
    market.chain.misbehave(Fault::Refuse);
    redeem(&ben, &market.reward, "k1").await;
    market.minutes_later(2).await;

    let world = &market.shop.world;
    let stream = world.app("VouchersStream", vouchers::build).await;
    world.messages("WebhooksQueue").await;
    world.pump("VouchersTable", &stream).await;
    Heard {
        webhooks: world.messages("WebhooksQueue").await,
        others: world.messages("VouchersQueue").await,
        secrets: vec![text(&code)],
    }
}

#[tokio::test]
async fn every_kind_of_event_is_told_and_none_holds_a_code_a_secret_or_a_members_account() {
    let (mut partners, mut organizations) = (BTreeSet::new(), BTreeSet::new());
    for heard in [everything().await, everything_on_demand().await] {
        assert!(heard.secrets.iter().all(|secret| secret.len() >= 8));
        for event in heard.webhooks.iter().chain(&heard.others) {
            let mut found = Vec::new();
            texts(event, &mut found);
            for text in found {
                assert!(!["code", "secret", "sealed"].contains(&text), "{event}");
                assert!(
                    !text.starts_with("wh") && !text.starts_with("BREAKFAST"),
                    "{event}"
                );
                for secret in &heard.secrets {
                    assert!(!bare(text).contains(&bare(secret)), "{event}");
                }
            }
        }
        for event in &heard.webhooks {
            assert!(!event.to_string().contains("acct_"), "{event}");
            assert!(event["data"]["payload"].is_object(), "{event}");
            for audience in event["data"]["audience"].as_array().unwrap() {
                let kinds = match &text(audience)[..4] {
                    "prt_" => &mut partners,
                    "org_" => &mut organizations,
                    _ => panic!("nobody's: {event}"),
                };
                kinds.insert(text(&event["type"]));
            }
        }
        // Only `events` is told whose the tickets are to be.
        for event in &heard.others {
            let names_account = event.to_string().contains("acct_");
            assert_eq!(
                names_account,
                event["type"] == "partner_grant.claimed",
                "{event}"
            );
        }
    }
    assert_eq!(partners, FOR_PARTNERS.map(str::to_owned).into());
    assert_eq!(organizations, FOR_ORGANIZATIONS.map(str::to_owned).into());
}

#[tokio::test]
async fn no_two_events_have_one_id_and_a_replay_tells_the_same_ones() {
    let office = BoxOffice::open().await;
    every_grant(&office).await;
    every_link(&office).await;
    let first = office.told("WebhooksQueue").await;
    let ids: BTreeSet<_> = first.iter().map(|event| text(&event["id"])).collect();
    assert_eq!(ids.len(), first.len());
    let sorted = |mut events: Vec<Value>| {
        events.sort_by_key(|event| text(&event["id"]));
        events
    };
    assert_eq!(sorted(office.told("WebhooksQueue").await), sorted(first));
}
