//! What the chain tells the platform: messages to its hooks, signed.

use bytes::Bytes;
use http::{Request, header};
use kernel::{Id, Money, kind};
use platform::transport::TransportError;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use webhook_signatures::{KeyError, Message};

use crate::{
    Chain,
    ledger::{GrantAsked, Item},
    log::What,
    shelf::{Code, Issued},
};

/// What the platform said to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The status of the answer.
    pub status: u16,
    /// Its body; null if that is no JSON.
    pub body: Value,
    /// Whether the platform says that it had heard this before.
    pub replayed: bool,
}

/// Why the platform was not told, or said nothing.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// The chain has no contract as this partner.
    #[error("the chain has no contract as {0}")]
    NoContract(Id<kind::Partner>),
    /// There is no key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something in the message has no place in a request.
    #[error(transparent)]
    Request(#[from] http::Error),
    /// No answer came; the platform may have acted.
    #[error(transparent)]
    NoAnswer(#[from] TransportError),
}

/// What is done with a code at a till.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Till {
    /// Asks whether it is good.
    Validate,
    /// Keeps it for the guest who is ordering.
    Reserve,
    /// Lets it go again.
    Release,
    /// Takes it.
    Redeem,
    /// Gives the guest his points back.
    Reverse,
}

impl Till {
    /// As in the path of the hook.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Till::Validate => "validate",
            Till::Reserve => "reserve",
            Till::Release => "release",
            Till::Redeem => "redeem",
            Till::Reverse => "reverse",
        }
    }
}

impl Chain {
    /// Does something with a code at a till, as a transaction of its own.
    ///
    /// # Errors
    /// [`TellError`], as for [`Chain::tell`].
    pub async fn at_till(
        &self,
        partner: Id<kind::Partner>,
        till: Till,
        code: &str,
    ) -> Result<Told, TellError> {
        let mut body = Map::from_iter([("code".to_owned(), json!(code))]);
        if till != Till::Validate {
            body.insert("transaction_id".to_owned(), json!(self.number("till")));
        }
        if till == Till::Reverse {
            body.insert("reason".to_owned(), json!("returned"));
        }
        let operation = format!("vouchers/{}", till.as_str());
        let told = self.tell(partner, &operation, &body.into()).await?;
        if told.status == 200 && till == Till::Reverse {
            let at = self.now();
            if let Some(reference) = told.body["reference"].as_str() {
                let mut state = self.state();
                state.ledger.voucher_taken_back(partner, reference, at);
            }
        }
        Ok(told)
    }

    /// Tells the platform of a purchase that earns something, as a transaction of its own; `member` is
    /// the chain's name of its guest, if he has one. What it earns is said as the hook wants it.
    ///
    /// # Errors
    /// [`TellError`], as for [`Chain::tell`].
    pub async fn grant(
        &self,
        partner: Id<kind::Partner>,
        earns: &Value,
        member: Option<&str>,
    ) -> Result<Told, TellError> {
        let mut body = json!({ "transaction_id": self.number("sale"), "earns": earns });
        if let Some(member) = member {
            body["member"] = json!(member);
        }
        self.tell(partner, "grants", &body).await
    }

    /// Takes a purchase back, as a transaction of its own.
    ///
    /// # Errors
    /// [`TellError`], as for [`Chain::tell`].
    pub async fn revoke(
        &self,
        partner: Id<kind::Partner>,
        grant: Id<kind::PartnerGrant>,
    ) -> Result<Told, TellError> {
        let body = json!({ "transaction_id": self.number("return") });
        let operation = format!("grants/{grant}/revoke");
        let told = self.tell(partner, &operation, &body).await?;
        if told.status == 200 {
            let at = self.now();
            self.state().ledger.grant_ended(partner, grant, at);
        }
        Ok(told)
    }

    /// Tells the platform of a voucher that was made on demand. Told again it is the same
    /// transaction.
    ///
    /// # Errors
    /// [`TellError`], as for [`Chain::tell`].
    pub async fn notice(&self, issued: &Issued, code: &Code) -> Result<Told, TellError> {
        let body = json!({
            "transaction_id": format!("issue-{}", code.as_str()),
            "reference": issued.reference,
            "code": code,
            "unit_price": issued.unit_price,
        });
        self.tell(issued.partner, "issues", &body).await
    }

    /// Tells the platform anything: `operation` is what comes after the partner in the path of the
    /// hook.
    ///
    /// # Errors
    /// [`TellError`]; if there is no answer, the platform may have acted.
    pub async fn tell(
        &self,
        partner: Id<kind::Partner>,
        operation: &str,
        body: &Value,
    ) -> Result<Told, TellError> {
        let request = self.message(partner, operation, body)?;
        let answer = self.0.planet.call(request).await;
        let what = What::Told {
            operation: operation.to_owned(),
            transaction: body["transaction_id"].as_str().map(str::to_owned),
            status: answer.as_ref().ok().map(|answer| answer.status().as_u16()),
        };
        self.note(Some(partner), what);
        let answer = answer?;
        let replayed = answer.headers().get("idempotent-replayed");
        let told = Told {
            status: answer.status().as_u16(),
            body: serde_json::from_slice(answer.body()).unwrap_or_default(),
            replayed: replayed.is_some_and(|value| value == "true"),
        };
        if operation == "grants" {
            self.learn_grant(partner, body, &told);
        }
        Ok(told)
    }

    /// A request with a signature, which is nobody's if the chain is to misbehave.
    fn message(
        &self,
        partner: Id<kind::Partner>,
        operation: &str,
        body: &Value,
    ) -> Result<Request<Bytes>, TellError> {
        let body = Bytes::from(body.to_string());
        let id = self.number("message");
        let mut state = self.state();
        let contract = state.contracts.get(&partner);
        let contract = contract.ok_or(TellError::NoContract(partner))?;
        let mut key = contract.hooks.clone();
        if state.faults.of_message() {
            key = key.stranger()?;
        }
        drop(state);
        let headers = key.sign(&Message {
            id: &id,
            timestamp_s: self.0.clock.now_seconds(),
            body: &body,
        });
        let url = format!(
            "{}/v1/partner-hooks/{partner}/{operation}",
            self.0.planet_url
        );
        let mut request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        Ok(request.body(body)?)
    }

    /// Writes down what a purchase earned, as the platform has taken it up.
    fn learn_grant(&self, partner: Id<kind::Partner>, asked: &Value, told: &Told) {
        if !matches!(told.status, 200 | 201) || told.body["sandbox"] == true {
            return;
        }
        let grant = told.body["id"].as_str().and_then(|id| id.parse().ok());
        let amount = serde_json::from_value::<Money>(told.body["amount"].clone()).ok();
        let transaction = asked["transaction_id"].as_str();
        let (Some(grant), Some(amount), Some(transaction)) = (grant, amount, transaction) else {
            return;
        };
        let item = match asked["earns"]["type"].as_str() {
            Some("ticket") => Item::Ticket,
            _ => Item::Points,
        };
        let quantity = told.body["quantity"].as_u64();
        let quantity = quantity.and_then(|quantity| quantity.try_into().ok());
        let asked = GrantAsked {
            transaction: transaction.to_owned(),
            item,
            quantity: quantity.unwrap_or_default(),
            amount,
        };
        self.state().ledger.granted(partner, grant, asked);
    }

    /// A name that the chain gives to nothing else, also not after a restart.
    fn number(&self, what: &str) -> String {
        let now_ms = self.0.clock.now_ms();
        let mut state = self.state();
        state.messages = state.messages.saturating_add(1);
        format!("{what}-{now_ms}-{}", state.messages)
    }
}
