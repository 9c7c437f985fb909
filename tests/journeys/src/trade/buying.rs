//! What a buyer does, and what is done for her.

use serde_json::{Value, json};

use super::seller::{Seller, Variant};
use crate::{Answer, Broken, Request, Teller, ensure, eventually_good};

/// The checkout of a cart: of each shop some variants, each so many times.
pub(super) fn checkout(
    buyer: &str,
    key: &str,
    cart: &[(&Seller, Vec<(&Variant, u32)>)],
) -> Request {
    let orders: Vec<Value> = cart
        .iter()
        .map(|(seller, lines)| {
            let lines: Vec<Value> = lines
                .iter()
                .map(|(variant, quantity)| {
                    json!({
                        "sku": variant.sku, "quantity": quantity,
                        "unit_price": { "minor": variant.price_minor, "currency": "CNY" },
                    })
                })
                .collect();
            json!({ "shop": seller.shop, "lines": lines })
        })
        .collect();
    let delivery = json!({
        "name": "Xiao Mei", "phone": "+86 138 0000 0000", "street": "1 Music Street",
        "city": "Shanghai", "country": "CN",
    });
    Request::post(
        "/v1/orders",
        &json!({ "orders": orders, "delivery": delivery }),
    )
    .bearer(buyer)
    .header("idempotency-key", key)
}

