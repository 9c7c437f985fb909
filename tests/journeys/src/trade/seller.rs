//! Somebody who sells: an organization with a shop.

use serde_json::{Value, json};

use crate::{
    Answer, Broken, Request, Teller, concert::Concert, eventually_good, organization, upload,
};

/// An approved organization with an open shop.
pub(super) struct Seller {
    pub(super) shop: String,
    /// An access token that acts for the organization.
    pub(super) token: String,
    name: String,
}

/// A variant on sale.
#[derive(Clone)]
pub(super) struct Variant {
    pub(super) sku: String,
    pub(super) price_minor: i64,
}

impl Seller {
    /// Founds an organization, answers what is asked of it, and opens its shop.
    pub(super) async fn found(
        teller: &mut Teller<'_>,
        operator: &str,
        name: &str,
        kind: &str,
    ) -> Result<Self, Broken> {
        let token = organization::found(teller, operator, name, kind).await?;

        teller.step(&format!("{name} opens a shop. That costs nothing."));
        let body = json!({ "name": name, "region": "CN", "currency": "CNY" });
        let request = Request::post("/v1/shops", &body).bearer(&token);
        let shop = teller.expect(201, request).await?.text_at("/id");
        let submit = Request::post(format!("/v1/shops/{shop}/submit"), &json!({})).bearer(&token);
        eventually_good(teller, &submit, |_| true).await?;
        let approve =
            Request::post(format!("/v1/shops/{shop}/approve"), &json!({})).bearer(operator);
        teller.expect(200, approve).await?;
        Ok(Self {
            shop,
            token,
            name: name.to_owned(),
        })
    }

    /// An album to download, with the rights to sell it.
    pub(super) async fn list_album(&self, teller: &mut Teller<'_>) -> Result<Variant, Broken> {
        teller.step(&format!(
            "{} uploads a recording, which is checked before anybody sees it.",
            self.name
        ));
        let song = upload::upload(teller, &self.token, &upload::SONG).await?;

        teller.step("It registers the work and the recording, which it may sell as their holder.");
        let body = json!({ "title": "Paper Lanterns", "writers": [{ "name": "Lin Yue", "role": "composer" }] });
        let request = Request::post("/v1/works", &body).bearer(&self.token);
        let work = teller.expect(201, request).await?.text_at("/id");
        let body = json!({
            "work": work, "title": "Paper Lanterns", "artists": ["The Lanterns"], "duration_ms": 215_000,
        });
        let request = Request::post("/v1/recordings", &body).bearer(&self.token);
        let recording = teller.expect(201, request).await?.text_at("/id");

        teller.step("It lists the album.");
        let listing = json!({
            "product_type": "digital_album", "title": "Paper Lanterns", "accept_terms": true,
            "attributes": { "recordings": [recording], "artist": "The Lanterns" },
        });
        let variant = json!({
            "title": "FLAC", "options": { "format": "flac" }, "downloads": [song],
            "price": { "minor": 4_800, "currency": "CNY" },
        });
        self.list(teller, None, &listing, &variant, None).await
    }

    /// Tickets for a concert this evening.
    pub(super) async fn list_tickets(&self, teller: &mut Teller<'_>) -> Result<Variant, Broken> {
        let concert = Concert::announce(teller, &self.token).await?;

        teller.step("It lists the tickets.");
        let listing = json!({
            "product_type": "ticket", "title": "The Lanterns, live", "accept_terms": true,
        });
        let variant = json!({
            "title": "Standing", "price": { "minor": 18_000, "currency": "CNY" },
            "tickets": { "concert": concert.id, "ticket_quota": concert.quota },
        });
        self.list(teller, None, &listing, &variant, None).await
    }

    /// A T-shirt, of which there are fifty.
    pub(super) async fn list_shirt(
        &self,
        teller: &mut Teller<'_>,
        operator: &str,
    ) -> Result<Variant, Broken> {
        teller.step("It lists a T-shirt, which an operator reviews.");
        let listing = json!({
            "product_type": "merchandise", "title": "Lantern shirt", "accept_terms": true,
            "attributes": { "ships_within_days": 3 },
        });
        let variant = json!({
            "title": "Red, M", "options": { "size": "M", "colour": "red" },
            "price": { "minor": 9_900, "currency": "CNY" },
        });
        self.list(teller, Some(operator), &listing, &variant, Some(50))
            .await
    }

    /// A poster, of which there are ten.
    pub(super) async fn list_poster(
        &self,
        teller: &mut Teller<'_>,
        operator: &str,
    ) -> Result<Variant, Broken> {
        teller.step(&format!("{} lists a poster.", self.name));
        let listing = json!({
            "product_type": "merchandise", "title": "Night market poster", "accept_terms": true,
            "attributes": { "ships_within_days": 5 },
        });
        let variant = json!({
            "title": "A2", "options": { "size": "A2" },
            "price": { "minor": 6_600, "currency": "CNY" },
        });
        self.list(teller, Some(operator), &listing, &variant, Some(10))
            .await
    }

    /// Lists one variant: draft, variant, stock, review, publication.
    async fn list(
        &self,
        teller: &mut Teller<'_>,
        reviewer: Option<&str>,
        listing: &Value,
        variant: &Value,
        stock: Option<u32>,
    ) -> Result<Variant, Broken> {
        let path = format!("/v1/shops/{}/listings", self.shop);
        let draft = teller
            .expect(201, Request::post(path, listing).bearer(&self.token))
            .await?;
        let path = format!("/v1/listings/{}", draft.text_at("/id"));
        // A concert that was published just now reaches the shops through a queue.
        let request = Request::post(format!("{path}/variants"), variant)
            .bearer(&self.token)
            .header("if-match", &version(&draft));
        let with_variant = eventually_good(teller, &request, |_| true).await?;
        let sku = with_variant.text_at("/management/variants/0/variant/id");
        if let Some(on_hand) = stock {
            let target = format!("{path}/variants/{sku}/stock");
            let request = Request::new(http::Method::PUT, target)
                .json(&json!({ "on_hand": on_hand }))
                .bearer(&self.token)
                .header("if-match", &version(&with_variant));
            teller.expect(200, request).await?;
        }
        let moved = |verb: &str, token: &str| {
            Request::post(format!("{path}/{verb}"), &json!({})).bearer(token)
        };
        teller.expect(200, moved("submit", &self.token)).await?;
        if let Some(operator) = reviewer {
            teller.expect(200, moved("approve", operator)).await?;
        }
        teller.expect(200, moved("publish", &self.token)).await?;
        Ok(Variant {
            sku,
            price_minor: variant["price"]["minor"].as_i64().unwrap_or_default(),
        })
    }
}

fn version(answer: &Answer) -> String {
    answer.header("etag").unwrap_or_default().to_owned()
}
