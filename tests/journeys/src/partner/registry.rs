//! The partner: entered, given keys, and how it signs.

use std::cell::Cell;

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use webhook_signatures::{Message, Signer, SigningKey, SymmetricKey, sign};

use super::{
    books::{Books, Line},
    chain::{self, Chain},
};
use crate::{Broken, Request, Teller, ensure, people::unique};

/// A partner, as it knows itself.
pub(super) struct Partner {
    pub(super) id: String,
    /// Signs what happens at its tills.
    till: SymmetricKey,
    /// Signs what its office asks. The platform knows the public half alone.
    office: SigningKey,
    /// How the platform signs its calls to the partner.
    pub(super) exchange_key: String,
    /// The partner's own words for things begin with this, so that no two runs share one.
    run: String,
    messages: Cell<u32>,
}

impl Partner {
    /// An operator enters the partner with its terms, and keys for both ways.
    pub(super) async fn enter(
        teller: &mut Teller<'_>,
        operator: &str,
        chain: Option<&Chain>,
    ) -> Result<Self, Broken> {
        teller.step("A restaurant chain is entered: it pays ahead, and points have a price.");
        let mut body = json!({
            "name": "Paper Crane Kitchens",
            "contact_email": "points@example.com",
            "terms": {
                "billing": { "type": "prepaid" },
                "alert_below": yuan(100),
                "points_price": { "per_points": 100, "price": yuan(1) },
                "conversion": { "per": yuan(10), "points": 1 },
                "limits": { "points_a_grant": 1_000 },
            },
        });
        if chain.is_some() {
            body["api"] = json!({ "base": chain::API_URL });
        }
        let request = Request::post("/v1/partners", &body).bearer(operator);
        let id = teller.expect(201, request).await?.text_at("/id");

        teller.step(
            "It gets keys: one for its tills, one that only its office has, one of Planet's.",
        );
        let path = format!("/v1/partners/{id}/keys");
        let office = SigningKey::generate().map_err(unusable)?;
        let till = json!({ "scopes": ["grants", "vouchers", "links", "allotments"] });
        let public = json!({ "scopes": ["statements"], "public_key": office.public().to_string() });
        let exchange = json!({ "scopes": ["exchange"] });
        let mut secrets = Vec::new();
        for key in [till, public, exchange] {
            let request = Request::post(path.as_str(), &key).bearer(operator);
            secrets.push(teller.expect(201, request).await?.text_at("/secret"));
        }
        ensure(secrets[1].is_empty(), || {
            "a secret is shown of a public key".into()
        })?;
        Ok(Self {
            id,
            till: secrets[0].parse().map_err(unusable)?,
            office,
            exchange_key: secrets.swap_remove(2),
            run: unique(),
            messages: Cell::new(0),
        })
    }

    /// The chain's first payment, as the bank tells the operator.
    pub(super) async fn pay_ahead(
        &self,
        teller: &mut Teller<'_>,
        operator: &str,
        books: &mut Books,
    ) -> Result<(), Broken> {
        teller.step("The chain pays a thousand yuan ahead.");
        let reference = self.name("transfer");
        let body = json!({
            "amount": yuan(1_000), "direction": "received", "reference": reference,
        });
        let path = format!("/v1/partners/{}/settlements", self.id);
        let request = Request::post(path, &body)
            .bearer(operator)
            .header("idempotency-key", "the-transfer");
        teller.expect(201, request).await?;
        books.write(Line::received(&reference, 100_000));
        Ok(())
    }

    /// What happened at a till, signed with the secret that both sides know.
    pub(super) fn tell(&self, operation: &str, body: &Value) -> Request {
        self.signed(Signer::Symmetric(&self.till), operation, body)
    }

    /// What the office asks, signed with the key that the platform knows half of.
    pub(super) fn ask(&self, operation: &str, body: &Value) -> Request {
        self.signed(Signer::Asymmetric(&self.office), operation, body)
    }

    /// What somebody tells in the partner's name who does not have its key.
    pub(super) fn forge(&self, operation: &str, body: &Value) -> Result<Request, Broken> {
        let guessed = SymmetricKey::generate().map_err(unusable)?;
        Ok(self.signed(Signer::Symmetric(&guessed), operation, body))
    }

    /// The partner's own word for something.
    pub(super) fn name(&self, what: &str) -> String {
        format!("{what}-{}", self.run)
    }

    /// The secret of the tills, in its spelling.
    pub(super) fn till_key(&self) -> String {
        self.till.reveal()
    }

    fn signed(&self, signer: Signer<'_>, operation: &str, body: &Value) -> Request {
        let body = body.to_string();
        self.messages.set(self.messages.get() + 1);
        let headers = sign(
            &[signer],
            &Message {
                id: &format!("{}-{}", self.run, self.messages.get()),
                timestamp_s: Timestamp::now().as_second(),
                body: body.as_bytes(),
            },
        );
        let path = format!("/v1/partner-hooks/{}/{operation}", self.id);
        let mut request = Request::new(Method::POST, path)
            .body(body)
            .header("content-type", "application/json");
        for (name, value) in headers.iter() {
            request = request.header(name, &value);
        }
        request
    }
}

/// So many yuan, as the API writes them.
pub(super) fn yuan(yuan: i64) -> Value {
    json!({ "minor": yuan * 100, "currency": "CNY" })
}

fn unusable(error: webhook_signatures::KeyError) -> Broken {
    Broken::Expectation(format!("a key is unusable: {error}"))
}