/// Pays on the gateway's page; gives the intent's id.
pub(super) async fn pay(
    teller: &mut Teller<'_>,
    buyer: &str,
    group: &Answer,
) -> Result<String, Broken> {
    teller.step("She asks to pay. The amount comes signed from the checkout.");
    let body = json!({ "claim": group.text_at("/payment_claim"), "method": "page" });
    let request = Request::post("/v1/payment-intents", &body)
        .bearer(buyer)
        .header("idempotency-key", "pay");
    let intent = teller.expect(201, request).await?;

    teller.step("On the gateway's page she pays.");
    let url = intent.text_at("/action/url");
    let page = teller.expect(200, Request::get(url.as_str())).await?.text();
    let action = page
        .split("action=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let action = action.ok_or_else(|| Broken::Expectation("the page has no button".into()))?;
    // The page's forms are relative to the gateway, which need not be the platform's own address.
    let pay = Request::new(http::Method::POST, format!("{}{action}", origin(&url)))
        .header("content-type", "application/x-www-form-urlencoded");
    let paid = teller.client.send(&pay).await?;
    teller.show(&pay, &paid);
    ensure(paid.status < 400, || {
        "the page did not take the payment".into()
    })?;

    teller.step("The gateway notifies, and both orders are paid.");
    let path = format!("/v1/order-groups/{}", group.text_at("/id"));
    eventually_good(teller, &Request::get(path).bearer(buyer), |answer| {
        (0..2).all(|index| {
            !answer
                .text_at(&format!("/orders/{index}/paid_at"))
                .is_empty()
        })
    })
    .await?;
    Ok(intent.text_at("/id"))
}

/// The scheme and the authority of an address; nothing of a path alone.
fn origin(url: &str) -> &str {
    let authority = url.find("://").map(|colon| colon + 3);
    let end = authority.and_then(|start| Some(start + url[start..].find('/')?));
    end.map_or("", |end| &url[..end])
}

/// Downloads the album, twice.
pub(super) async fn download(teller: &mut Teller<'_>, buyer: &str) -> Result<(), Broken> {
    teller.step("The album is hers to download, and to download again.");
    let request = Request::get("/v1/entitlements").bearer(buyer);
    let entitlements = eventually_good(teller, &request, |answer| {
        !answer.text_at("/items/0/id").is_empty()
    })
    .await?;
    let path = format!(
        "/v1/entitlements/{}/downloads",
        entitlements.text_at("/items/0/id")
    );
    let body = json!({ "media": entitlements.text_at("/items/0/files/0/media") });
    for _ in 0..2 {
        let request = Request::post(path.as_str(), &body).bearer(buyer);
        let link = teller.expect(201, request).await?;
        let file = teller
            .expect(200, Request::get(link.text_at("/url")))
            .await?;
        ensure(file.body.starts_with(b"fLaC"), || {
            "the file is another".into()
        })?;
    }
    Ok(())
}

/// The order that went to one shop.
pub(super) struct Order {
    pub(super) id: String,
}

impl Order {
    /// Finds the order of `seller` among those of the group.
    pub(super) async fn of(
        teller: &mut Teller<'_>,
        buyer: &str,
        group: &Answer,
        seller: &Seller,
    ) -> Result<Self, Broken> {
        let path = format!("/v1/order-groups/{}", group.text_at("/id"));
        let group = teller
            .client
            .send(&Request::get(path).bearer(buyer))
            .await?
            .json();
        let orders = group["orders"].as_array().cloned().unwrap_or_default();
        let order = orders
            .iter()
            .find(|order| order["shop"] == seller.shop.as_str());
        let id = order.and_then(|order| order["id"].as_str());
        let id = id.ok_or_else(|| Broken::Expectation("the shop has no order".into()))?;
        Ok(Self { id: id.to_owned() })
    }

    fn path(&self) -> String {
        format!("/v1/orders/{}", self.id)
    }

    /// The line on which `variant` stands.
    async fn line(
        &self,
        teller: &mut Teller<'_>,
        buyer: &str,
        variant: &Variant,
    ) -> Result<String, Broken> {
        let request = Request::get(self.path()).bearer(buyer);
        let order = teller.client.send(&request).await?.json();
        let lines = order["lines"].as_array().cloned().unwrap_or_default();
        let line = lines
            .iter()
            .find(|line| line["sku"] == variant.sku.as_str());
        let id = line.and_then(|line| line["id"].as_str());
        id.map(str::to_owned)
            .ok_or_else(|| Broken::Expectation("the order has no such line".into()))
    }

    /// The seller sends the parcel; the buyer has it.
    pub(super) async fn is_delivered(
        &self,
        teller: &mut Teller<'_>,
        seller: &Seller,
        buyer: &str,
        parcel: &Variant,
    ) -> Result<(), Broken> {
        teller.step("The label sees the order and sends the shirts.");
        let request =
            Request::get(format!("/v1/orders?shop={}", seller.shop)).bearer(&seller.token);
        eventually_good(teller, &request, |answer| {
            answer.text_at("/items/0/id") == self.id
        })
        .await?;
        let line = self.line(teller, buyer, parcel).await?;
        let body = json!({
            "carrier": "SF Express", "tracking_number": "SF1234567890",
            "lines": [{ "line": line, "quantity": 2 }],
        });
        let request = Request::post(format!("{}/shipments", self.path()), &body)
            .bearer(&seller.token)
            .header("idempotency-key", "the-parcel");
        teller.expect(201, request).await?;

        teller.step("Everything is handed over, and she confirms that it has arrived.");
        let request = Request::get(self.path()).bearer(buyer);
        eventually_good(teller, &request, |answer| {
            answer.text_at("/state") == "shipped"
        })
        .await?;
        let receipt = Request::post(format!("{}/receipt", self.path()), &json!({}))
            .bearer(buyer)
            .header("idempotency-key", "it-is-here");
        let received = teller.expect(200, receipt).await?;
        ensure(received.text_at("/state") == "received", || {
            "the order is not received".into()
        })
    }

    /// One shirt is too small; gives what is paid back, in minor units.
    pub(super) async fn is_partly_refunded(
        &self,
        teller: &mut Teller<'_>,
        seller: &Seller,
        buyer: &str,
        variant: &Variant,
    ) -> Result<i64, Broken> {
        teller.step("One shirt is too small. She asks for its price back, and the label agrees.");
        let line = self.line(teller, buyer, variant).await?;
        let body = json!({
            "lines": [{ "line": line, "quantity": 1 }], "reason": "It is too small.",
            "return_goods": false,
        });
        let request = Request::post(format!("{}/refund-requests", self.path()), &body)
            .bearer(buyer)
            .header("idempotency-key", "too-small");
        let asked = teller.expect(201, request).await?;
        let id = asked.text_at("/id");
        let approve = format!("{}/refund-requests/{id}/approve", self.path());
        let request = Request::post(approve, &json!({}))
            .bearer(&seller.token)
            .header("idempotency-key", "agreed");
        teller.expect(200, request).await?;

        teller.step("The gateway pays it back.");
        let request = Request::get(self.path()).bearer(buyer);
        let order = eventually_good(teller, &request, |answer| {
            answer.text_at("/refunds/0/state") == "succeeded"
        })
        .await?;
        let refunded = order.number_at("/refunds/0/amount_minor");
        ensure(refunded == variant.price_minor, || {
            format!("{refunded} was paid back and not {}", variant.price_minor)
        })?;
        Ok(refunded)
    }
}
