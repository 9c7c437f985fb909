//! The chain's own statement.

use jiff::SignedDuration;
use kernel::{Id, kind};
use partner::{
    Fault, Till,
    ledger::{Direction, Item, Line, Posting},
};
use serde_json::json;

use crate::{World, fen, partner, webhooks::event};

impl World {
    fn statement(&self, month: &str) -> Vec<Line> {
        self.chain.statement(partner(), month.parse().unwrap())
    }

    fn references(&self) -> Vec<(String, Posting)> {
        let lines = self.statement("2026-06").into_iter();
        lines.map(|line| (line.reference, line.posting)).collect()
    }
}

#[tokio::test]
async fn a_voucher_is_owed_for_once_whatever_went_wrong_and_not_if_it_is_void() {
    let world = World::new();
    for (reference, fault) in [
        ("vch_1", Fault::TimeoutAfter),
        ("vch_2", Fault::NoticeTwice),
        ("vch_3", Fault::TwoCodes),
        ("vch_4", Fault::WrongAmount),
        ("vch_5", Fault::TimeoutBefore),
    ] {
        world.chain.misbehave(fault);
        // Whether this is answered is not what is asked here.
        let _ = world.issue(reference).await;
        let _ = world.issue(reference).await;
    }
    world.void("vch_4").await.unwrap();
    let told = event("voucher.issued", "vch_1", json!({ "unit_price": fen(500) }));
    world.deliver("evt_1", &told).await;
    let expected = ["vch_1", "vch_2", "vch_3", "vch_5"];
    assert_eq!(
        world.references(),
        expected.map(|name| (name.to_owned(), Posting::Charge))
    );
    assert_eq!(
        world.statement("2026-06")[0],
        Line {
            reference: "vch_1".to_owned(),
            posting: Posting::Charge,
            direction: Direction::Outbound,
            item: Item::Voucher,
            quantity: 1,
            amount: fen(500),
        }
    );
    assert_eq!(world.statement("2026-05"), []);
}

#[tokio::test]
async fn a_voucher_of_the_pool_is_known_by_webhook_and_taken_back_at_the_till() {
    let world = World::new();
    let told = event("voucher.issued", "vch_9", json!({ "unit_price": fen(800) }));
    world.deliver("evt_1", &told).await;
    world
        .planet
        .answers(200, json!({ "reference": "vch_9", "state": "reversed" }));
    world
        .chain
        .at_till(partner(), Till::Reverse, "GR-9")
        .await
        .unwrap();
    let told = event("voucher.reversed", "vch_9", json!({}));
    world.deliver("evt_2", &told).await;
    let both = [Posting::Charge, Posting::Reversal];
    assert_eq!(
        world.references(),
        both.map(|posting| ("vch_9".to_owned(), posting))
    );
}

#[tokio::test]
async fn a_refused_reversal_takes_nothing_back() {
    let world = World::new();
    world.issue("vch_1").await.unwrap();
    world.planet.answers(409, json!({ "reference": "vch_1" }));
    world
        .chain
        .at_till(partner(), Till::Reverse, "CHN-1")
        .await
        .unwrap();
    assert_eq!(world.references(), [("vch_1".to_owned(), Posting::Charge)]);
}

#[tokio::test]
async fn a_purchase_is_owed_for_from_its_claim_and_no_more_after_its_return() {
    let world = World::new();
    let grant: Id<kind::PartnerGrant> = Id::derive(&["a grant"]);
    let earns = json!({ "type": "points", "points": 200 });
    let taken_up = json!({ "id": grant, "quantity": 200, "amount": fen(160), "sandbox": false });
    world.planet.answers(201, taken_up);
    world.chain.grant(partner(), &earns, None).await.unwrap();
    assert_eq!(world.statement("2026-06"), []);

    let told = event("partner_grant.claimed", &grant.to_string(), json!({}));
    world.deliver("evt_1", &told).await;
    let lines = world.statement("2026-06");
    let seen: Vec<_> = lines
        .iter()
        .map(|line| (line.item, line.quantity, line.amount))
        .collect();
    assert_eq!(seen, [(Item::Points, 200, fen(160))]);

    world
        .clock
        .advance(SignedDuration::from_hours(24 * 30))
        .unwrap();
    world.chain.revoke(partner(), grant).await.unwrap();
    assert_eq!(world.statement("2026-06").len(), 1);
    assert_eq!(world.statement("2026-07").len(), 1);
}

#[tokio::test]
async fn a_ticket_is_owed_for_when_it_is_issued_and_never_in_the_sandbox() {
    for sandbox in [false, true] {
        let world = World::new();
        let grant: Id<kind::PartnerGrant> = Id::derive(&["a grant"]);
        let earns = json!({ "type": "ticket", "allotment": "alt_1", "quantity": 2 });
        let taken_up =
            json!({ "id": grant, "quantity": 2, "amount": fen(30_000), "sandbox": sandbox });
        world.planet.answers(201, taken_up);
        world
            .chain
            .grant(partner(), &earns, Some("member-7"))
            .await
            .unwrap();
        for (kind, lines) in [("claimed", 0), ("issued", 1), ("voided", 2)] {
            let kind = format!("partner_grant.{kind}");
            let told = event(&kind, &grant.to_string(), json!({ "sandbox": sandbox }));
            world.deliver(&kind.replace('.', "-"), &told).await;
            let lines = if sandbox { 0 } else { lines };
            assert_eq!(world.statement("2026-06").len(), lines, "{kind}, {sandbox}");
        }
    }
}
