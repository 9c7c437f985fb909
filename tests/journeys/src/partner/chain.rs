//! The local platform's chain, where there is one, and the webhooks that it takes.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    books::{Books, Line},
    registry::Partner,
};
use crate::{Answer, Broken, Request, Teller, ensure, eventually_good};

/// Where the chain makes vouchers on demand; see `infra/partner`.
pub(super) const API_URL: &str = "https://chain.example/planet";
const WEBHOOKS_URL: &str = "https://chain.example/webhooks";
/// An address that exists and takes nothing, for a platform that cannot reach the chain.
const NOBODYS_URL: &str = "https://example.com/webhooks";

const LOG: &str = "/sandbox/chain/log";

/// What a partner of this story is told of.
const TOLD: [&str; 8] = [
    "allotment.offered",
    "partner_grant.attended",
    "partner_grant.claimed",
    "partner_grant.issued",
    "partner_grant.revoked",
    "partner_link.linked",
    "voucher.issued",
    "voucher.redeemed",
];

/// The chain at the other end, and its controls.
pub(super) struct Chain {
    /// How often it had refused somebody before the story.
    turned_away: usize,
}

/// Where the partner is told of events.
pub(super) struct Endpoint {
    path: String,
}

impl Chain {
    /// Looks whether this platform has it.
    pub(super) async fn find(teller: &mut Teller<'_>) -> Result<Option<Self>, Broken> {
        let log = teller.client.send(&Request::get(LOG)).await?;
        if log.status == 200 {
            let turned_away = turned_away(&log);
            return Ok(Some(Self { turned_away }));
        }
        teller.step("No chain is at hand here: what needs one at the other end is left out.");
        Ok(None)
    }

    /// Lets something go wrong at the chain's next chance.
    pub(super) async fn misbehave(
        &self,
        teller: &mut Teller<'_>,
        fault: &str,
    ) -> Result<(), Broken> {
        let request = Request::post("/sandbox/chain/faults", &json!({ "fault": fault }));
        teller.expect(200, request).await?;
        Ok(())
    }

    /// The chain has been told everything that concerns it, and believed the signatures.
    pub(super) async fn has_heard(
        &self,
        teller: &mut Teller<'_>,
        partner: &Partner,
    ) -> Result<(), Broken> {
        teller.step(
            "Meanwhile the chain was told of all this, by webhooks whose signatures it checked.",
        );
        let told: BTreeSet<&str> = TOLD.into();
        let heard = eventually_heard(teller, partner, &told).await?;
        ensure(turned_away(&heard) == self.turned_away, || {
            "the chain has turned somebody away".into()
        })
    }

    /// The chain's own books have the same vouchers at the same prices.
    pub(super) async fn agrees(
        &self,
        teller: &mut Teller<'_>,
        partner: &Partner,
        books: &Books,
    ) -> Result<(), Broken> {
        teller.step("From those and its own work it has written down the same vouchers.");
        let ours: BTreeSet<Line> = books
            .lines()
            .filter(|line| line.is_voucher())
            .cloned()
            .collect();
        let months = books.months();
        let mut theirs = BTreeSet::new();
        for month in &months {
            let path = format!("/sandbox/chain/partners/{}/statements/{month}", partner.id);
            let lines = |answer: &Answer| -> BTreeSet<Line> {
                let json = answer.json();
                let lines = json.as_array().into_iter().flatten();
                lines.map(Line::of_json).collect()
            };
            // What it was told of comes by webhook, in any order.
            let has_all = |answer: &Answer| months.len() > 1 || lines(answer).len() >= ours.len();
            let statement = eventually_good(teller, &Request::get(path), has_all).await?;
            theirs.extend(lines(&statement));
        }
        ensure(ours == theirs, || {
            format!("the chain has {theirs:#?}, and the books {ours:#?}")
        })
    }
}

/// An operator registers where the partner is told of events, and the chain, if it is there, gets to
/// know the keys. Nothing, on a machine from which no name on the internet leads anywhere.
pub(super) async fn subscribe(
    teller: &mut Teller<'_>,
    operator: &str,
    partner: &Partner,
    chain: Option<&Chain>,
) -> Result<Option<Endpoint>, Broken> {
    teller.step(
        "An address inside is refused as a place to tell the chain of events; its own is not.",
    );
    let inside = json!({ "url": "https://169.254.169.254/latest", "partner": partner.id });
    let request = Request::post("/v1/webhook-endpoints", &inside).bearer(operator);
    let refused = teller.expect(422, request).await?;
    ensure(refused.text_at("/code") == "url_not_allowed", || {
        "the refusal has another code".into()
    })?;
    let mut body = json!({ "url": WEBHOOKS_URL, "partner": partner.id });
    if chain.is_none() {
        body = json!({
            "url": NOBODYS_URL, "partner": partner.id, "event_types": ["voucher.failed"],
        });
    }
    let request = Request::post("/v1/webhook-endpoints", &body).bearer(operator);
    let endpoint = teller.client.send(&request).await?;
    teller.show(&request, &endpoint);
    let has_names = !endpoint.text_at("/detail").contains("leads to no address");
    if chain.is_none() && !has_names {
        teller.step("No name leads anywhere from here: telling a partner of events is left out.");
        return Ok(None);
    }
    ensure(endpoint.status == 201, || {
        format!("the address was refused: {}", endpoint.text())
    })?;
    if chain.is_some() {
        teller.step("The chain enters the keys.");
        let contract = json!({
            "partner": partner.id,
            "exchange_keys": [partner.exchange_key],
            "hook_key": partner.till_key(),
            "webhook_keys": [endpoint.text_at("/secret")],
        });
        let request = Request::post("/sandbox/chain/contracts", &contract);
        teller.expect(200, request).await?;
    }
    Ok(Some(Endpoint {
        path: format!("/v1/webhook-endpoints/{}", endpoint.text_at("/id")),
    }))
}

impl Endpoint {
    /// Nobody is told any more.
    pub(super) async fn remove(
        self,
        teller: &mut Teller<'_>,
        operator: &str,
    ) -> Result<(), Broken> {
        teller.step("The story is over, and nobody has to be told of it any more.");
        let request = Request::new(http::Method::DELETE, self.path).bearer(operator);
        teller.expect(204, request).await?;
        Ok(())
    }
}

fn turned_away(log: &Answer) -> usize {
    let json = log.json();
    let entries = json["entries"].as_array().into_iter().flatten();
    entries
        .filter(|entry| entry["type"] == "turned_away")
        .count()
}

async fn eventually_heard(
    teller: &mut Teller<'_>,
    partner: &Partner,
    told: &BTreeSet<&str>,
) -> Result<Answer, Broken> {
    let has_heard = |answer: &Answer| {
        let json = answer.json();
        let entries = json["entries"].as_array();
        let heard: BTreeSet<&str> = entries
            .into_iter()
            .flatten()
            .filter(|entry| entry["type"] == "delivered" && entry["partner"] == partner.id.as_str())
            .filter_map(|entry| entry["event"].as_str())
            .collect();
        told.is_subset(&heard)
    };
    eventually_good(teller, &Request::get(LOG), has_heard).await
}
